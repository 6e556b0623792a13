"""A collection of records: what users add to, search and read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from chromadb.client.answers import get_result, query_result
from chromadb.client.api import API
from chromadb.client.collection_model import CollectionModel
from chromadb.client.configuration import (
    CollectionConfiguration,
    UpdateCollectionConfiguration,
    load_collection_configuration_from_json,
    prepare_update,
)
from chromadb.client.preparation import (
    Load,
    Sources,
    naming,
    prepare_batch,
    prepare_candidate_ids,
    prepare_ids,
    prepare_key,
    prepare_queries,
    prepare_selection,
)
from chromadb.client.searches import QueryEmbedding, prepare_searches, search_result
from chromadb.client.sparse_embedding import SparseEmbedding
from chromadb.client.texts import required_text
from chromadb.embedding.default import DefaultEmbeddingFunction
from chromadb.embedding.protocol import EmbeddingFunction, validate_embedding_function
from chromadb.model.explanation import Explanation
from chromadb.model.expression.key import Key
from chromadb.model.expression.search import Search
from chromadb.model.expression.search_result import SearchResult
from chromadb.model.metadata import validate_metadata
from chromadb.model.results import (
    Columns,
    DeleteResult,
    Facet,
    GetResult,
    IncludeMetadataDocuments,
    IncludeMetadataDocumentsDistances,
    IncludeMetadataDocumentsEmbeddings,
    IndexingStatus,
    QueryResult,
    ReadLevel,
    validate_include,
    validate_n_results,
)
from chromadb.model.schema_values import EMBEDDING_KEY
from chromadb.model.selection import Selection

if TYPE_CHECKING:
    from chromadb.client.arguments import Ids, Images, Metadatas, NullableTexts, Texts, Vectors
    from chromadb.client.schema import Schema
    from chromadb.embedding.data_loader import DataLoader
    from chromadb.model.filters import Where, WhereDocument
    from chromadb.model.results import Include

_ADD_SOURCES = ("documents", "images", "uris")
_OTHER_SOURCES = ("documents", "images")
_NO_FUNCTIONS = (
    "Attached functions are only supported when connecting to a Chroma server via HttpClient; "
    "an embedded database runs none"
)


class Collection:
    """Records with an id each, a vector, and optionally a document, metadata and a URI.

    Made by a client's ``create_collection``, ``get_collection`` and the like. Every call is one transaction: when it
    returns, what it wrote is on disk and visible to all; when it raises, it has changed nothing. Calls on a collection
    that has been deleted raise NotFoundError.
    """

    def __init__(
        self,
        client: API,
        model: CollectionModel,
        embedding_function: EmbeddingFunction[Any] | None = None,
        data_loader: DataLoader[Any] | None = None,
    ) -> None:
        if embedding_function is not None:
            validate_embedding_function(embedding_function)
        self._client = client
        self._model = model
        self._embedding_function = embedding_function
        self._data_loader = data_loader
        self._sparse = SparseEmbedding(model.serialized_schema)

    @property
    def id(self) -> UUID:
        """What names the collection for good."""
        return self._model.id

    @property
    def name(self) -> str:
        """What names the collection in its database."""
        return self._model.name

    @property
    def metadata(self) -> dict[str, Any] | None:
        """What the user noted about the collection, None if nothing."""
        return self._model.metadata

    @property
    def tenant(self) -> str:
        """The tenant that owns the collection's database."""
        return self._model.tenant

    @property
    def database(self) -> str:
        """The database that the collection lies in."""
        return self._model.database

    @property
    def configuration(self) -> CollectionConfiguration:
        """The vector index and the embedding function, built.

        Raises ValueError when the function's name is not registered in this process or it cannot be built.
        """
        return load_collection_configuration_from_json(self._model.configuration_json)

    @property
    def configuration_json(self) -> dict[str, Any]:
        """The configuration as it is stored."""
        return self._model.configuration_json

    @property
    def schema(self) -> Schema | None:
        """Which indexes the collection has, for which keys."""
        return self._model.schema_object

    def get_model(self) -> CollectionModel:
        """Return everything the database says of the collection."""
        return self._model

    def __repr__(self) -> str:
        return f"Collection(name={self.name})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Collection):
            return NotImplemented
        mine, theirs = self._model, other._model
        return (
            (mine.id, mine.name, mine.metadata, mine.tenant, mine.database)
            == (theirs.id, theirs.name, theirs.metadata, theirs.tenant, theirs.database)
            and mine.configuration_json == theirs.configuration_json
            and mine.serialized_schema == theirs.serialized_schema
            and self._embedding_function == other._embedding_function
            and self._data_loader == other._data_loader
        )

    __hash__ = None  # type: ignore[assignment]

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
        ReadLevel(read_level)
        if where is None and where_document is None:
            return self._client.count(self.id)
        with naming("count"):
            selection = prepare_selection(None, where, where_document)
        return self._client.count(self.id, selection)

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
        with naming("facets"):
            name = prepare_key(key)
            selection = prepare_selection(None, where, where_document, limit=limit)
        return self._client.facets(self.id, name, selection)

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
        with naming("add"):
            batch = prepare_batch(
                ids, embeddings, metadatas, documents, images, uris, self._sources(),
                embed_from=_ADD_SOURCES, vectors_required=True,
            )  # fmt: skip
        self._client.add(self.id, batch)

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
        with naming("upsert"):
            batch = prepare_batch(
                ids, embeddings, metadatas, documents, images, uris, self._sources(),
                embed_from=_OTHER_SOURCES, vectors_required=True,
            )  # fmt: skip
        self._client.upsert(self.id, batch)

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
        with naming("update"):
            batch = prepare_batch(
                ids, embeddings, metadatas, documents, images, uris, self._sources(),
                embed_from=_OTHER_SOURCES, vectors_required=False,
            )  # fmt: skip
        self._client.update(self.id, batch)

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
        with naming("delete"):
            if ids is None and where is None and where_document is None:
                raise ValueError("At least one of ids, where, or where_document must be provided")
            if limit is not None:
                _check_delete_limit(limit, has_condition=where is not None or where_document is not None)
            selection = prepare_selection(prepare_ids(ids), where, where_document, limit=limit)
        return {"deleted": self._client.delete(self.id, selection)}

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
        with naming("get"):
            validate_include(include, dissalowed=["distances"])
            if "data" in include and self._data_loader is None:
                raise ValueError("You must set a data loader on the collection if loading from URIs.")
            selection = prepare_selection(
                prepare_ids(ids), where, where_document, limit=limit, offset=offset, order_by=order_by
            )
        return self._get(selection, include)

    def peek(self, limit: int = 10) -> GetResult:
        """Return the first records, with embeddings, documents and metadatas."""
        return self._get(prepare_selection(None, None, None, limit=limit), IncludeMetadataDocumentsEmbeddings)

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
        with naming("query"):
            validate_include(include)
            validate_n_results(n_results)
            queries = prepare_queries(query_embeddings, query_texts, query_images, query_uris, self._query_sources())
            selection = prepare_selection(
                None, where, where_document, offset=offset, max_distance=max_distance, exact=exact
            )
        if ids is not None:
            selection = replace(selection, ids=prepare_candidate_ids(ids))
        hits = self._client.query(self.id, queries, n_results, selection, Columns.of(include))
        return query_result(hits, include, self._load)

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
        with naming("explain"):
            validate_include(include)
            validate_n_results(n_results)
            queries = prepare_queries(query_embeddings, query_texts, None, None, self._query_sources())
            selection = prepare_selection(None, where, where_document)
        selection = replace(selection, ids=prepare_candidate_ids(ids))
        return self._client.explain(self.id, queries, n_results, selection, Columns.of(include))

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
        if metadata is not None:
            validate_metadata(metadata)
            if "hnsw:space" in metadata:
                raise ValueError(
                    "Changing the distance function of a collection once it is created is not supported currently."
                )
        if name is not None:
            required_text("new_name", name)
        update = None if configuration is None else prepare_update(self._model.configuration_json, configuration)
        self._client.modify_collection(self.id, name, metadata, update)
        info = self._client.get_collection_by_id(self.id, self.tenant, self.database)
        self._model = CollectionModel.of(info)
        if metadata is not None:
            self._model.metadata = metadata
        if configuration is not None and configuration.get("embedding_function") is not None:
            self._embedding_function = configuration["embedding_function"]

    def fork(self, new_name: str) -> Collection:
        """Return a copy of the collection under another name; the two change independently from then on.

        Raises InvalidArgumentError for a bad name, InternalError for one that is taken.
        """
        info = self._client.fork_collection(self.id, new_name, self.tenant, self.database)
        return Collection(self._client, CollectionModel.of(info), self._embedding_function, self._data_loader)

    def search(self, searches: Search | list[Search], read_level: ReadLevel = ReadLevel.INDEX_AND_WAL) -> SearchResult:
        """Return the answers to one search or several: filter, score, group, page and select, all of one moment.

        searches: `Search` objects, or dicts of their members. A text in a `Knn` is embedded by the collection's
        function, or by that of the sparse index under its key. read_level: a local database always searches all
        records.
        Raises TypeError and ValueError for what is no search and for texts that nothing embeds, InvalidArgumentError
        naming what of which search cannot be answered.
        """
        ReadLevel(read_level)
        embedding = QueryEmbedding(
            lambda texts: self._function().embed_query(texts), self._sparse, self._model.serialized_schema
        )
        return search_result(self._client.search(self.id, prepare_searches(searches, embedding)))

    def fork_count(self) -> int:
        """Forks are independent copies, which nobody counts; raises NotImplementedError."""
        raise NotImplementedError("Fork count is not implemented for Local Chroma: forks are independent copies")

    def get_indexing_status(self) -> IndexingStatus:
        """There is no queue behind a local collection: what is written is found at once; raises NotImplementedError."""
        raise NotImplementedError("Indexing status is not implemented for Local Chroma: every write is found at once")

    def attach_function(self, function: Any, name: str, output_collection: str, params: Any = None) -> Any:
        """Functions run in Chroma's cloud only; raises NotImplementedError."""
        raise NotImplementedError(_NO_FUNCTIONS)

    def get_attached_function(self, name: str) -> Any:
        """Functions run in Chroma's cloud only; raises NotImplementedError."""
        raise NotImplementedError(_NO_FUNCTIONS)

    def detach_function(self, name: str, delete_output_collection: bool = False) -> bool:
        """Functions run in Chroma's cloud only; raises NotImplementedError."""
        raise NotImplementedError(_NO_FUNCTIONS)

    def _get(self, selection: Selection, include: Include) -> GetResult:
        return get_result(self._client.get(self.id, selection, Columns.of(include)), include, self._load)

    def _sources(self) -> Sources:
        return Sources(embed=lambda inputs: self._function()(inputs), load=self._load, sparse=self._sparse)

    def _query_sources(self) -> Sources:
        return Sources(embed=lambda inputs: self._function().embed_query(inputs), load=self._load)

    def _function(self) -> EmbeddingFunction[Any]:
        """Return the embedding function: the object's own unless that is only the default, else the stored one."""
        own = self._embedding_function
        if own is not None and not isinstance(own, DefaultEmbeddingFunction):
            return own
        return self._stored_function() or own or _missing_function()

    def _stored_function(self) -> EmbeddingFunction[Any] | None:
        described = self._model.configuration_json.get("embedding_function")
        if described is not None and described["type"] == "known":
            return self.configuration["embedding_function"]
        schema = self.schema
        if schema is None:
            return None
        for types in (schema.keys.get(EMBEDDING_KEY), schema.defaults):
            if types is not None and types.float_list is not None and types.float_list.vector_index is not None:
                function: EmbeddingFunction[Any] | None = types.float_list.vector_index.config.embedding_function
                if function is not None:
                    return function
        return None

    @property
    def _load(self) -> Load | None:
        return self._data_loader


def _missing_function() -> EmbeddingFunction[Any]:
    raise ValueError(
        "You must provide an embedding function to compute embeddings.https://docs.trychroma.com/guides/embeddings"
    )


def _check_delete_limit(limit: Any, *, has_condition: bool) -> None:
    if not isinstance(limit, int) or isinstance(limit, bool):
        raise TypeError("limit must be a non-negative integer")
    if limit < 0:
        raise ValueError("limit must be a non-negative integer")
    if not has_condition:
        raise ValueError("limit can only be specified when a where or where_document clause is provided")
