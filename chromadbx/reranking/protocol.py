"""What a reranker is: it looks at a question and each document together, which is slower and better than comparing
vectors, and gives each document a distance of its own, 0 for the best.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeAlias, TypedDict, cast

from chromadb.api.types import QueryResult

Queries: TypeAlias = str | Sequence[str]
Rerankable: TypeAlias = Sequence[str] | QueryResult
"""Documents, or what `collection.query` returned with its documents."""
Distances: TypeAlias = list[float]


class RerankedDocuments(TypedDict):
    """Documents as they were given, and for each reranker the distances of these."""

    documents: list[str]
    ranked_distances: dict[str, Distances]


class RerankedQueryResult(QueryResult):
    """A result as it was given, and for each reranker the distances of its documents, one list for each query."""

    ranked_distances: dict[str, list[Distances]]


class RerankingFunction(ABC):
    """Gives documents distances from a question. A subclass brings ``id`` and ``distances``."""

    @abstractmethod
    def id(self) -> str:
        """Return the name under which the distances are found."""

    @abstractmethod
    def distances(self, query: str, documents: Sequence[str]) -> Distances:
        """Return the distance of each document, at least one, from the question; smaller is better."""

    def __call__(self, queries: Queries, rerankables: Rerankable) -> RerankedDocuments | RerankedQueryResult:
        """Return the rerankables in their order, with distances.

        queries: one for documents, one for each list of a query's result. Raises ValueError for anything else.
        """
        if not queries:
            raise ValueError("Queries must not be empty")
        if not rerankables:
            raise ValueError("Rerankables results must not be empty")
        texts = [queries] if isinstance(queries, str) else list(queries)
        if isinstance(rerankables, dict):
            return self._of_result(texts, rerankables)
        if len(texts) != 1:
            raise ValueError("You can only rerank a single query at a time with Documents")
        if not isinstance(rerankables, (list, tuple)) or not all(isinstance(text, str) for text in rerankables):
            raise ValueError("Documents must be a list of Document (str)")
        documents = [str(text) for text in rerankables]
        return {"documents": documents, "ranked_distances": {self.id(): self.distances(texts[0], documents)}}

    def _of_result(self, queries: list[str], result: QueryResult) -> RerankedQueryResult:
        found = result.get("documents")
        if not found or any(document is None for documents in found for document in documents):
            raise ValueError("QueryResult must have documents to rerank")
        lists = cast("list[list[str]]", found)
        if len(lists) != len(queries):
            raise ValueError("Number of documents and queries must be the same")
        pairs = zip(queries, lists, strict=True)
        ranked = [self.distances(query, documents) if documents else [] for query, documents in pairs]
        return cast("RerankedQueryResult", {**result, "ranked_distances": {self.id(): ranked}})
