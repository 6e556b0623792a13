"""Cutting records into batches that one call accepts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

Column = TypeVar("Column", bound=Sequence[Any])
Batch: TypeAlias = tuple[Sequence[str], Sequence[Any] | None, Sequence[Any] | None, Sequence[str] | None]
"""ids, embeddings, metadatas, documents; None for a column that was not given."""


class LimitsBatches(Protocol):
    """A client, as far as batches are concerned."""

    def get_max_batch_size(self) -> int:
        """Return the most records that one call accepts."""


def create_batches(
    api: LimitsBatches,
    ids: Sequence[str],
    embeddings: Sequence[Any] | None = None,
    metadatas: Sequence[Any] | None = None,
    documents: Sequence[str] | None = None,
) -> list[Batch]:
    """Return the records in order, cut into batches of at most `api.get_max_batch_size()`.

    embeddings: list of vectors or a 2-D array.  One batch of no records when there are none.
    Raises ValueError when a column's length differs from the number of ids.
    """
    columns = {"embeddings": embeddings, "metadatas": metadatas, "documents": documents}
    for name, column in columns.items():
        if column is not None and len(column) != len(ids):
            raise ValueError(f"Expected {len(ids)} {name}, one for each id, got {len(column)}")
    size = api.get_max_batch_size()
    return [
        (
            ids[start : start + size],
            _slice(embeddings, start, size),
            _slice(metadatas, start, size),
            _slice(documents, start, size),
        )
        for start in range(0, max(len(ids), 1), size)
    ]


def _slice(column: Column | None, start: int, size: int) -> Column | None:
    return None if column is None else column[start : start + size]  # type: ignore[return-value]
