"""What is known of a collection without asking the database, and how its calls become operations.

The same for synchronous and asynchronous collections, which differ in how they wait for the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from msgspec.structs import replace

from chromadb.client.answers import get_result, query_result
from chromadb.client.configuration import prepare_update
from chromadb.client.configuration_json import load_collection_configuration_from_json
from chromadb.client.operations.catalog import GetCollectionById, ModifyCollection
from chromadb.client.operations.records import Count, CountValues, Delete, Get, Query, Search, Write
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
from chromadb.client.sparse_embedding import SparseEmbedding
from chromadb.client.texts import required_text
from chromadb.embedding.default import DefaultEmbeddingFunction
from chromadb.embedding.protocol import EmbeddingFunction, validate_embedding_function
from chromadb.model.collection import CollectionAddress
from chromadb.model.metadata import validate_metadata
from chromadb.model.results import (
    Columns,
    Hits,
    IncludeMetadataDocumentsEmbeddings,
    ReadLevel,
    Records,
    validate_include,
    validate_n_results,
)
from chromadb.model.schema_values import EMBEDDING_KEY

if TYPE_CHECKING:
    from chromadb.client.collection_description import CollectionDescription
    from chromadb.client.collection_model import CollectionModel
    from chromadb.client.configuration_types import CollectionConfiguration, UpdateCollectionConfiguration
    from chromadb.client.schema import Schema
    from chromadb.embedding.data_loader import DataLoader
    from chromadb.model.result_types import GetResult, QueryResult
    from chromadb.model.results import Include

_EMBEDDED_FROM = {
    "add": ("documents", "images", "uris"),
    "update": ("documents", "images"),
    "upsert": ("documents", "images"),
}


class DescribedCollection:
    """The properties of a collection, and the preparation of its calls. Raises ValueError for no embedding function."""

    def __init__(
        self,
        description: CollectionDescription,
        embedding_function: EmbeddingFunction[Any] | None,
        data_loader: DataLoader[Any] | None,
    ) -> None:
        if embedding_function is not None:
            validate_embedding_function(embedding_function)
        self._description = description
        self._embedding_function = embedding_function
        self._data_loader = data_loader
        self._sparse = SparseEmbedding(description.serialized_schema)

    @property
    def id(self) -> UUID:
        """What names the collection for good."""
        return self._description.id

    @property
    def name(self) -> str:
        """What names the collection in its database."""
        return self._description.name

    @property
    def metadata(self) -> dict[str, Any] | None:
        """What the user noted about the collection, None if nothing."""
        return self._description.metadata

    @property
    def tenant(self) -> str:
        """The tenant that owns the collection's database."""
        return self._description.tenant

    @property
    def database(self) -> str:
        """The database that the collection lies in."""
        return self._description.database

    @property
    def configuration(self) -> CollectionConfiguration:
        """The vector index and the embedding function, built.

        Raises ValueError when the function's name is not registered in this process or it cannot be built.
        """
        return load_collection_configuration_from_json(self._description.configuration_json)

    @property
    def configuration_json(self) -> dict[str, Any]:
        """The configuration as it is stored."""
        return self._description.configuration_json

    @property
    def schema(self) -> Schema | None:
        """Which indexes the collection has, for which keys."""
        serialized = self._description.serialized_schema
        if serialized is None:
            return None
        # Schemas with their functions are many classes, which most programs never use.
        from chromadb.client.schema import Schema

        return Schema.deserialize_from_json(serialized)

    def get_model(self) -> CollectionModel:
        """Return everything the database says of the collection."""
        from chromadb.client.collection_model import CollectionModel

        return CollectionModel.of(self._description)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DescribedCollection):
            return NotImplemented
        mine, theirs = self._description, other._description
        return (
            (mine.id, mine.name, mine.metadata, mine.tenant, mine.database)
            == (theirs.id, theirs.name, theirs.metadata, theirs.tenant, theirs.database)
            and mine.configuration_json == theirs.configuration_json
            and mine.serialized_schema == theirs.serialized_schema
            and self._embedding_function == other._embedding_function
            and self._data_loader == other._data_loader
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def _address(self) -> CollectionAddress:
        return CollectionAddress(self.tenant, self.database, self.id)

    def _counting(self, read_level: ReadLevel, where: Any, where_document: Any) -> Count:
        level = ReadLevel(read_level)
        if where is None and where_document is None:
            return Count(self._address, level, None)
        with naming("count"):
            return Count(self._address, level, prepare_selection(None, where, where_document))

    def _counting_values(self, key: Any, where: Any, where_document: Any, limit: Any) -> CountValues:
        with naming("facets"):
            name = prepare_key(key)
            return CountValues(self._address, name, prepare_selection(None, where, where_document, limit=limit))

    def _writing(
        self,
        kind: Literal["add", "update", "upsert"],
        ids: Any,
        embeddings: Any,
        metadatas: Any,
        documents: Any,
        images: Any,
        uris: Any,
    ) -> Write:
        with naming(kind):
            batch = prepare_batch(
                ids,
                embeddings,
                metadatas,
                documents,
                images,
                uris,
                Sources(embed=lambda inputs: self._function()(inputs), load=self._load, sparse=self._sparse),
                embed_from=_EMBEDDED_FROM[kind],
                vectors_required=kind != "update",
                merges=kind != "add",
            )
        return Write(kind, self._address, batch)

    def _deleting(self, ids: Any, where: Any, where_document: Any, limit: Any) -> Delete:
        with naming("delete"):
            if ids is None and where is None and where_document is None:
                raise ValueError("At least one of ids, where, or where_document must be provided")
            if limit is not None:
                _check_delete_limit(limit, has_condition=where is not None or where_document is not None)
            return Delete(self._address, prepare_selection(prepare_ids(ids), where, where_document, limit=limit))

    def _getting(
        self, ids: Any, where: Any, limit: Any, offset: Any, where_document: Any, include: Include, order_by: Any
    ) -> Get:
        with naming("get"):
            validate_include(include, dissalowed=["distances"])
            if "data" in include and self._data_loader is None:
                raise ValueError("You must set a data loader on the collection if loading from URIs.")
            selection = prepare_selection(
                prepare_ids(ids), where, where_document, limit=limit, offset=offset, order_by=order_by
            )
        return Get(self._address, selection, Columns.of(include))

    def _peeking(self, limit: Any) -> Get:
        columns = Columns.of(IncludeMetadataDocumentsEmbeddings)
        return Get(self._address, prepare_selection(None, None, None, limit=limit), columns)

    def _querying(
        self,
        call: str,
        vectors: tuple[Any, Any, Any, Any],
        ids: Any,
        n_results: Any,
        where: Any,
        where_document: Any,
        include: Include,
        *,
        offset: Any = 0,
        max_distance: Any = None,
        exact: Any = False,
    ) -> Query:
        """Return the query. vectors: embeddings, texts, images and uris, of which one is given."""
        with naming(call):
            validate_include(include)
            validate_n_results(n_results)
            sources = Sources(embed=lambda inputs: self._function().embed_query(inputs), load=self._load)
            queries = prepare_queries(*vectors, sources)
            selection = prepare_selection(
                None, where, where_document, offset=offset, max_distance=max_distance, exact=exact
            )
        selection = replace(selection, ids=prepare_candidate_ids(ids))
        return Query(self._address, queries, n_results, selection, Columns.of(include))

    def _searching(self, searches: Any, read_level: ReadLevel) -> Search:
        # Search expressions are many classes, for which a program that only queries should not wait.
        from chromadb.client.searches import QueryEmbedding, prepare_searches

        level = ReadLevel(read_level)
        embedding = QueryEmbedding(
            lambda texts: self._function().embed_query(texts), self._sparse, self._description.serialized_schema
        )
        return Search(self._address, prepare_searches(searches, embedding), level)

    def _modifying(
        self, name: Any, metadata: Any, configuration: UpdateCollectionConfiguration | None
    ) -> ModifyCollection:
        if metadata is not None:
            validate_metadata(metadata)
            if "hnsw:space" in metadata:
                raise ValueError(
                    "Changing the distance function of a collection once it is created is not supported currently."
                )
        if name is not None:
            required_text("new_name", name)
        update = None if configuration is None else prepare_update(self._description.configuration_json, configuration)
        return ModifyCollection(self._address, name, metadata, update)

    @property
    def _finding_itself(self) -> GetCollectionById:
        return GetCollectionById(self._address)

    def _become(
        self,
        found: CollectionDescription,
        metadata: dict[str, Any] | None,
        configuration: UpdateCollectionConfiguration | None,
    ) -> None:
        """Take over what the database says after a modification, and what only the caller knows."""
        self._description = found if metadata is None else replace(found, metadata=metadata)
        if configuration is not None and configuration.get("embedding_function") is not None:
            self._embedding_function = configuration["embedding_function"]

    def _got(self, found: Records, include: Include) -> GetResult:
        return get_result(found, include, self._load)

    def _queried(self, hits: Sequence[Hits], include: Include) -> QueryResult:
        return query_result(hits, include, self._load)

    def _function(self) -> EmbeddingFunction[Any]:
        """Return the embedding function: the object's own unless that is only the default, else the stored one."""
        own = self._embedding_function
        if own is not None and not isinstance(own, DefaultEmbeddingFunction):
            return own
        return self._stored_function() or own or _missing_function()

    def _stored_function(self) -> EmbeddingFunction[Any] | None:
        described = self._description.configuration_json.get("embedding_function")
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
