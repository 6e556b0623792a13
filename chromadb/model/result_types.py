"""What reads return to callers: plain dicts of aligned columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from chromadb.model.results import Include


class GetResult(TypedDict):
    """Columns of ``get`` and ``peek``: one element a record, None for a column that was not asked for.

    embeddings: float64 of shape (records, dimension), shape (0,) when there is none.
    """

    ids: list[str]
    embeddings: npt.NDArray[np.float64] | None
    documents: list[str | None] | None
    uris: list[str | None] | None
    included: Include
    data: Any | None
    metadatas: list[dict[str, Any] | None] | None


class QueryResult(TypedDict):
    """Columns of ``query``: one list a query, in it one element a hit, nearest first.

    embeddings: a list of float64 arrays of shape (hits, dimension). distances: Python floats, ascending.
    """

    ids: list[list[str]]
    embeddings: list[npt.NDArray[np.float64]] | None
    documents: list[list[str | None]] | None
    uris: list[list[str | None]] | None
    included: Include
    data: Any | None
    metadatas: list[list[dict[str, Any] | None]] | None
    distances: list[list[float]] | None


class DeleteResult(TypedDict):
    """What ``delete`` returns: how many records it deleted (the number of ids given when only ids are)."""

    deleted: int


@dataclass(frozen=True)
class IndexingStatus:
    """How far indexing has come: operations indexed, not yet indexed, in all, and their ratio (1.0 when done)."""

    num_indexed_ops: int
    num_unindexed_ops: int
    total_ops: int
    op_indexing_progress: float
