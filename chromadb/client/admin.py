"""The client for tenants and databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.client.preparation import non_negative
from chromadb.client.system import SharedSystemClient, System
from chromadb.client.texts import required_text
from chromadb.model.collection import DatabaseInfo
from chromadb.model.names import DEFAULT_TENANT


class AdminClient(SharedSystemClient):
    """Creates, finds and deletes tenants and databases.

    Tenants and databases come back as dicts: ``{"name"}`` and ``{"id", "name", "tenant"}``.
    """

    def create_tenant(self, name: str) -> None:
        """Add a tenant; InvalidArgumentError for a name under 3 characters, InternalError for one that is taken."""
        self._system.database.create_tenant(required_text("name", name))

    def get_tenant(self, name: str) -> dict[str, Any]:
        """Return a tenant; raises NotFoundError."""
        return {"name": self._system.database.get_tenant(required_text("name", name)).name}

    def create_database(self, name: str, tenant: str = DEFAULT_TENANT) -> None:
        """Add a database; InvalidArgumentError for a name under 3 characters, InternalError for one that is taken."""
        self._system.database.create_database(required_text("name", name), required_text("tenant", tenant))

    def get_database(self, name: str, tenant: str = DEFAULT_TENANT) -> dict[str, Any]:
        """Return a database; raises NotFoundError."""
        return _database(
            self._system.database.get_database(required_text("name", name), required_text("tenant", tenant))
        )

    def delete_database(self, name: str, tenant: str = DEFAULT_TENANT) -> None:
        """Delete a database with all its collections; raises NotFoundError."""
        self._system.database.delete_database(required_text("name", name), required_text("tenant", tenant))

    def list_databases(
        self, limit: int | None = None, offset: int | None = None, tenant: str = DEFAULT_TENANT
    ) -> Sequence[dict[str, Any]]:
        """Return the databases of a tenant by name, none for an unknown tenant."""
        found = self._system.database.list_databases(
            required_text("tenant", tenant),
            None if limit is None else non_negative("limit", limit),
            None if offset is None else non_negative("offset", offset),
        )
        return [_database(database) for database in found]

    def close(self) -> None:
        """Give up the database; the last client to do so closes it. May be called again."""
        self._release()

    def __enter__(self) -> AdminClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @classmethod
    def from_system(cls, system: System) -> AdminClient:
        """Return a client of a system."""
        cls._register(system)
        return cls(system.settings)


def _database(info: DatabaseInfo) -> dict[str, Any]:
    return {"id": info.id, "name": info.name, "tenant": info.tenant}
