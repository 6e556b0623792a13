"""What searches return: columns for each search, also as rows."""

from __future__ import annotations

from typing import Any, TypedDict

from chromadb.model.sparse import SPARSE_VECTOR_TYPE_VALUE, TYPE_KEY, SparseVector

_COLUMNS = {"documents": "document", "embeddings": "embedding", "metadatas": "metadata", "scores": "score"}


class SearchResultRow(TypedDict, total=False):
    """One record of a result: `id` always, the others when they were selected and the record has them."""

    id: str
    document: str
    embedding: list[float]
    metadata: dict[str, Any]
    score: float


class SearchResult(dict[str, Any]):
    """The results of several searches, one entry of each column for each search.

    Members: `ids`; `documents`, `embeddings`, `metadatas`, `scores` (None for a search that did not select
    the column); `select` (the selected keys).
    """

    __slots__ = ()

    @classmethod
    def from_response(cls, response: dict[str, Any]) -> SearchResult:
        """Return the result that a response holds, with sparse vectors in metadata as `SparseVector`."""
        metadatas = response.get("metadatas")
        if metadatas is None:
            return cls(response)
        return cls(response | {"metadatas": [column and [_typed(row) for row in column] for column in metadatas]})

    def rows(self) -> list[list[SearchResultRow]]:
        """Return the records of each search, in order, without the columns that are missing or None."""
        return [
            [self._row(search, position, record_id) for position, record_id in enumerate(ids)]
            for search, ids in enumerate(self.get("ids") or [])
        ]

    def _row(self, search: int, position: int, record_id: str) -> SearchResultRow:
        row: dict[str, Any] = {"id": record_id}
        for column, name in _COLUMNS.items():
            searches = self.get(column)
            values = searches[search] if searches and search < len(searches) else None
            if values is not None and position < len(values) and values[position] is not None:
                row[name] = values[position]
        return row  # type: ignore[return-value]  # the keys are those of SearchResultRow


def _typed(metadata: dict[str, Any] | None) -> dict[str, Any] | None:
    if metadata is None:
        return None
    return {
        field: SparseVector.from_dict(value)
        if isinstance(value, dict) and value.get(TYPE_KEY) == SPARSE_VECTOR_TYPE_VALUE
        else value
        for field, value in metadata.items()
    }
