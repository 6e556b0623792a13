"""The route table: everything the server answers, and all that routing, authorisation and OpenAPI know of it."""

from __future__ import annotations

from typing import Any

from chromadb.auth.guard import Resource
from chromadb.model import wire
from chromadb.server.handlers import catalog, records, system, unsupported
from chromadb.server.route import Call, Handler, Route

_V2 = "/api/v2"
_DATABASES = f"{_V2}/tenants/{{tenant}}/databases"
_DATABASE = f"{_DATABASES}/{{database}}"
_COLLECTION = f"{_DATABASE}/collections/{{collection_id}}"
_UNSIGNED: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
_PAGE = {"limit": _UNSIGNED, "offset": _UNSIGNED}
_READ_LEVEL = {"read_level": {"type": "string", "enum": ["index_and_wal", "index_only", "index_and_bounded_wal"]}}


def _tenant_of_body(call: Call) -> Resource:
    return Resource(tenant=call.body.name)


def _database_of_body(call: Call) -> Resource:
    return Resource(tenant=call.parameters["tenant"], database=call.body.name)


def _collection_of_body(call: Call) -> Resource:
    return Resource(call.parameters["tenant"], call.parameters["database"], call.body.name)


def _crn(call: Call) -> Resource:
    parts = call.parameters["crn"].split(":")
    return Resource(*parts) if len(parts) == 3 else Resource()


def _public(path: str, name: str, handler: Handler, answer: Any) -> Route:
    statuses = (503,) if name == "healthcheck" else ()
    is_quick = name != "healthcheck"
    return Route(
        "GET", _V2 + path, name, "System", handler, answer, is_public=True, is_quick=is_quick, statuses=statuses
    )


def _record(
    method: str, path: str, handler: Handler | None, answer: Any, body: type | None = None, **more: Any
) -> Route:
    verb = (handler or more["handler_of_many"]).__name__
    action = more.pop("action", f"collection:{verb}")
    full = f"{_COLLECTION}/{path}"
    tag = more.pop("tag", "Record")
    return Route(
        method, full, more.pop("name", f"collection_{verb}"), tag, handler, answer, body,
        action=action, checks_database=True, plain_413=body is not None and path not in ("get", "delete"), **more,
    )  # fmt: skip


def _function(method: str, path: str, handler: Handler, body: type | None = None, **more: Any) -> Route:
    return _record(method, path, handler, None, body, name=handler.__name__, tag="Function", **more)


def _collection(method: str, path: str, handler: Handler, answer: Any, action: str, **more: Any) -> Route:
    name = handler.__name__
    return Route(
        method, path, name, "Collection", handler, answer, action=action, checks_database="{database}" in path, **more
    )


