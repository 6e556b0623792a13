"""Tenants, databases and collections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from chromadb.model.collection import CollectionInfo, DatabaseInfo
from chromadb.model.errors import InvalidArgumentError, NotFoundError
from chromadb.model.names import check_database_name, check_name
from chromadb.model.wire import (
    CreateCollection,
    CreateDatabase,
    CreateTenant,
    ForkCollection,
    UpdateCollection,
)
from chromadb.server.reading import deserializing, read_collection_metadata, read_unsigned, read_uuid
from chromadb.server.responses import HttpError, Response, json_response
from chromadb.server.route import Call

NOT_A_UUID = "Collection ID is not a valid UUIDv4"


def _database_json(info: DatabaseInfo) -> dict[str, Any]:
    return {"id": str(info.id), "name": info.name, "tenant": info.tenant}


def _collection_json(info: CollectionInfo) -> dict[str, Any]:
    return {
        "id": str(info.id),
        "name": info.name,
        "configuration_json": info.schema.configuration_json(),
        "schema": info.schema.to_json(),
        "metadata": info.metadata,
        "dimension": info.dimension,
        "tenant": info.tenant,
        "database": info.database,
        "log_position": 0,
        "version": 0,
    }


def create_tenant(call: Call) -> Response:
    """Add a tenant."""
    body: CreateTenant = call.body
    call.database.create_tenant(body.name)
    return json_response({})


def get_tenant(call: Call) -> Response:
    """Answer with a tenant."""
    tenant = call.database.get_tenant(call.parameters["tenant"])
    return json_response({"name": tenant.name, "resource_name": None})


def update_tenant(call: Call) -> Response:
    """Accept a resource name, which only a cloud has a use for."""
    return json_response({})


def create_database(call: Call) -> Response:
    """Add a database."""
    body: CreateDatabase = call.body
    check_name(body.name)
    call.database.create_database(body.name, call.parameters["tenant"])
    return json_response({})


def list_databases(call: Call) -> Response:
    """Answer with a page of the databases of a tenant."""
    limit, offset = read_unsigned(call.query, "limit"), read_unsigned(call.query, "offset")
    found = call.database.list_databases(call.parameters["tenant"], limit, offset)
    return json_response([_database_json(info) for info in found])


def get_database(call: Call) -> Response:
    """Answer with a database."""
    name = call.parameters["database"]
    check_database_name(name)
    try:
        return json_response(_database_json(call.database.get_database(name, call.parameters["tenant"])))
    except NotFoundError:
        raise NotFoundError(f"Database [{name}] not found. Are you sure it exists?") from None


def delete_database(call: Call) -> Response:
    """Delete a database with its collections."""
    call.database.delete_database(call.parameters["database"], call.parameters["tenant"])
    return json_response({})


class CreationResponse(Response, frozen=True, kw_only=True):
    """An answer with a collection: its id, and whether the call made it."""

    id: UUID
    is_new: bool


def create_collection(call: Call) -> CreationResponse:
    """Add a collection, or answer with the one that has the name."""
    body: CreateCollection = call.body
    metadata = read_collection_metadata(body.metadata, "metadata", none_deletes=False)
    with deserializing("configuration", "schema"):
        info, is_new = call.database.create_collection(
            body.name,
            call.parameters["tenant"],
            call.parameters["database"],
            metadata,
            body.configuration,
            body.schema,
            bool(body.get_or_create),
            call.new_id,
        )
    answer = json_response(_collection_json(info))
    return CreationResponse(answer.status, answer.body, answer.headers, id=info.id, is_new=is_new)


def list_collections(call: Call) -> Response:
    """Answer with a page of the collections of a database."""
    limit, offset = read_unsigned(call.query, "limit"), read_unsigned(call.query, "offset")
    found = call.database.list_collections(call.parameters["tenant"], call.parameters["database"], limit, offset)
    return json_response([_collection_json(info) for info in found])


def count_collections(call: Call) -> Response:
    """Answer how many collections a database has."""
    return json_response(call.database.count_collections(call.parameters["tenant"], call.parameters["database"]))


def get_collection(call: Call) -> Response:
    """Answer with the collection of a name."""
    parameters = call.parameters
    info = call.database.get_collection(parameters["collection_id"], parameters["tenant"], parameters["database"])
    return json_response(_collection_json(info))


def get_collection_by_id(call: Call) -> Response:
    """Answer with the collection of an id."""
    complaint = "Validation error: collection_id: Invalid collection ID format, expected UUID"
    id_ = read_uuid(call.parameters["collection_id"], complaint)
    info = call.database.get_collection_by_id(id_, call.parameters["tenant"], call.parameters["database"])
    return json_response(_collection_json(info))


def get_collection_by_crn(call: Call) -> Response:
    """Answer with the collection of a resource name, which begins with the name of the tenant here."""
    parts = call.parameters["crn"].split(":")
    if len(parts) != 3 or not all(parts):
        raise InvalidArgumentError(
            "Validation error: crn: CRN must be in the format <tenant_resource_name>:<database_name>:"
            "<collection_name> with non-empty parts"
        )
    tenant, database, name = parts
    return json_response(_collection_json(call.database.get_collection(name, tenant, database)))


def owned_collection(call: Call) -> UUID:
    """Return the id in the path when the collection lies in the tenant and database of the path.

    Raises InvalidArgumentError for what is no UUID, NotFoundError for any other collection.
    """
    return _owned(call, call.database.has_collection)


def placed_collection(call: Call) -> UUID:
    """Do as ``owned_collection``, but that a collection may be gone: for what the database refuses then."""
    return _owned(call, call.database.is_placed)


def _owned(call: Call, is_owner: Callable[[UUID, str, str], bool]) -> UUID:
    id_ = read_uuid(call.parameters["collection_id"], NOT_A_UUID)
    if not is_owner(id_, call.parameters["tenant"], call.parameters["database"]):
        raise NotFoundError(f"Collection [{id_}] does not exist.")
    return id_


def update_collection(call: Call) -> Response:
    """Rename a collection, replace its metadata, change its configuration."""
    body: UpdateCollection = call.body
    id_ = owned_collection(call)
    metadata = read_collection_metadata(body.new_metadata, "new_metadata", none_deletes=True)
    if metadata == {}:
        raise InvalidArgumentError("Validation error: new_metadata: Metadata cannot be empty")
    with deserializing("new_configuration"):
        call.database.modify_collection(id_, body.new_name, metadata, body.new_configuration)
    return json_response({})


def delete_collection(call: Call) -> Response:
    """Delete the collection of a name."""
    parameters = call.parameters
    call.database.delete_collection(parameters["collection_id"], parameters["tenant"], parameters["database"])
    return json_response({})


def fork_collection(call: Call) -> Response:
    """Copy a collection with its records."""
    body: ForkCollection = call.body
    id_ = owned_collection(call)
    tenant, database = call.parameters["tenant"], call.parameters["database"]
    info = call.database.fork_collection(id_, body.new_name, tenant, database, call.new_id)
    return json_response(_collection_json(info))


def fork_count(call: Call) -> Response:
    """Refuse to count forks: they are independent copies."""
    owned_collection(call)
    raise HttpError(501, "ChromaError", "Count forks is unsupported for local chroma")
