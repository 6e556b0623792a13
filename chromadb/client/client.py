"""The client: one tenant's database as its user sees it, a set of named collections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chromadb.client.api import API
from chromadb.client.collection import Collection
from chromadb.client.collection_model import CollectionModel
from chromadb.client.configuration import (
    CreateCollectionConfiguration,
    prepare_creation,
    validate_embedding_function_conflict_on_get,
)
from chromadb.client.preparation import non_negative
from chromadb.client.system import SharedSystemClient, System
from chromadb.client.texts import required_text
from chromadb.embedding.default import DefaultEmbeddingFunction
from chromadb.embedding.protocol import EmbeddingFunction, validate_embedding_function
from chromadb.model.check_report import CheckReport
from chromadb.model.collection import CollectionInfo
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.identity import UserIdentity
from chromadb.model.names import DEFAULT_DATABASE, DEFAULT_TENANT

if TYPE_CHECKING:
    from chromadb.client.schema import Schema
    from chromadb.client.settings import Settings
    from chromadb.embedding.data_loader import DataLoader

_DEFAULT_FUNCTION = DefaultEmbeddingFunction()


class Client(SharedSystemClient):
    """Collections of one database: made, found, listed, deleted.

    Any number of threads may use one client. Clients of the same path (and all in-memory clients) of a process share
    one open database, which is closed when the last of them is; ``with`` closes a client at the end of the block.
    Raises NotFoundError when the tenant or database does not exist.
    """

    def __init__(
        self,
        tenant: str = DEFAULT_TENANT,
        database: str = DEFAULT_DATABASE,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(settings)
        self.tenant = tenant
        self.database = database
        try:
            self._check_tenant_database(tenant, database)
        except BaseException:
            self._release()
            raise

    @classmethod
    def from_system(cls, system: System, tenant: str = DEFAULT_TENANT, database: str = DEFAULT_DATABASE) -> Client:
        """Return a client of a system."""
        cls._register(system)
        return cls(tenant=tenant, database=database, settings=system.settings)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self._identifier!r}, tenant={self.tenant!r}, database={self.database!r}>"

    def close(self) -> None:
        """Give up the database; the last client to do so closes it, and in-memory data is gone. May be called again."""
        self._release()

    def heartbeat(self) -> int:
        """Return the time in nanoseconds since the epoch; raises InternalError on a closed client."""
        return self._api.heartbeat()

    def get_version(self) -> str:
        """Return the version of the database."""
        return self._api.get_version()

    def get_settings(self) -> Settings:
        """Return the settings that the database was opened with."""
        return self._system.settings

    def get_max_batch_size(self) -> int:
        """Return the batch size that suits one call; an embedded database takes larger calls whole."""
        return self._api.get_max_batch_size()

    @property
    def max_batch_size(self) -> int:
        """The batch size that suits one call."""
        return self.get_max_batch_size()

    def get_user_identity(self) -> UserIdentity:
        """Return whom the database takes this client for."""
        return self._api.get_user_identity()

    def reset(self) -> bool:
        """Delete everything in the database; raises AuthorizationError unless ``Settings(allow_reset=True)``."""
        return self._api.reset()

    def set_tenant(self, tenant: str, database: str = DEFAULT_DATABASE) -> None:
        """Use another tenant and database from now on; raises NotFoundError and stays where it is if unknown."""
        self._check_tenant_database(tenant, database)
        self.tenant, self.database = tenant, database

    def set_database(self, database: str) -> None:
        """Use another database of the tenant from now on; raises NotFoundError and stays where it is if unknown."""
        self._check_tenant_database(self.tenant, database)
        self.database = database

    def list_collections(self, limit: int | None = None, offset: int | None = None) -> Sequence[Collection]:
        """Return the collections of the database by id. limit, offset: a page of them."""
        found = self._api.list_collections(
            self.tenant,
            self.database,
            None if limit is None else non_negative("limit", limit),
            None if offset is None else non_negative("offset", offset),
        )
        return [self._collection(info, _DEFAULT_FUNCTION, None) for info in found]

    def count_collections(self) -> int:
        """Return how many collections the database has."""
        return self._api.count_collections(self.tenant, self.database)

    def create_collection(
        self,
        name: str,
        schema: Schema | None = None,
        configuration: CreateCollectionConfiguration | None = None,
        metadata: dict[str, Any] | None = None,
        embedding_function: EmbeddingFunction[Any] | None = _DEFAULT_FUNCTION,
        data_loader: DataLoader[Any] | None = None,
        get_or_create: bool = False,
    ) -> Collection:
        """Make a collection.

        name: 3-512 characters of ``[a-zA-Z0-9._-]``, the first and last alphanumeric. schema, configuration: its
        indexes, one of the two. metadata: str, int, float and bool values by key. embedding_function: makes vectors of
        documents; its name and configuration are stored, so that ``get_collection`` finds it again. data_loader: loads
        what uris name.
        get_or_create: return the collection of that name if there is one, as it is.
        Raises InternalError for a name that is taken, InvalidArgumentError for a bad name, metadata or configuration,
        ValueError for an embedding function that conflicts with the configuration's.
        """
        required_text("name", name)
        creation = prepare_creation(configuration, metadata, embedding_function)
        if creation.embedding_function is not None:
            validate_embedding_function(creation.embedding_function)
        info = self._api.create_collection(
            name,
            self.tenant,
            self.database,
            metadata,
            creation.configuration_json,
            None if schema is None else schema.serialize_to_json(),
            get_or_create,
        )
        if get_or_create:
            validate_embedding_function_conflict_on_get(
                creation.embedding_function, info.schema.configuration_json().get("embedding_function")
            )
        return self._collection(info, creation.embedding_function, data_loader)

    def get_or_create_collection(
        self,
        name: str,
        schema: Schema | None = None,
        configuration: CreateCollectionConfiguration | None = None,
        metadata: dict[str, Any] | None = None,
        embedding_function: EmbeddingFunction[Any] | None = _DEFAULT_FUNCTION,
        data_loader: DataLoader[Any] | None = None,
    ) -> Collection:
        """Return the collection of that name as it is, or make it; arguments and errors as ``create_collection``.

        Raises ValueError when the collection was made with an embedding function of another name.
        """
        return self.create_collection(
            name, schema, configuration, metadata, embedding_function, data_loader, get_or_create=True
        )

    def get_collection(
        self,
        name: str,
        embedding_function: EmbeddingFunction[Any] | None = _DEFAULT_FUNCTION,
        data_loader: DataLoader[Any] | None = None,
    ) -> Collection:
        """Return the collection of that name.

        embedding_function: None or the default use the one stored with the collection.
        Raises NotFoundError; ValueError when the collection was made with an embedding function of another name.
        """
        info = self._api.get_collection(required_text("name", name), self.tenant, self.database)
        return self._found(info, embedding_function, data_loader)

    def get_collection_by_id(
        self,
        id: UUID | str,
        embedding_function: EmbeddingFunction[Any] | None = _DEFAULT_FUNCTION,
        data_loader: DataLoader[Any] | None = None,
    ) -> Collection:
        """Return the collection of that id in this database; InvalidArgumentError if it is no UUID, else as by name."""
        info = self._api.get_collection_by_id(_uuid(id), self.tenant, self.database)
        return self._found(info, embedding_function, data_loader)

    def delete_collection(self, name: str) -> None:
        """Delete a collection with all its records; raises NotFoundError."""
        self._api.delete_collection(required_text("name", name), self.tenant, self.database)

    def unload_collection(self, name: str) -> None:
        """Give back the memory that a collection takes in this process; raises NotFoundError.

        Nothing is lost: its next use loads what it needs again. ``Settings(chroma_segment_cache_policy="LRU")`` does
        the same by itself.
        """
        self._api.unload(self._api.get_collection(required_text("name", name), self.tenant, self.database).id)

    def compact(self) -> None:
        """Seal what was written into segments, trim the log and return free disk space, now.

        The database does so by itself behind the writes; call it to wait for that, before a backup for example.
        Raises InternalError when another process has been compacting for half a minute.
        """
        self._api.compact()

    def check(self) -> CheckReport:
        """Verify the whole database and return what is wrong: ``report.ok``, ``report.problems``.

        Reads every byte of the catalog, log, records and segments; changes nothing.
        """
        return self._api.check()

    @staticmethod
    def get_chroma_cloud_api_key_from_clients() -> str | None:
        """Return the API key of a live cloud client; there is none among embedded ones."""
        return None

    @property
    def _api(self) -> API:
        return self._system.database

    def _check_tenant_database(self, tenant: str, database: str) -> None:
        self._api.get_tenant(required_text("tenant", tenant))
        self._api.get_database(required_text("database", database), tenant)

    def _found(
        self,
        info: CollectionInfo,
        embedding_function: EmbeddingFunction[Any] | None,
        data_loader: DataLoader[Any] | None,
    ) -> Collection:
        validate_embedding_function_conflict_on_get(
            embedding_function, info.schema.configuration_json().get("embedding_function")
        )
        return self._collection(info, embedding_function, data_loader)

    def _collection(
        self,
        info: CollectionInfo,
        embedding_function: EmbeddingFunction[Any] | None,
        data_loader: DataLoader[Any] | None,
    ) -> Collection:
        return Collection(self._api, CollectionModel.of(info), embedding_function, data_loader)


def _uuid(value: UUID | str) -> UUID:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise InvalidArgumentError(
            f"Validation error: collection_id: Invalid collection ID format, expected UUID: got {value!r}"
        ) from None
