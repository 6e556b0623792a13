"""Asking a guard about calls, and telling it of the collections that they make, rename and delete."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from uuid import UUID, uuid4

import orjson
from msgspec import Struct
from msgspec.structs import replace

from chromadb.auth.guard import Guard, Resource
from chromadb.model.errors import AlreadyExistsError, AuthorizationError, InvalidArgumentError, NotFoundError
from chromadb.server.handlers.catalog import CreationResponse
from chromadb.server.responses import Response
from chromadb.server.route import Call, Handler, Route

_GET = "collection:get_collection"
_BY_NAME_OR_ID = (_GET, "collection:delete_collection")


class _Known(Struct, frozen=True):
    """A collection before a call: where it is, with its name, and its id."""

    resource: Resource
    id: str


def authorize(guard: Guard, call: Call, action: str, resource: Resource) -> None:
    """Return when the guard lets a call pass; raises AuthorizationError."""
    assert call.identity is not None
    try:
        guard.authorize(call.identity, action, resource)
    except AuthorizationError:
        is_known_twice = guard.knows_names_and_ids and action in _BY_NAME_OR_ID
        other = _by_other_name(call, resource) if is_known_twice else None
        if other is None:
            raise
        guard.authorize(call.identity, action, other)


def perform_guarded(guard: Guard, route: Route, handler: Handler, call: Call, resource: Resource) -> Response:
    """Run the handler of an admitted call, and tell the guard what comes of it.

    A collection that exists is given to who asks to get or create it only if the guard lets them get it, and copied for
    who may read its records only, as the copy is theirs. The guard hears of a new one before it is made, so that nobody
    meets one that it does not know; one that it cannot take note of is not made.
    """
    if route.name == "create_collection":
        return _create(guard, handler, call, resource)
    if route.name == "fork_collection":
        authorize(guard, call, "collection:get", resource)
        copy = Resource(resource.tenant, resource.database, call.body.new_name)
        if _id_of_name(call, copy) is not None:
            raise AlreadyExistsError(f"Collection [{copy.collection}] already exists")
        return _make(guard, handler, call, copy)
    if route.name == "update_collection":
        _check_is_no_id(call, call.body.new_name)
    before = _before(route, call, resource)
    left: list[_Known] = []
    try:
        for known in before:
            left.append(known)
            guard.collection_leaving(known.resource, known.id, partial(_confirm, call, known))
        response = handler(call)
    except Exception:
        for known in left:
            if _id_of_name(call, known.resource) == known.id:
                guard.collection_named(known.resource, known.id)
        raise
    for known in before:
        if route.name == "update_collection":
            guard.collection_named(Resource(resource.tenant, resource.database, call.body.new_name), known.id)
        else:
            guard.collection_gone(known.resource, known.id)
    return response


def _create(guard: Guard, handler: Handler, call: Call, resource: Resource) -> Response:
    if _id_of_name(call, resource) is None:
        return _make(guard, handler, call, resource)
    authorize(guard, call, _GET, resource)
    response = handler(call)
    assert isinstance(response, CreationResponse)
    if response.is_new:
        # The one that was there has been deleted since.
        assert call.identity is not None
        try:
            guard.collection_coming(call.identity, resource, str(response.id))
        except Exception:
            # Not by its name, which may be another collection's by now.
            with suppress(NotFoundError):
                call.database.delete_collection_by_id(response.id)
            raise
        guard.collection_named(resource, str(response.id))
    return response


def _make(guard: Guard, handler: Handler, call: Call, resource: Resource) -> Response:
    """Make a collection of a name that none has, as far as is known; ``resource`` has the name."""
    assert call.identity is not None
    _check_is_no_id(call, resource.collection)
    id_ = uuid4()
    guard.collection_coming(call.identity, resource, str(id_))
    try:
        response = handler(replace(call, new_id=id_))
    except Exception:
        guard.collection_gone(resource, str(id_))
        if (other := _id_of_name(call, resource)) is not None:
            # Another call was quicker.
            guard.collection_named(resource, other)
        raise
    made = response.id if isinstance(response, CreationResponse) else UUID(orjson.loads(response.body)["id"])
    guard.collection_named(resource, str(made))
    if made != id_:
        guard.collection_gone(resource, str(id_))
        authorize(guard, call, _GET, resource)
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


def _id_of_name(call: Call, resource: Resource) -> str | None:
    """Return the id of the collection that a resource names; None if there is none."""
    assert resource.tenant is not None
    assert resource.database is not None
    assert resource.collection is not None
    try:
        return str(call.database.get_collection(resource.collection, resource.tenant, resource.database).id)
    except NotFoundError:
        return None


def _by_id(call: Call, resource: Resource) -> _Known | None:
    """Return the collection whose id stands in the place of the name; None if there is none."""
    assert resource.tenant is not None
    assert resource.database is not None
    try:
        id_ = UUID(resource.collection)
        info = call.database.get_collection_by_id(id_, resource.tenant, resource.database)
    except (NotFoundError, ValueError):
        return None
    return _Known(Resource(resource.tenant, resource.database, info.name), str(id_))


def _by_other_name(call: Call, resource: Resource) -> Resource | None:
    """Return a collection by its name when it is given by its id, by its id when by its name; None if there is none."""
    if None in (resource.tenant, resource.database, resource.collection):
        return None
    if (known := _by_id(call, resource)) is not None:
        return known.resource
    id_ = _id_of_name(call, resource)
    return None if id_ is None else Resource(resource.tenant, resource.database, id_)


def _confirm(call: Call, known: _Known) -> None:
    """Raise NotFoundError unless a collection still has its name."""
    if _id_of_name(call, known.resource) != known.id:
        raise NotFoundError(f"Collection [{known.resource.collection}] does not exist")


def _before(route: Route, call: Call, resource: Resource) -> list[_Known]:
    """Return the collections that a call is about to rename or delete."""
    tenant, database = resource.tenant, resource.database
    if route.name == "update_collection":
        known = _by_id(call, resource)
        is_renamed = known is not None and call.body.new_name not in (None, known.resource.collection)
        return [known] if known is not None and is_renamed else []
    if route.name == "delete_collection":
        id_ = _id_of_name(call, resource)
        return [] if id_ is None else [_Known(resource, id_)]
    if route.name == "delete_database" and tenant is not None and database is not None:
        found = call.database.list_collections(tenant, database, None, None)
        return [_Known(Resource(tenant, database, info.name), str(info.id)) for info in found]
    return []
