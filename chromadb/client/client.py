"""The client: one tenant's database as its user sees it, a set of named collections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chromadb.client.collection import Collection
from chromadb.client.http.unexpected_answer import UnexpectedAnswerError
from chromadb.client.opening import (
    DEFAULT_FUNCTION,
    Place,
    check_function,
    creating,
    finding_by_id,
    finding_database,
    listing,
    own_place,
    tenant_unknown,
)
from chromadb.client.operations.catalog import CountCollections, DeleteCollection, GetCollection, GetTenant
from chromadb.client.operations.records import Unload
from chromadb.client.operations.system import Check, Compact, GetVersion, Heartbeat, Identify, Reset
from chromadb.client.system import SharedSystemClient, System
from chromadb.client.texts import required_text
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.model.check_report import CheckReport
from chromadb.model.collection import CollectionAddress
from chromadb.model.identity import UserIdentity
from chromadb.model.names import DEFAULT_DATABASE, DEFAULT_TENANT

if TYPE_CHECKING:
    from chromadb.client.api import API
    from chromadb.client.collection_description import CollectionDescription
    from chromadb.client.configuration_types import CreateCollectionConfiguration
    from chromadb.client.schema import Schema
    from chromadb.client.settings import Settings
    from chromadb.embedding.data_loader import DataLoader


class Client(SharedSystemClient):
    """Collections of one database: made, found, listed, deleted.

    Any number of threads may use one client. Clients of the same path (and all in-memory clients) of a process share
    one open database, which is closed when the last of them is; ``with`` closes a client at the end of the block.
    Raises NotFoundError when the tenant or database does not exist.
    """

    def __init__(
        self,
        tenant: str | None = DEFAULT_TENANT,
        database: str | None = DEFAULT_DATABASE,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(settings)
        self._enter(tenant, database)

    @classmethod
    def from_system(
        cls, system: System, tenant: str | None = DEFAULT_TENANT, database: str | None = DEFAULT_DATABASE
    ) -> Client:
        """Return a client of a system."""
        client = cls.__new__(cls)
        SharedSystemClient.__init__(client, system=system)
        client._enter(tenant, database)
        return client

    def _enter(self, tenant: str | None, database: str | None) -> None:
        try:
            place = own_place(self._api.connect(), self._system.follows_identity, tenant, database)
            self._check(place)
        except BaseException:
            self._release()
            raise
        self.tenant, self.database = place.tenant, place.database

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self._api!r}, tenant={self.tenant!r}, database={self.database!r}>"

    def close(self) -> None:
        """Give up the database; the last client to do so closes it, and in-memory data is gone. May be called again.

        A client of a server gives up its connections, and opens new ones if it is used again.
        """
        self._release()

    def heartbeat(self) -> int:
        """Return the time in nanoseconds since the epoch; raises InternalError on a closed client."""
        return self._api.run(Heartbeat())

    def get_version(self) -> str:
        """Return the version of the database; of a server, that of its interface."""
        return self._api.run(GetVersion())

    def get_max_batch_size(self) -> int:
        """Return the batch size that suits one call; an embedded database takes larger calls whole, a server not."""
        return self._api.pre_flight().max_batch_size

    @property
    def max_batch_size(self) -> int:
        """The batch size that suits one call."""
        return self.get_max_batch_size()

    def get_user_identity(self) -> UserIdentity:
        """Return whom the database takes this client for."""
        return self._api.run(Identify())

    def reset(self) -> bool:
        """Delete everything in the database; raises AuthorizationError unless ``Settings(allow_reset=True)``."""
        return self._api.run(Reset())

    def set_tenant(self, tenant: str, database: str = DEFAULT_DATABASE) -> None:
        """Use another tenant and database from now on; raises NotFoundError and stays where it is if unknown."""
        self._check(Place(tenant, database))
        self.tenant, self.database = tenant, database

    def set_database(self, database: str) -> None:
        """Use another database of the tenant from now on; raises NotFoundError and stays where it is if unknown."""
        self._check(Place(self.tenant, database))
        self.database = database

    def list_collections(self, limit: int | None = None, offset: int | None = None) -> Sequence[Collection]:
        """Return the collections of the database by id. limit, offset: a page of them."""
        found = self._api.run(listing(self._place, limit, offset))
        return [self._collection(description, DEFAULT_FUNCTION, None) for description in found]

    def count_collections(self) -> int:
        """Return how many collections the database has."""
        return self._api.run(CountCollections(self.tenant, self.database))

    def create_collection(
        self,
        name: str,
        schema: Schema | None = None,
        configuration: CreateCollectionConfiguration | None = None,
        metadata: dict[str, Any] | None = None,
        embedding_function: EmbeddingFunction[Any] | None = DEFAULT_FUNCTION,
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
        creation = creating(self._place, name, schema, configuration, metadata, embedding_function, get_or_create)
        description = self._api.run(creation.operation)
        creation.check(description)
        return self._collection(description, creation.embedding_function, data_loader)

    def get_or_create_collection(
        self,
        name: str,
        schema: Schema | None = None,
        configuration: CreateCollectionConfiguration | None = None,
        metadata: dict[str, Any] | None = None,
        embedding_function: EmbeddingFunction[Any] | None = DEFAULT_FUNCTION,
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
        embedding_function: EmbeddingFunction[Any] | None = DEFAULT_FUNCTION,
        data_loader: DataLoader[Any] | None = None,
    ) -> Collection:
        """Return the collection of that name.

        embedding_function: None or the default use the one stored with the collection.
        Raises NotFoundError; ValueError when the collection was made with an embedding function of another name.
        """
        description = self._api.run(GetCollection(required_text("name", name), self.tenant, self.database))
        return self._found(description, embedding_function, data_loader)

    def get_collection_by_id(
        self,
        id: UUID | str,
        embedding_function: EmbeddingFunction[Any] | None = DEFAULT_FUNCTION,
        data_loader: DataLoader[Any] | None = None,
    ) -> Collection:
        """Return the collection of that id in this database; InvalidArgumentError if it is no UUID, else as by name."""
        description = self._api.run(finding_by_id(self._place, id))
        return self._found(description, embedding_function, data_loader)

    def delete_collection(self, name: str) -> None:
        """Delete a collection with all its records; raises NotFoundError."""
        self._api.run(DeleteCollection(required_text("name", name), self.tenant, self.database))

    def unload_collection(self, name: str) -> None:
        """Give back the memory that a collection takes in this process; raises NotFoundError.

        Nothing is lost: its next use loads what it needs again. ``Settings(chroma_segment_cache_policy="LRU")`` does
        the same by itself.
        """
        found = self._api.run(GetCollection(required_text("name", name), self.tenant, self.database))
        self._api.run(Unload(CollectionAddress(self.tenant, self.database, found.id)))

    def compact(self) -> None:
        """Seal what was written into segments, trim the log and return free disk space, now.

        The database does so by itself behind the writes; call it to wait for that, before a backup for example.
        Raises InternalError when another process has been compacting for half a minute.
        """
        self._api.run(Compact())

    def check(self) -> CheckReport:
        """Verify the whole database and return what is wrong: ``report.ok``, ``report.problems``.

        Reads every byte of the catalog, log, records and segments; changes nothing.
        """
        return self._api.run(Check())

    @property
    def _api(self) -> API:
        return self._system.api

    @property
    def _place(self) -> Place:
        return Place(self.tenant, self.database)

    def _check(self, place: Place) -> None:
        try:
            self._api.run(GetTenant(required_text("tenant", place.tenant)))
        except UnexpectedAnswerError as error:
            raise tenant_unknown(place.tenant) from error
        self._api.run(finding_database(place))

    def _found(
        self,
        description: CollectionDescription,
        embedding_function: EmbeddingFunction[Any] | None,
        data_loader: DataLoader[Any] | None,
    ) -> Collection:
        check_function(description, embedding_function)
        return self._collection(description, embedding_function, data_loader)

    def _collection(
        self,
        description: CollectionDescription,
        embedding_function: EmbeddingFunction[Any] | None,
        data_loader: DataLoader[Any] | None,
    ) -> Collection:
        return Collection(self._api, description, embedding_function, data_loader)
