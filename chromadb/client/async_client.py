"""The client of a server whose calls are awaited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chromadb.client.async_collection import AsyncCollection
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
from chromadb.client.operations.system import GetVersion, Heartbeat, Identify, Reset
from chromadb.client.system import SharedSystemClient, System
from chromadb.client.texts import required_text
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.model.identity import UserIdentity
from chromadb.model.names import DEFAULT_DATABASE, DEFAULT_TENANT

if TYPE_CHECKING:
    from chromadb.client.api import AsyncAPI
    from chromadb.client.collection_description import CollectionDescription
    from chromadb.client.configuration_types import CreateCollectionConfiguration
    from chromadb.client.schema import Schema
    from chromadb.client.settings import Settings
    from chromadb.embedding.data_loader import DataLoader


class AsyncClient(SharedSystemClient):
    """A ``Client`` of a server whose calls are awaited; made by ``chromadb.AsyncHttpClient`` or ``create``.

    It may be used from several event loops. ``async with`` closes it at the end of the block.
    """

    def __init__(
        self,
        tenant: str | None = DEFAULT_TENANT,
        database: str | None = DEFAULT_DATABASE,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(settings)
        self._wanted = tenant, database

    @classmethod
    async def create(
        cls,
        tenant: str | None = DEFAULT_TENANT,
        database: str | None = DEFAULT_DATABASE,
        settings: Settings | None = None,
    ) -> AsyncClient:
        """Return a client whose tenant and database were found to exist.

        Raises httpx.ConnectError when no server answers, NotFoundError for an unknown tenant or database.
        """
        return await cls(tenant, database, settings)._entered()

    @classmethod
    async def from_system_async(
        cls, system: System, tenant: str | None = DEFAULT_TENANT, database: str | None = DEFAULT_DATABASE
    ) -> AsyncClient:
        """Return a client of a system."""
        client = cls.__new__(cls)
        SharedSystemClient.__init__(client, system=system)
        client._wanted = tenant, database
        return await client._entered()

    async def _entered(self) -> AsyncClient:
        try:
            place = own_place(await self._api.connect(), self._system.follows_identity, *self._wanted)
            await self._check(place)
        except BaseException:
            await self.close()
            raise
        self.tenant, self.database = place.tenant, place.database
        return self

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<AsyncClient of {self._api!r}, tenant={self.tenant!r}, database={self.database!r}>"

    async def close(self) -> None:
        """Give up the connections of this event loop; they open again when the client is used. May be called again."""
        if self._release():
            await self._api.close()

    async def heartbeat(self) -> int:
        """As ``Client.heartbeat``."""
        return await self._api.run(Heartbeat())

    async def get_version(self) -> str:
        """As ``Client.get_version``."""
        return await self._api.run(GetVersion())

    async def get_max_batch_size(self) -> int:
        """As ``Client.get_max_batch_size``."""
        return (await self._api.pre_flight()).max_batch_size

    async def get_user_identity(self) -> UserIdentity:
        """As ``Client.get_user_identity``."""
        return await self._api.run(Identify())

    async def reset(self) -> bool:
        """As ``Client.reset``."""
        return await self._api.run(Reset())

    async def set_tenant(self, tenant: str, database: str = DEFAULT_DATABASE) -> None:
        """As ``Client.set_tenant``."""
        await self._check(Place(tenant, database))
        self.tenant, self.database = tenant, database

    async def set_database(self, database: str) -> None:
        """As ``Client.set_database``."""
        await self._check(Place(self.tenant, database))
        self.database = database

    async def list_collections(self, limit: int | None = None, offset: int | None = None) -> Sequence[AsyncCollection]:
        """As ``Client.list_collections``."""
        found = await self._api.run(listing(self._place, limit, offset))
        return [self._collection(description, DEFAULT_FUNCTION, None) for description in found]

    async def count_collections(self) -> int:
        """As ``Client.count_collections``."""
        return await self._api.run(CountCollections(self.tenant, self.database))

    async def create_collection(
        self,
        name: str,
        schema: Schema | None = None,
        configuration: CreateCollectionConfiguration | None = None,
        metadata: dict[str, Any] | None = None,
        embedding_function: EmbeddingFunction[Any] | None = DEFAULT_FUNCTION,
        data_loader: DataLoader[Any] | None = None,
        get_or_create: bool = False,
    ) -> AsyncCollection:
        """As ``Client.create_collection``."""
        creation = creating(self._place, name, schema, configuration, metadata, embedding_function, get_or_create)
        description = await self._api.run(creation.operation)
        creation.check(description)
        return self._collection(description, creation.embedding_function, data_loader)

    async def get_or_create_collection(
        self,
        name: str,
        schema: Schema | None = None,
        configuration: CreateCollectionConfiguration | None = None,
        metadata: dict[str, Any] | None = None,
        embedding_function: EmbeddingFunction[Any] | None = DEFAULT_FUNCTION,
        data_loader: DataLoader[Any] | None = None,
    ) -> AsyncCollection:
        """As ``Client.get_or_create_collection``."""
        return await self.create_collection(
            name, schema, configuration, metadata, embedding_function, data_loader, get_or_create=True
        )

    async def get_collection(
        self,
        name: str,
        embedding_function: EmbeddingFunction[Any] | None = DEFAULT_FUNCTION,
        data_loader: DataLoader[Any] | None = None,
    ) -> AsyncCollection:
        """As ``Client.get_collection``."""
        description = await self._api.run(GetCollection(required_text("name", name), self.tenant, self.database))
        return self._found(description, embedding_function, data_loader)

    async def get_collection_by_id(
        self,
        id: UUID | str,
        embedding_function: EmbeddingFunction[Any] | None = DEFAULT_FUNCTION,
        data_loader: DataLoader[Any] | None = None,
    ) -> AsyncCollection:
        """As ``Client.get_collection_by_id``."""
        description = await self._api.run(finding_by_id(self._place, id))
        return self._found(description, embedding_function, data_loader)

    async def delete_collection(self, name: str) -> None:
        """As ``Client.delete_collection``."""
        await self._api.run(DeleteCollection(required_text("name", name), self.tenant, self.database))

    @property
    def _api(self) -> AsyncAPI:
        return self._system.async_api

    @property
    def _place(self) -> Place:
        return Place(self.tenant, self.database)

    async def _check(self, place: Place) -> None:
        try:
            await self._api.run(GetTenant(required_text("tenant", place.tenant)))
        except UnexpectedAnswerError as error:
            raise tenant_unknown(place.tenant) from error
        await self._api.run(finding_database(place))

    def _found(
        self,
        description: CollectionDescription,
        embedding_function: EmbeddingFunction[Any] | None,
        data_loader: DataLoader[Any] | None,
    ) -> AsyncCollection:
        check_function(description, embedding_function)
        return self._collection(description, embedding_function, data_loader)

    def _collection(
        self,
        description: CollectionDescription,
        embedding_function: EmbeddingFunction[Any] | None,
        data_loader: DataLoader[Any] | None,
    ) -> AsyncCollection:
        return AsyncCollection(self._api, description, embedding_function, data_loader)
