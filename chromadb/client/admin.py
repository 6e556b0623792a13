"""The client for tenants and databases."""

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


class AdminClient(SharedSystemClient):
    """Creates, finds and deletes tenants and databases.

    Tenants and databases come back as dicts: ``{"name"}`` and ``{"id", "name", "tenant"}``.
    """

    def create_tenant(self, name: str) -> None:
        """Add a tenant; InvalidArgumentError for a name under 3 characters.

        Raises InternalError for a name that is taken, a server ChromaError.
        """
        self._system.api.run(CreateTenant(required_text("name", name)))

    def get_tenant(self, name: str) -> dict[str, Any]:
        """Return a tenant; raises NotFoundError."""
        return self._system.api.run(GetTenant(required_text("name", name)))

    def create_database(self, name: str, tenant: str = DEFAULT_TENANT) -> None:
        """Add a database to a tenant; raises as ``create_tenant``."""
        self._system.api.run(CreateDatabase(required_text("name", name), required_text("tenant", tenant)))

    def get_database(self, name: str, tenant: str = DEFAULT_TENANT) -> dict[str, Any]:
        """Return a database; raises NotFoundError."""
        return self._system.api.run(GetDatabase(required_text("name", name), required_text("tenant", tenant)))

    def delete_database(self, name: str, tenant: str = DEFAULT_TENANT) -> None:
        """Delete a database with all its collections; raises NotFoundError."""
        self._system.api.run(DeleteDatabase(required_text("name", name), required_text("tenant", tenant)))

    def list_databases(
        self, limit: int | None = None, offset: int | None = None, tenant: str = DEFAULT_TENANT
    ) -> Sequence[dict[str, Any]]:
        """Return the databases of a tenant by name, none for an unknown tenant."""
        return self._system.api.run(
            ListDatabases(required_text("tenant", tenant), page_bound("limit", limit), page_bound("offset", offset))
        )

    def close(self) -> None:
        """Give up the database; the last client to do so closes it. May be called again."""
        self._release()

    def __repr__(self) -> str:
        return f"<AdminClient of {self._system.api!r}>"

    def __enter__(self) -> AdminClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @classmethod
    def from_system(cls, system: System) -> AdminClient:
        """Return a client of a system."""
        return cls(system=system)
