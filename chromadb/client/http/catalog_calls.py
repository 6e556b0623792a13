"""How tenants, databases and collections are asked for over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from chromadb.client.collection_description import CollectionDescription
from chromadb.client.http.call import Call, collection_path, database_path, nothing, page, reading
from chromadb.client.operations.catalog import (
    CountCollections,
    CountForks,
    CreateCollection,
    CreateDatabase,
    CreateTenant,
    DeleteCollection,
    DeleteDatabase,
    ForkCollection,
    GetCollection,
    GetCollectionById,
    GetDatabase,
    GetTenant,
    ListCollections,
    ListDatabases,
    ModifyCollection,
    described_database,
)
from chromadb.client.operations.operation import Operation
from chromadb.model import wire
from chromadb.model.collection_metadata import check_collection_metadata
from chromadb.model.json_text import json_text


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


def _create_tenant(operation: CreateTenant) -> Call[None]:
    return Call("POST", ("tenants",), nothing, body=json_text({"name": operation.name}))


def _get_tenant(operation: GetTenant) -> Call[dict[str, Any]]:
    return Call("GET", ("tenants", operation.name), reading(wire.TenantAnswer, lambda answer: {"name": answer.name}))


def _create_database(operation: CreateDatabase) -> Call[None]:
    body = json_text({"name": operation.name})
    return Call("POST", ("tenants", operation.tenant, "databases"), nothing, body=body)


def _get_database(operation: GetDatabase) -> Call[dict[str, Any]]:
    return Call(
        "GET", database_path(operation.tenant, operation.name), reading(wire.DatabaseAnswer, described_database)
    )


def _list_databases(operation: ListDatabases) -> Call[list[dict[str, Any]]]:
    read = reading(list[wire.DatabaseAnswer], lambda answers: list(map(described_database, answers)))
    return Call("GET", ("tenants", operation.tenant, "databases"), read, page(operation.limit, operation.offset))


def _delete_database(operation: DeleteDatabase) -> Call[None]:
    return Call("DELETE", database_path(operation.tenant, operation.name), nothing)


def _create_collection(operation: CreateCollection) -> Call[CollectionDescription]:
    body = {
        "name": operation.name,
        "metadata": check_collection_metadata(operation.metadata, "metadata"),
        "configuration": operation.configuration,
        "schema": operation.schema,
        "get_or_create": operation.get_or_create,
    }
    path = database_path(operation.tenant, operation.database, "collections")
    return Call("POST", path, _read_collection, body=json_text(body))


def _get_collection(operation: GetCollection) -> Call[CollectionDescription]:
    return Call(
        "GET", database_path(operation.tenant, operation.database, "collections", operation.name), _read_collection
    )


def _get_collection_by_id(operation: GetCollectionById) -> Call[CollectionDescription]:
    address = operation.collection
    path = database_path(address.tenant, address.database, "collections", "by-id", str(address.id))
    return Call("GET", path, _read_collection)


def _list_collections(operation: ListCollections) -> Call[list[CollectionDescription]]:
    read = reading(list[wire.CollectionAnswer], lambda answers: list(map(_description, answers)))
    path = database_path(operation.tenant, operation.database, "collections")
    return Call("GET", path, read, page(operation.limit, operation.offset))


def _count_collections(operation: CountCollections) -> Call[int]:
    return Call("GET", database_path(operation.tenant, operation.database, "collections_count"), reading(int, int))


def _delete_collection(operation: DeleteCollection) -> Call[None]:
    path = database_path(operation.tenant, operation.database, "collections", operation.name)
    return Call("DELETE", path, nothing)


def _modify_collection(operation: ModifyCollection) -> Call[None]:
    body = {
        "new_metadata": _checked_metadata(operation),
        "new_name": operation.new_name,
        "new_configuration": operation.new_configuration,
    }
    return Call("PUT", collection_path(operation.collection), nothing, body=json_text(body))


def _checked_metadata(operation: ModifyCollection) -> dict[str, Any] | None:
    if operation.new_metadata is None:
        return None
    present = {key: value for key, value in operation.new_metadata.items() if value is not None}
    # JSON would turn numbers that are not finite into null, which deletes a key.
    return {**operation.new_metadata, **(check_collection_metadata(present or None, "new_metadata") or {})}


def _fork_collection(operation: ForkCollection) -> Call[CollectionDescription]:
    path, body = collection_path(operation.collection, "fork"), json_text({"new_name": operation.new_name})
    return Call("POST", path, _read_collection, body=body)


def _count_forks(operation: CountForks) -> Call[int]:
    read = reading(wire.ForkCount, lambda answer: answer.count)
    return Call("GET", collection_path(operation.collection, "fork_count"), read)


CALLS: Mapping[type[Operation[Any]], Callable[[Any], Call[Any]]] = {
    CreateTenant: _create_tenant,
    GetTenant: _get_tenant,
    CreateDatabase: _create_database,
    GetDatabase: _get_database,
    ListDatabases: _list_databases,
    DeleteDatabase: _delete_database,
    CreateCollection: _create_collection,
    GetCollection: _get_collection,
    GetCollectionById: _get_collection_by_id,
    ListCollections: _list_collections,
    CountCollections: _count_collections,
    DeleteCollection: _delete_collection,
    ModifyCollection: _modify_collection,
    ForkCollection: _fork_collection,
    CountForks: _count_forks,
}
"""What makes the call of each operation."""
