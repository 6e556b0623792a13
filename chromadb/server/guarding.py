"""Telling a guard of the collections that a call makes, renames and deletes."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

import orjson
from msgspec import Struct

from chromadb.auth.guard import Guard, Resource
from chromadb.model.errors import InvalidArgumentError, NotFoundError
from chromadb.server.handlers.catalog import CreationResponse
from chromadb.server.responses import Response
from chromadb.server.route import Call, Handler, Route


class _Known(Struct, frozen=True):
    """A collection before a call: where it is, with its name, and its id."""

    resource: Resource
    id: str


def perform_guarded(guard: Guard, route: Route, handler: Handler, call: Call, resource: Resource) -> Response:
    """Run the handler of an admitted call, and tell the guard what came of it.

    A collection that exists is given to who asks to get or create it only if the guard lets them get it, and copied for
    who may read its records only, as the copy is theirs. A new one that the guard cannot take note of is deleted again;
    whether one is new the database says, for several calls may ask to create it at once.
    """
    assert call.identity is not None
    before = _before(route, call, resource)
    if route.name == "create_collection" and before:
        guard.authorize(call.identity, "collection:get_collection", resource)
    elif route.name == "create_collection":
        _check_is_no_id(call, call.body.name)
    elif route.name == "fork_collection":
        guard.authorize(call.identity, "collection:get", resource)
        _check_is_no_id(call, call.body.new_name)
    elif route.name == "update_collection":
        _check_is_no_id(call, call.body.new_name)
    response = handler(call)
    if route.name == "create_collection":
        assert isinstance(response, CreationResponse)
        if response.is_new:
            _note_creation(guard, call, resource, response.id)
        elif str(response.id) not in {known.id for known in before}:
            guard.authorize(call.identity, "collection:get_collection", resource)
    elif route.name == "fork_collection":
        copy = Resource(call.parameters["tenant"], call.parameters["database"], call.body.new_name)
        _note_creation(guard, call, copy, UUID(orjson.loads(response.body)["id"]))
    elif route.name == "update_collection":
        for known in before:
            new_name = call.body.new_name
            if new_name is not None and new_name != known.resource.collection:
                guard.collection_renamed(known.resource, known.id, new_name)
    elif route.name in ("delete_collection", "delete_database"):
        for known in before:
            guard.collection_deleted(known.resource, known.id)
    return response


def _check_is_no_id(call: Call, name: str | None) -> None:
    """Raise InvalidArgumentError for a name that is the id of a collection in the same database.

    A guard may know collections by their names and by their ids: the owner of the name would be let in by the id.
    """
    if name is None:
        return
    try:
        id_ = UUID(name)
        call.database.get_collection_by_id(id_, call.parameters["tenant"], call.parameters["database"])
    except (NotFoundError, ValueError):
        return
    raise InvalidArgumentError(f"Collection name {name!r} is the id of a collection in this database")


def _note_creation(guard: Guard, call: Call, resource: Resource, id_: UUID) -> None:
    assert call.identity is not None
    try:
        guard.collection_created(call.identity, resource, str(id_))
    except Exception:
        # Not by its name, which may be another collection's by now.
        with suppress(NotFoundError):
            call.database.delete_collection_by_id(id_)
        raise


def _before(route: Route, call: Call, resource: Resource) -> list[_Known]:
    """Return the collections that a call is about to get, rename or delete."""
    tenant, database = resource.tenant, resource.database
    if tenant is None or database is None:
        return []
    try:
        if route.name in ("create_collection", "delete_collection") and resource.collection is not None:
            info = call.database.get_collection(resource.collection, tenant, database)
            return [_Known(resource, str(info.id))]
        if route.name == "update_collection" and resource.collection is not None:
            info = call.database.get_collection_by_id(UUID(resource.collection), tenant, database)
            return [_Known(Resource(tenant, database, info.name), str(info.id))]
        if route.name == "delete_database":
            found = call.database.list_collections(tenant, database, None, None)
            return [_Known(Resource(tenant, database, info.name), str(info.id)) for info in found]
    except (NotFoundError, ValueError):
        pass
    return []
