"""Tenants, databases and collections.

Tenants and databases are described as callers see them: ``{"name"}`` and ``{"id", "name", "tenant"}``, the id a UUID
of a database in this process, a text of one behind a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chromadb.client.collection_description import CollectionDescription
from chromadb.client.operations.operation import Call, Operation, nothing, page, reading
from chromadb.model import wire
from chromadb.model.collection import CollectionAddress, DatabaseInfo
from chromadb.model.collection_metadata import check_collection_metadata
from chromadb.model.json_text import json_text

if TYPE_CHECKING:
    from chromadb.engine.database import Database


class CreateTenant(Operation[None], frozen=True):
    """Add a tenant."""

    name: str

    def on_database(self, database: Database) -> None:
        database.create_tenant(self.name)

    def on_server(self) -> Call[None]:
        return Call("POST", ("tenants",), nothing, body=json_text({"name": self.name}))


class GetTenant(Operation[dict[str, Any]], frozen=True):
    """Find a tenant."""

    name: str

    def on_database(self, database: Database) -> dict[str, Any]:
        return {"name": database.get_tenant(self.name).name}

    def on_server(self) -> Call[dict[str, Any]]:
        return Call("GET", ("tenants", self.name), reading(wire.TenantAnswer, lambda answer: {"name": answer.name}))


class CreateDatabase(Operation[None], frozen=True):
    """Add a database to a tenant."""

    name: str
    tenant: str

    def on_database(self, database: Database) -> None:
        database.create_database(self.name, self.tenant)

    def on_server(self) -> Call[None]:
        body = json_text({"name": self.name})
        return Call("POST", ("tenants", self.tenant, "databases"), nothing, body=body)


class GetDatabase(Operation[dict[str, Any]], frozen=True):
    """Find a database."""

    name: str
    tenant: str

    def on_database(self, database: Database) -> dict[str, Any]:
        return _described(database.get_database(self.name, self.tenant))

    def on_server(self) -> Call[dict[str, Any]]:
        return Call("GET", _database(self.tenant, self.name), reading(wire.DatabaseAnswer, _described))


class ListDatabases(Operation[list[dict[str, Any]]], frozen=True):
    """List a page of the databases of a tenant."""

    tenant: str
    limit: int | None
    offset: int | None

    def on_database(self, database: Database) -> list[dict[str, Any]]:
        return list(map(_described, database.list_databases(self.tenant, self.limit, self.offset)))

    def on_server(self) -> Call[list[dict[str, Any]]]:
        read = reading(list[wire.DatabaseAnswer], lambda answers: list(map(_described, answers)))
        return Call("GET", ("tenants", self.tenant, "databases"), read, page(self.limit, self.offset))


class DeleteDatabase(Operation[None], frozen=True):
    """Delete a database with all its collections."""

    name: str
    tenant: str

    def on_database(self, database: Database) -> None:
        database.delete_database(self.name, self.tenant)

    def on_server(self) -> Call[None]:
        return Call("DELETE", _database(self.tenant, self.name), nothing)


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

    def on_server(self) -> Call[CollectionDescription]:
        body = {
            "name": self.name,
            "metadata": check_collection_metadata(self.metadata, "metadata"),
            "configuration": self.configuration,
            "schema": self.schema,
            "get_or_create": self.get_or_create,
        }
        path = (*_database(self.tenant, self.database), "collections")
        return Call("POST", path, _read_collection, body=json_text(body))


class GetCollection(Operation[CollectionDescription], frozen=True):
    """Find a collection by its name."""

    name: str
    tenant: str
    database: str

    def on_database(self, database: Database) -> CollectionDescription:
        return CollectionDescription.of(database.get_collection(self.name, self.tenant, self.database))

    def on_server(self) -> Call[CollectionDescription]:
        return Call("GET", (*_database(self.tenant, self.database), "collections", self.name), _read_collection)


class GetCollectionById(Operation[CollectionDescription], frozen=True):
    """Find a collection by its id."""

    collection: CollectionAddress

    def on_database(self, database: Database) -> CollectionDescription:
        address = self.collection
        return CollectionDescription.of(database.get_collection_by_id(address.id, address.tenant, address.database))

    def on_server(self) -> Call[CollectionDescription]:
        address = self.collection
        path = (*_database(address.tenant, address.database), "collections", "by-id", str(address.id))
        return Call("GET", path, _read_collection)


class ListCollections(Operation[list[CollectionDescription]], frozen=True):
    """List a page of the collections of a database."""

    tenant: str
    database: str
    limit: int | None
    offset: int | None

    def on_database(self, database: Database) -> list[CollectionDescription]:
        found = database.list_collections(self.tenant, self.database, self.limit, self.offset)
        return [CollectionDescription.of(info) for info in found]

    def on_server(self) -> Call[list[CollectionDescription]]:
        read = reading(list[wire.CollectionAnswer], lambda answers: list(map(_description, answers)))
        path = (*_database(self.tenant, self.database), "collections")
        return Call("GET", path, read, page(self.limit, self.offset))


class CountCollections(Operation[int], frozen=True):
    """Count the collections of a database."""

    tenant: str
    database: str

    def on_database(self, database: Database) -> int:
        return database.count_collections(self.tenant, self.database)

    def on_server(self) -> Call[int]:
        return Call("GET", (*_database(self.tenant, self.database), "collections_count"), reading(int, int))


class DeleteCollection(Operation[None], frozen=True):
    """Delete a collection with all its records."""

    name: str
    tenant: str
    database: str

    def on_database(self, database: Database) -> None:
        database.delete_collection(self.name, self.tenant, self.database)

    def on_server(self) -> Call[None]:
        path = (*_database(self.tenant, self.database), "collections", self.name)
        return Call("DELETE", path, nothing)


class ModifyCollection(Operation[None], frozen=True):
    """Rename a collection, replace its metadata, change its configuration; None leaves each as it is."""

    collection: CollectionAddress
    new_name: str | None
    new_metadata: Mapping[str, Any] | None
    new_configuration: Mapping[str, Any] | None

    def on_database(self, database: Database) -> None:
        database.modify_collection(self.collection.id, self.new_name, self.new_metadata, self.new_configuration)

    def on_server(self) -> Call[None]:
        body = {
            "new_metadata": self._checked_metadata(),
            "new_name": self.new_name,
            "new_configuration": self.new_configuration,
        }
        return Call("PUT", collection_path(self.collection), nothing, body=json_text(body))

    def _checked_metadata(self) -> dict[str, Any] | None:
        if self.new_metadata is None:
            return None
        present = {key: value for key, value in self.new_metadata.items() if value is not None}
        # JSON would turn numbers that are not finite into null, which deletes a key.
        return {**self.new_metadata, **(check_collection_metadata(present or None, "new_metadata") or {})}


class ForkCollection(Operation[CollectionDescription], frozen=True):
    """Copy a collection under another name."""

    collection: CollectionAddress
    new_name: str

    def on_database(self, database: Database) -> CollectionDescription:
        address = self.collection
        return CollectionDescription.of(
            database.fork_collection(address.id, self.new_name, address.tenant, address.database)
        )

    def on_server(self) -> Call[CollectionDescription]:
        path, body = collection_path(self.collection, "fork"), json_text({"new_name": self.new_name})
        return Call("POST", path, _read_collection, body=body)


class CountForks(Operation[int], frozen=True):
    """Count the forks of a collection, on a server that keeps track of them."""

    collection: CollectionAddress

    def on_database(self, database: Database) -> int:
        raise NotImplementedError("Fork count is not implemented for Local Chroma: forks are independent copies")

    def on_server(self) -> Call[int]:
        read = reading(wire.ForkCount, lambda answer: answer.count)
        return Call("GET", collection_path(self.collection, "fork_count"), read)


def collection_path(collection: CollectionAddress, *below: str) -> tuple[str, ...]:
    """Return the path of a collection, or of something below it."""
    return (*_database(collection.tenant, collection.database), "collections", str(collection.id), *below)


def _database(tenant: str, database: str) -> tuple[str, ...]:
    return ("tenants", tenant, "databases", database)


def _described(database: DatabaseInfo | wire.DatabaseAnswer) -> dict[str, Any]:
    return {"id": database.id, "name": database.name, "tenant": database.tenant}


def _description(answer: wire.CollectionAnswer) -> CollectionDescription:
    return CollectionDescription(
        id=UUID(answer.id),
        name=answer.name,
        configuration_json=answer.configuration_json,
        serialized_schema=answer.schema,
        metadata=answer.metadata,
        dimension=answer.dimension,
        tenant=answer.tenant,
        database=answer.database,
        version=answer.version,
        log_position=answer.log_position,
    )


_read_collection = reading(wire.CollectionAnswer, _description)
