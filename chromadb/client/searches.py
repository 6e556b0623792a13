"""From the arguments of a collection's ``search`` to what the database is asked, and from its answer to a result.

The same for synchronous and asynchronous collections; the only work besides checking is the embedding functions'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from chromadb.client.sparse_embedding import SparseEmbedding
from chromadb.model.expression import Key, Search, SearchResult
from chromadb.model.expression.request import SearchRequest, with_vectors
from chromadb.model.results import SearchHits


class QueryEmbedding(Struct, frozen=True):
    """How the texts of a search become vectors.

    dense: the collection's embedding function for queries. sparse: the functions of its sparse indexes.
    serialized_schema: the collection's schema as the database shows it, None for one without.
    """

    dense: Callable[[list[str]], Any]
    sparse: SparseEmbedding
    serialized_schema: Mapping[str, Any] | None

    def vector(self, text: str, key: str) -> Any:
        """Return the vector of a text for a search under a key; raises ValueError where nothing makes one."""
        if key == Key.EMBEDDING.name:
            return self.dense([text])[0]
        if key not in ((self.serialized_schema or {}).get("keys") or {}):
            raise ValueError(
                f"Cannot embed string query for key '{key}': key not found in schema. Please provide an embedded "
                "vector or configure an embedding function for this key in the schema."
            )
        function = self.sparse.function(key)
        if function is None:
            raise ValueError(
                f"Cannot embed string query for key '{key}': no embedding function configured for this key in the "
                "schema. Please provide an embedded vector or configure an embedding function."
            )
        return function.embed_query([text])[0]


def prepare_searches(searches: Any, embedding: QueryEmbedding) -> list[SearchRequest]:
    """Return what one or several searches ask for, every text in them replaced by its vector.

    A dict stands for the search that has its members. Raises TypeError for anything else that is no `Search`, and as
    ``with_vectors`` and ``SearchRequest.of``.
    """
    given = [searches] if isinstance(searches, (Search, Mapping)) else searches
    if not isinstance(given, (list, tuple)):
        raise TypeError(f"searches must be a Search or a list of them, got {type(searches).__name__}")
    embedded = [with_vectors(_as_search(search), embedding.vector) for search in given]
    return [SearchRequest.of(search, position) for position, search in enumerate(embedded)]


def search_result(answers: Sequence[SearchHits]) -> SearchResult:
    """Return what callers of ``search`` get: a column holds None for a search that did not select it."""
    found = [answer.records for answer in answers]
    return SearchResult(
        ids=[records.ids for records in found],
        documents=[records.documents for records in found],
        embeddings=[None if records.embeddings is None else records.embeddings.tolist() for records in found],
        metadatas=[records.metadatas for records in found],
        scores=[None if answer.scores is None else answer.scores.tolist() for answer in answers],
        select=[list(answer.selected) for answer in answers],
    )


_MEMBERS = {
    "filter": "where", "where": "where", "rank": "rank", "group_by": "group_by", "limit": "limit", "select": "select"
}  # fmt: skip


def _as_search(search: Any) -> Search:
    if isinstance(search, Search):
        return search
    if not isinstance(search, Mapping):
        raise TypeError(f"searches must be a Search or a list of them, got an element of {type(search).__name__}")
    unknown = set(search).difference(_MEMBERS)
    if unknown:
        raise ValueError(f"Unexpected keys in Search dict: {unknown}")
    if "where" in search and "filter" in search:
        raise ValueError("A Search dict holds its condition under where or under filter, got both")
    parts: dict[str, Any] = {
        _MEMBERS[member]: None if part == {} and member != "rank" else part for member, part in search.items()
    }
    return Search(**parts)
