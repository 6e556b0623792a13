"""Tenants, databases and collections.

Tenants and databases are described as callers see them: ``{"name"}`` and ``{"id", "name", "tenant"}``, the id a UUID
of a database in this process, a text of one behind a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chromadb.client.collection_description import CollectionDescription
from chromadb.client.operations.operation import Operation
from chromadb.model.collection import CollectionAddress, DatabaseInfo

if TYPE_CHECKING:
    from chromadb.engine.database import Database
    from chromadb.model.wire import DatabaseAnswer


class CreateTenant(Operation[None], frozen=True):
    """Add a tenant."""

    name: str

    def on_database(self, database: Database) -> None:
        database.create_tenant(self.name)


class GetTenant(Operation[dict[str, Any]], frozen=True):
    """Find a tenant."""

    name: str

    def on_database(self, database: Database) -> dict[str, Any]:
        return {"name": database.get_tenant(self.name).name}


class CreateDatabase(Operation[None], frozen=True):
    """Add a database to a tenant."""

    name: str
    tenant: str

    def on_database(self, database: Database) -> None:
        database.create_database(self.name, self.tenant)


class GetDatabase(Operation[dict[str, Any]], frozen=True):
    """Find a database."""

    name: str
    tenant: str

    def on_database(self, database: Database) -> dict[str, Any]:
        return described_database(database.get_database(self.name, self.tenant))


class ListDatabases(Operation[list[dict[str, Any]]], frozen=True):
    """List a page of the databases of a tenant."""

    tenant: str
    limit: int | None
    offset: int | None

    def on_database(self, database: Database) -> list[dict[str, Any]]:
        return list(map(described_database, database.list_databases(self.tenant, self.limit, self.offset)))


class DeleteDatabase(Operation[None], frozen=True):
    """Delete a database with all its collections."""

    name: str
    tenant: str

    def on_database(self, database: Database) -> None:
        database.delete_database(self.name, self.tenant)


class CreateCollection(Operation[CollectionDescription], frozen=True):
    """Add a collection, or find the one that has the name."""

    name: str
    tenant: str
    database: str
    metadata: Mapping[str, Any] | None
    configuration: Mapping[str, Any] | None
    schema: Mapping[str, Any] | None
    get_or_create: bool

    def on_database(self, database: Database) -> CollectionDescription:
        info, _ = database.create_collection(
            self.name,
            self.tenant,
            self.database,
            self.metadata,
            self.configuration,
            self.schema,
            self.get_or_create,
        )
        return CollectionDescription.of(info)


class GetCollection(Operation[CollectionDescription], frozen=True):
    """Find a collection by its name."""

    name: str
    tenant: str
    database: str

    def on_database(self, database: Database) -> CollectionDescription:
        return CollectionDescription.of(database.get_collection(self.name, self.tenant, self.database))


class GetCollectionById(Operation[CollectionDescription], frozen=True):
    """Find a collection by its id."""

    collection: CollectionAddress

    def on_database(self, database: Database) -> CollectionDescription:
        address = self.collection
        return CollectionDescription.of(database.get_collection_by_id(address.id, address.tenant, address.database))


class ListCollections(Operation[list[CollectionDescription]], frozen=True):
    """List a page of the collections of a database."""

    tenant: str
    database: str
    limit: int | None
    offset: int | None

    def on_database(self, database: Database) -> list[CollectionDescription]:
        found = database.list_collections(self.tenant, self.database, self.limit, self.offset)
        return [CollectionDescription.of(info) for info in found]


class CountCollections(Operation[int], frozen=True):
    """Count the collections of a database."""

    tenant: str
    database: str

    def on_database(self, database: Database) -> int:
        return database.count_collections(self.tenant, self.database)


class DeleteCollection(Operation[None], frozen=True):
    """Delete a collection with all its records."""

    name: str
    tenant: str
    database: str

    def on_database(self, database: Database) -> None:
        database.delete_collection(self.name, self.tenant, self.database)


class ModifyCollection(Operation[None], frozen=True):
    """Rename a collection, replace its metadata, change its configuration; None leaves each as it is."""

    collection: CollectionAddress
    new_name: str | None
    new_metadata: Mapping[str, Any] | None
    new_configuration: Mapping[str, Any] | None

    def on_database(self, database: Database) -> None:
        database.modify_collection(self.collection.id, self.new_name, self.new_metadata, self.new_configuration)


class ForkCollection(Operation[CollectionDescription], frozen=True):
    """Copy a collection under another name."""

    collection: CollectionAddress
    new_name: str

    def on_database(self, database: Database) -> CollectionDescription:
        address = self.collection
        return CollectionDescription.of(
            database.fork_collection(address.id, self.new_name, address.tenant, address.database)
        )


class CountForks(Operation[int], frozen=True):
    """Count the forks of a collection, on a server that keeps track of them."""

    collection: CollectionAddress

    def on_database(self, database: Database) -> int:
        raise NotImplementedError("Fork count is not implemented for Local Chroma: forks are independent copies")


def described_database(database: DatabaseInfo | DatabaseAnswer) -> dict[str, Any]:
    """Return what callers are told of a database."""
    return {"id": database.id, "name": database.name, "tenant": database.tenant}