ROUTES: tuple[Route, ...] = (
    _public("", "heartbeat_root", system.heartbeat, wire.Heartbeat),
    _public("/heartbeat", "heartbeat", system.heartbeat, wire.Heartbeat),
    _public("/healthcheck", "healthcheck", system.healthcheck, wire.Health),
    _public("/version", "version", system.version, str),
    _public("/pre-flight-checks", "pre_flight_checks", system.pre_flight_checks, wire.PreFlight),
    Route("GET", f"{_V2}/auth/identity", "get_user_identity", "Authentication", system.identity, wire.Identity),
    Route(
        "POST", f"{_V2}/reset", "reset", "System", system.reset, bool,
        action="system:reset", resource=lambda call: Resource(), statuses=(403,),
    ),
    Route(
        "POST", f"{_V2}/tenants", "create_tenant", "Tenant", catalog.create_tenant, wire.Empty, wire.CreateTenant,
        action="tenant:create_tenant", resource=_tenant_of_body, statuses=(409,),
    ),
    Route(
        "GET", f"{_V2}/tenants/{{tenant}}", "get_tenant", "Tenant", catalog.get_tenant, wire.TenantAnswer,
        action="tenant:get_tenant",
    ),
    Route(
        "PATCH", f"{_V2}/tenants/{{tenant}}", "update_tenant", "Tenant", catalog.update_tenant, wire.Empty,
        wire.UpdateTenant, action="tenant:create_tenant",
    ),
    Route(
        "POST", _DATABASES, "create_database", "Database", catalog.create_database, wire.Empty, wire.CreateDatabase,
        action="db:create_database", resource=_database_of_body, statuses=(409,),
    ),
    Route(
        "GET", _DATABASES, "list_databases", "Database", catalog.list_databases, list[wire.DatabaseAnswer],
        action="db:list_databases", query=_PAGE,
    ),
    Route(
        "GET", _DATABASE, "get_database", "Database", catalog.get_database, wire.DatabaseAnswer,
        action="db:get_database",
    ),
    Route(
        "DELETE", _DATABASE, "delete_database", "Database", catalog.delete_database, wire.Empty,
        action="db:delete_database",
    ),
    _collection(
        "POST", f"{_DATABASE}/collections", catalog.create_collection, wire.CollectionAnswer,
        "db:create_collection", body=wire.CreateCollection, resource=_collection_of_body, statuses=(409,),
    ),
    _collection(
        "GET", f"{_DATABASE}/collections", catalog.list_collections, list[wire.CollectionAnswer],
        "db:list_collections", query=_PAGE,
    ),
    _collection(
        "GET", f"{_DATABASE}/collections_count", catalog.count_collections, int, "db:count_collections",
    ),
    _collection("GET", _COLLECTION, catalog.get_collection, wire.CollectionAnswer, "collection:get_collection"),
    _collection(
        "GET", f"{_DATABASE}/collections/by-id/{{collection_id}}", catalog.get_collection_by_id, wire.CollectionAnswer,
        "collection:get_collection",
    ),
    _collection(
        "GET", f"{_V2}/collections/{{crn}}", catalog.get_collection_by_crn, wire.CollectionAnswer,
        "collection:get_collection", resource=_crn,
    ),
    _collection(
        "PUT", _COLLECTION, catalog.update_collection, wire.Empty, "collection:update_collection",
        body=wire.UpdateCollection, statuses=(409,),
    ),
    _collection("DELETE", _COLLECTION, catalog.delete_collection, wire.Empty, "collection:delete_collection"),
    _collection(
        "POST", f"{_COLLECTION}/fork", catalog.fork_collection, wire.CollectionAnswer, "db:create_collection",
        body=wire.ForkCollection, statuses=(409,),
    ),
    _collection(
        "GET", f"{_COLLECTION}/fork_count", catalog.fork_count, wire.ForkCount, "collection:get_collection",
        statuses=(501,),
    ),
    _record("POST", "add", records.add, wire.Empty, wire.AddRecords, success=201),
    _record("POST", "update", records.update, wire.Empty, wire.UpdateRecords),
    _record("POST", "upsert", records.upsert, wire.Empty, wire.AddRecords),
    _record("POST", "delete", records.delete, wire.Deleted, wire.DeleteRecords),
    _record("POST", "get", records.get, wire.RecordsAnswer, wire.GetRecords),
    _record(
        "POST", "query", None, wire.HitsAnswer, wire.QueryRecords, query=_PAGE, handler_of_many=records.query
    ),
    _record("POST", "search", records.search, wire.SearchAnswer, wire.SearchRecords, action="collection:query"),
    _record("POST", "count", records.count_selected, int, wire.CountRecords, action="collection:count"),
    _record(
        "POST", "facets", records.facets, list[tuple[Any, int]], wire.FacetRecords, action="collection:get"
    ),
    _record("GET", "count", records.count, int, query=_READ_LEVEL),
    _record(
        "GET", "indexing_status", records.indexing_status, wire.IndexingProgress, name="indexing_status",
        action="collection:get_collection",
    ),
    _record(
        "POST", "conditional/get", unsupported.conditional_get, wire.RecordsAnswer, wire.ConditionalGet,
        action="collection:get", statuses=(501,),
    ),
    _record(
        "POST", "conditional/commit", unsupported.conditional_commit, wire.Empty, wire.ConditionalCommit,
        action="collection:update", statuses=(501,),
    ),
    _function(
        "POST", "functions/attach", unsupported.attach_function, wire.AttachFunction,
        action="collection:update_collection", statuses=(501,),
    ),
    _function(
        "GET", "functions/{name}", unsupported.get_attached_function, action="collection:get_collection",
    ),
    _function(
        "POST", "attached_functions/{name}/detach", unsupported.detach_function, wire.DetachFunction,
        action="collection:update_collection", statuses=(501,),
    ),
)  # fmt: skip
"""In the order of the description; the first of two methods of one path comes first in ``allow``."""
