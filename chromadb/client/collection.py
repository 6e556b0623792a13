"""A collection of records: what users add to, search and read."""

from __future__ import annotations

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
    from chromadb.client.api import API
    from chromadb.client.arguments import Ids, Images, Metadatas, NullableTexts, Texts, Vectors
    from chromadb.client.attached_function import AttachedFunction
    from chromadb.client.collection_description import CollectionDescription
    from chromadb.client.configuration_types import UpdateCollectionConfiguration
    from chromadb.embedding.data_loader import DataLoader
    from chromadb.model.expression.key import Key
    from chromadb.model.expression.search import Search
    from chromadb.model.expression.search_result import SearchResult
    from chromadb.model.filters import Where, WhereDocument
    from chromadb.model.result_types import DeleteResult, GetResult, IndexingStatus, QueryResult
    from chromadb.model.results import Include


class Collection(DescribedCollection):
    """Records with an id each, a vector, and optionally a document, metadata and a URI.

    Made by a client's ``create_collection``, ``get_collection`` and the like. Every call is one transaction: when it
    returns, what it wrote is on disk and visible to all; when it raises, it has changed nothing. Calls on a collection
    that has been deleted raise NotFoundError.
    """

    def __init__(
        self,
        client: API,
        description: CollectionDescription,
        embedding_function: EmbeddingFunction[Any] | None = None,
        data_loader: DataLoader[Any] | None = None,
    ) -> None:
        super().__init__(description, embedding_function, data_loader)
        self._client = client

    def count(
        self,
        read_level: ReadLevel = ReadLevel.INDEX_AND_WAL,
        *,
        where: Where | None = None,
        where_document: WhereDocument | None = None,
    ) -> int:
        """Return the number of records. read_level: a local database always counts all of them.

        where, where_document: count those that satisfy the condition. Raises as ``get``.
        """
        return self._client.run(self._counting(read_level, where, where_document))

    def facets(
        self,
        key: str | Key,
        *,
        where: Where | None = None,
        where_document: WhereDocument | None = None,
        limit: int | None = None,
    ) -> list[Facet]:
        """Return the distinct values of a metadata key as pairs (value, how many records hold it), the most frequent
        first, equally frequent ones in order.

        A list counts for each of its elements; records without the key, and sparse vectors, do not count.
        where, where_document: among the records that satisfy the condition. limit: at most so many values.
        Raises ValueError or TypeError for what is no metadata key, and as ``get``.
        """
        return self._client.run(self._counting_values(key, where, where_document, limit))

    def add(
        self,
        ids: Ids,
        embeddings: Vectors | None = None,
        metadatas: Metadatas | None = None,
        documents: NullableTexts | None = None,
        images: Images | None = None,
        uris: NullableTexts | None = None,
    ) -> None:
        """Add records; one whose id exists is left as it is.

        ids: one str or a list of distinct ones. embeddings: vectors of one length, as lists or arrays; None makes them
        from the documents, images or (through the data loader) uris. metadatas: dicts of str, int, float, bool,
        SparseVector or lists of one kind. All lists have one length.
        Raises ValueError or TypeError for a wrong shape or type, DuplicateIDError, and InvalidArgumentError for what
        the collection cannot take (another dimension, NaN).
        """
        self._client.run(self._writing("add", ids, embeddings, metadatas, documents, images, uris))

    def upsert(
        self,
        ids: Ids,
        embeddings: Vectors | None = None,
        metadatas: Metadatas | None = None,
        documents: NullableTexts | None = None,
        images: Images | None = None,
        uris: NullableTexts | None = None,
    ) -> None:
        """Add the records whose id is new and change the others: vector replaced, document and uri replaced if given,
        metadata merged key by key (a value of None deletes the key). Arguments and errors as for ``add``.
        """
        self._client.run(self._writing("upsert", ids, embeddings, metadatas, documents, images, uris))

    def update(
        self,
        ids: Ids,
        embeddings: Vectors | None = None,
        metadatas: Metadatas | None = None,
        documents: NullableTexts | None = None,
        images: Images | None = None,
        uris: NullableTexts | None = None,
    ) -> None:
        """Change records: what is given replaces what was there, metadata is merged key by key (a value of None
        deletes the key), and a new document without an embedding is embedded anew. Ids that do not exist are passed
        over. Arguments and errors as for ``add``.
        """
        self._client.run(self._writing("update", ids, embeddings, metadatas, documents, images, uris))

    def delete(
        self,
        ids: Ids | None = None,
        where: Where | None = None,
        where_document: WhereDocument | None = None,
        limit: int | None = None,
    ) -> DeleteResult:
        """Delete records by id, by condition, or both, and return how many.

        limit: delete at most so many of those that satisfy the condition, the earliest first.
        Raises ValueError when nothing is given, and as ``get``.
        """
        return {"deleted": self._client.run(self._deleting(ids, where, where_document, limit))}

    def get(
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
        """Return records in the order in which they were added.

        order_by: by the values of this metadata key instead, or of ``(key, "desc")`` the largest first; records
        without the key come last. ids: only these. where, where_document: only those that satisfy the condition.
        limit, offset: a page of them. include: columns besides the ids, of "documents", "embeddings", "metadatas",
        "uris" and "data" (what the data loader makes of the uris).
        Raises ValueError for a malformed argument, InvalidArgumentError for a filter that the collection cannot answer.
        """
        asked = self._getting(ids, where, limit, offset, where_document, include, order_by)
        return self._got(self._client.run(asked), include)

    def peek(self, limit: int = 10) -> GetResult:
        """Return the first records, with embeddings, documents and metadatas."""
        return self._got(self._client.run(self._peeking(limit)), IncludeMetadataDocumentsEmbeddings)

    def query(
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
        """Return for each query the nearest records, nearest first.

        query_embeddings: vectors; or query_texts, query_images or query_uris to make them from. ids: only these
        records.
        n_results: at most so many for each query; fewer only when fewer satisfy the condition. include: as for
        ``get``, and "distances". offset: leave out so many of the nearest. max_distance: leave out what is farther.
        exact: compare all vectors, whatever that costs.
        Raises as ``get``, and InvalidArgumentError for vectors of another dimension than the collection's.
        """
        vectors = (query_embeddings, query_texts, query_images, query_uris)
        asked = self._querying(
            "query", vectors, ids, n_results, where, where_document, include,
            offset=offset, max_distance=max_distance, exact=exact,
        )  # fmt: skip
        return self._queried(self._client.run(asked), include)

    def explain(
        self,
        query_embeddings: Vectors | None = None,
        query_texts: Texts | None = None,
        ids: Ids | None = None,
        n_results: int = 10,
        where: Where | None = None,
        where_document: WhereDocument | None = None,
        include: Include = IncludeMetadataDocumentsDistances,
    ) -> Explanation:
        """Answer a query and return how that was done: the plan, rows looked at, milliseconds of each stage.

        Takes what ``query`` takes, and raises as it does.
        """
        vectors = (query_embeddings, query_texts, None, None)
        asked = self._querying("explain", vectors, ids, n_results, where, where_document, include)
        return self._client.run(Explain(asked))

    def modify(
        self,
        name: str | None = None,
        metadata: dict[str, Any] | None = None,
        configuration: UpdateCollectionConfiguration | None = None,
    ) -> None:
        """Rename the collection, replace all its metadata, change its configuration.

        Raises ValueError for bad metadata or an attempt to change the distance, InvalidArgumentError for a bad name or
        configuration, InternalError for a name that is taken.
        """
        self._client.run(self._modifying(name, metadata, configuration))
        self._become(self._client.run(self._finding_itself), metadata, configuration)

    def fork(self, new_name: str) -> Collection:
        """Return a copy of the collection under another name; the two change independently from then on.

        Raises InvalidArgumentError for a bad name, InternalError for one that is taken.
        """
        description = self._client.run(ForkCollection(self._address, required_text("new_name", new_name)))
        return Collection(self._client, description, self._embedding_function, self._data_loader)

    def search(self, searches: Search | list[Search], read_level: ReadLevel = ReadLevel.INDEX_AND_WAL) -> SearchResult:
        """Return the answers to one search or several: filter, score, group, page and select, all of one moment.

        searches: `Search` objects, or dicts of their members. A text in a `Knn` is embedded by the collection's
        function, or by that of the sparse index under its key. read_level: a local database always searches all
        records.
        Raises TypeError and ValueError for what is no search and for texts that nothing embeds, InvalidArgumentError
        naming what of which search cannot be answered.
        """
        # Search expressions are many classes, for which a program that only queries should not wait.
        from chromadb.client.searches import search_result

        return search_result(self._client.run(self._searching(searches, read_level)))

    def fork_count(self) -> int:
        """Return how many forks the collection has, on a server that keeps track of them.

        Raises NotImplementedError of an embedded database, ChromaError of a server without a cluster: their forks are
        independent copies, which nobody counts.
        """
        return self._client.run(CountForks(self._address))

    def get_indexing_status(self) -> IndexingStatus:
        """Return how far a server has come with indexing what was written.

        Raises NotImplementedError of an embedded database, which finds at once what is written.
        """
        return self._client.run(GetIndexingStatus(self._address))

    def attach_function(
        self, function: str, name: str, output_collection: str, params: dict[str, Any] | None = None
    ) -> tuple[AttachedFunction, bool]:
        """Let a server run a function over the records from now on; return it, and whether that is new.

        function: a `Function` or its name. output_collection: name of the collection that it writes to.
        Raises NotImplementedError of an embedded database, ChromaError of a server that runs none.
        """
        # These three are for servers, and need what no other method does.
        from chromadb.client.attaching import attaching

        return self._client.run(attaching(self._address, function, name, output_collection, params))

    def get_attached_function(self, name: str) -> AttachedFunction:
        """Return the attached function of that name; raises NotFoundError, and as ``attach_function``."""
        from chromadb.client.attaching import finding_attached

        return self._client.run(finding_attached(self._address, name))

    def detach_function(self, name: str, delete_output_collection: bool = False) -> bool:
        """Let a server no longer run a function, delete what it wrote if asked to, and return whether it has.

        Raises as ``get_attached_function``.
        """
        from chromadb.client.attaching import detaching

        return self._client.run(detaching(self._address, name, delete_output_collection))
