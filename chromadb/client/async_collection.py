"""A collection whose calls are awaited."""

from __future__ import annotations

from asyncio import to_thread
from typing import TYPE_CHECKING, Any, Literal

from chromadb.client.described_collection import DescribedCollection
from chromadb.client.operations.catalog import CountForks, ForkCollection
from chromadb.client.operations.records import Explain, GetIndexingStatus
from chromadb.client.texts import required_text
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.model.explanation import Explanation
from chromadb.model.results import (
    Facet,
    IncludeMetadataDocuments,
    IncludeMetadataDocumentsDistances,
    IncludeMetadataDocumentsEmbeddings,
    ReadLevel,
)

if TYPE_CHECKING:
    from chromadb.client.api import AsyncAPI
    from chromadb.client.arguments import Ids, Images, Metadatas, NullableTexts, Texts, Vectors
    from chromadb.client.collection_description import CollectionDescription
    from chromadb.client.configuration_types import UpdateCollectionConfiguration
    from chromadb.embedding.data_loader import DataLoader
    from chromadb.model.expression.key import Key
    from chromadb.model.expression.search import Search
    from chromadb.model.expression.search_result import SearchResult
    from chromadb.model.filters import Where, WhereDocument
    from chromadb.model.result_types import DeleteResult, GetResult, IndexingStatus, QueryResult
    from chromadb.model.results import Include


class AsyncCollection(DescribedCollection):
    """A ``Collection`` whose calls are awaited; threads embed and load, so that the event loop goes on."""

    def __init__(
        self,
        client: AsyncAPI,
        description: CollectionDescription,
        embedding_function: EmbeddingFunction[Any] | None = None,
        data_loader: DataLoader[Any] | None = None,
    ) -> None:
        super().__init__(description, embedding_function, data_loader)
        self._client = client

    async def count(
        self,
        read_level: ReadLevel = ReadLevel.INDEX_AND_WAL,
        *,
        where: Where | None = None,
        where_document: WhereDocument | None = None,
    ) -> int:
        """As ``Collection.count``."""
        return await self._client.run(self._counting(read_level, where, where_document))

    async def facets(
        self,
        key: str | Key,
        *,
        where: Where | None = None,
        where_document: WhereDocument | None = None,
        limit: int | None = None,
    ) -> list[Facet]:
        """As ``Collection.facets``."""
        return await self._client.run(self._counting_values(key, where, where_document, limit))

    async def add(
        self,
        ids: Ids,
        embeddings: Vectors | None = None,
        metadatas: Metadatas | None = None,
        documents: NullableTexts | None = None,
        images: Images | None = None,
        uris: NullableTexts | None = None,
    ) -> None:
        """As ``Collection.add``."""
        await self._client.run(
            await to_thread(self._writing, "add", ids, embeddings, metadatas, documents, images, uris)
        )

    async def upsert(
        self,
        ids: Ids,
        embeddings: Vectors | None = None,
        metadatas: Metadatas | None = None,
        documents: NullableTexts | None = None,
        images: Images | None = None,
        uris: NullableTexts | None = None,
    ) -> None:
        """As ``Collection.upsert``."""
        await self._client.run(
            await to_thread(self._writing, "upsert", ids, embeddings, metadatas, documents, images, uris)
        )

    async def update(
        self,
        ids: Ids,
        embeddings: Vectors | None = None,
        metadatas: Metadatas | None = None,
        documents: NullableTexts | None = None,
        images: Images | None = None,
        uris: NullableTexts | None = None,
    ) -> None:
        """As ``Collection.update``."""
        await self._client.run(
            await to_thread(self._writing, "update", ids, embeddings, metadatas, documents, images, uris)
        )

    async def delete(
        self,
        ids: Ids | None = None,
        where: Where | None = None,
        where_document: WhereDocument | None = None,
        limit: int | None = None,
    ) -> DeleteResult:
        """As ``Collection.delete``."""
        return {"deleted": await self._client.run(self._deleting(ids, where, where_document, limit))}

    async def get(
        self,
        ids: Ids | None = None,
        where: Where | None = None,
        limit: int | None = None,
        offset: int | None = None,
        where_document: WhereDocument | None = None,
        include: Include = IncludeMetadataDocuments,
        *,
        order_by: str | Key | tuple[str | Key, Literal["asc", "desc"]] | None = None,
    ) -> GetResult:
        """As ``Collection.get``."""
        asked = self._getting(ids, where, limit, offset, where_document, include, order_by)
        found = await self._client.run(asked)
        return await to_thread(self._got, found, include) if "data" in include else self._got(found, include)

    async def peek(self, limit: int = 10) -> GetResult:
        """As ``Collection.peek``."""
        return self._got(await self._client.run(self._peeking(limit)), IncludeMetadataDocumentsEmbeddings)

    async def query(
        self,
        query_embeddings: Vectors | None = None,
        query_texts: Texts | None = None,
        query_images: Images | None = None,
        query_uris: Texts | None = None,
        ids: Ids | None = None,
        n_results: int = 10,
        where: Where | None = None,
        where_document: WhereDocument | None = None,
        include: Include = IncludeMetadataDocumentsDistances,
        *,
        offset: int = 0,
        max_distance: float | None = None,
        exact: bool = False,
    ) -> QueryResult:
        """As ``Collection.query``."""
        vectors = (query_embeddings, query_texts, query_images, query_uris)
        asked = await to_thread(
            self._querying, "query", vectors, ids, n_results, where, where_document, include,
            offset=offset, max_distance=max_distance, exact=exact,
        )  # fmt: skip
        found = await self._client.run(asked)
        return await to_thread(self._queried, found, include) if "data" in include else self._queried(found, include)

    async def explain(
        self,
        query_embeddings: Vectors | None = None,
        query_texts: Texts | None = None,
        ids: Ids | None = None,
        n_results: int = 10,
        where: Where | None = None,
        where_document: WhereDocument | None = None,
        include: Include = IncludeMetadataDocumentsDistances,
    ) -> Explanation:
        """As ``Collection.explain``."""
        vectors = (query_embeddings, query_texts, None, None)
        asked = await to_thread(self._querying, "explain", vectors, ids, n_results, where, where_document, include)
        return await self._client.run(Explain(asked))

    async def modify(
        self,
        name: str | None = None,
        metadata: dict[str, Any] | None = None,
        configuration: UpdateCollectionConfiguration | None = None,
    ) -> None:
        """As ``Collection.modify``."""
        await self._client.run(self._modifying(name, metadata, configuration))
        self._become(await self._client.run(self._finding_itself), metadata, configuration)

    async def fork(self, new_name: str) -> AsyncCollection:
        """As ``Collection.fork``."""
        description = await self._client.run(ForkCollection(self._address, required_text("new_name", new_name)))
        return AsyncCollection(self._client, description, self._embedding_function, self._data_loader)

    async def search(
        self, searches: Search | list[Search], read_level: ReadLevel = ReadLevel.INDEX_AND_WAL
    ) -> SearchResult:
        """As ``Collection.search``."""
        # Search expressions are many classes, for which a program that only queries should not wait.
        from chromadb.client.searches import search_result

        return search_result(await self._client.run(await to_thread(self._searching, searches, read_level)))

    async def fork_count(self) -> int:
        """As ``Collection.fork_count``."""
        return await self._client.run(CountForks(self._address))

    async def get_indexing_status(self) -> IndexingStatus:
        """As ``Collection.get_indexing_status``."""
        return await self._client.run(GetIndexingStatus(self._address))
