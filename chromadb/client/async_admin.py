"""The client for tenants and databases whose calls are awaited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.client.opening import page_bound
from chromadb.client.operations.catalog import (
    CreateDatabase,
    CreateTenant,
    DeleteDatabase,
    GetDatabase,
    GetTenant,
    ListDatabases,
)
from chromadb.client.system import SharedSystemClient, System
from chromadb.client.texts import required_text
from chromadb.model.names import DEFAULT_TENANT


class AsyncAdminClient(SharedSystemClient):
    """Creates, finds and deletes tenants and databases.

    Tenants and databases come back as dicts: ``{"name"}`` and ``{"id", "name", "tenant"}``.
    """

    async def create_tenant(self, name: str) -> None:
        """As ``AdminClient.create_tenant``."""
        await self._system.async_api.run(CreateTenant(required_text("name", name)))

    async def get_tenant(self, name: str) -> dict[str, Any]:
        """As ``AdminClient.get_tenant``."""
        return await self._system.async_api.run(GetTenant(required_text("name", name)))

    async def create_database(self, name: str, tenant: str = DEFAULT_TENANT) -> None:
        """As ``AdminClient.create_database``."""
        await self._system.async_api.run(CreateDatabase(required_text("name", name), required_text("tenant", tenant)))

    async def get_database(self, name: str, tenant: str = DEFAULT_TENANT) -> dict[str, Any]:
        """As ``AdminClient.get_database``."""
        return await self._system.async_api.run(
            GetDatabase(required_text("name", name), required_text("tenant", tenant))
        )

    async def delete_database(self, name: str, tenant: str = DEFAULT_TENANT) -> None:
        """As ``AdminClient.delete_database``."""
        await self._system.async_api.run(DeleteDatabase(required_text("name", name), required_text("tenant", tenant)))

    async def list_databases(
        self, limit: int | None = None, offset: int | None = None, tenant: str = DEFAULT_TENANT
    ) -> Sequence[dict[str, Any]]:
        """As ``AdminClient.list_databases``."""
        return await self._system.async_api.run(
            ListDatabases(required_text("tenant", tenant), page_bound("limit", limit), page_bound("offset", offset))
        )

    async def close(self) -> None:
        """Give up the connections of this event loop; they open again when the client is used. May be called again."""
        if self._release():
            await self._system.async_api.close()

    def __repr__(self) -> str:
        return f"<AsyncAdminClient of {self._system.async_api!r}>"

    async def __aenter__(self) -> AsyncAdminClient:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    @classmethod
    def from_system(cls, system: System) -> AsyncAdminClient:
        """Return a client of a system."""
        return cls(system=system)
