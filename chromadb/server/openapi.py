"""The description of the interface (OpenAPI 3.1), derived from the route table and the wire types."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec
import orjson

from chromadb.model.wire import ErrorBody
from chromadb.server.route import Route
from chromadb.server.routes import ROUTES

_REFERENCE = "#/components/schemas/{name}"
_GENERAL_STATUSES = (401, 403, 408, 429, 500, 503)
_DESCRIPTIONS = {
    400: "A value that is not accepted",
    401: "Not authorised",
    403: "Not authenticated, or not allowed",
    404: "Not found",
    408: "The body did not arrive",
    409: "The name is taken",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "JSON of another type",
    429: "Too many requests",
    500: "Internal error",
    501: "Not supported by this server",
    503: "Not ready",
}
_TAGS = ("System", "Authentication", "Tenant", "Database", "Collection", "Record", "Function")


@cache
def openapi_document() -> bytes:
    """Return the description as JSON."""
    types: list[Any] = [ErrorBody]
    for route in ROUTES:
        types += [kind for kind in (route.body, route.answer) if kind is not None]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    _simplify_tuples([schemas, components])
    schema_of = {str(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of)
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "chroma-frontend", "description": "", "version": "1.0.0"},
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"ApiKeyAuth": {"type": "apiKey", "in": "header", "name": "x-chroma-token"}},
            },
            "tags": [{"name": tag} for tag in _TAGS],
        }
    )


def _simplify_tuples(part: Any) -> None:
    """Drop the ``items: false`` of tuples, which generators of clients do not know; ``maxItems`` says the same."""
    if isinstance(part, dict) and part.get("items") is False:
        del part["items"]
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, (list, tuple)) else ():
        _simplify_tuples(inner)


def _operation(route: Route, schema_of: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": [route.tag],
        "summary": ((route.handler or route.handler_of_many).__doc__ or "").strip(),
        "operationId": route.name,
        "parameters": _parameters(route),
        "responses": _responses(route, schema_of),
    }
    if route.body is not None:
        content = {"application/json": {"schema": schema_of[str(route.body)]}}
        operation["requestBody"] = {"required": True, "content": content}
    if not route.is_public:
        operation["security"] = [{}, {"ApiKeyAuth": []}]
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", route.path)
    in_path = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    in_query = [{"name": name, "in": "query", "required": False, "schema": dict(schema)}
                for name, schema in route.query.items()]  # fmt: skip
    return in_path + in_query


def _responses(route: Route, schema_of: dict[str, Any]) -> dict[str, Any]:
    error = {"application/json": {"schema": schema_of[str(ErrorBody)]}}
    found: dict[str, Any] = {}
    if route.answer is not None:
        found[str(route.success)] = {
            "description": "Success",
            "content": {"application/json": {"schema": schema_of[str(route.answer)]}},
        }
    statuses = {*route.statuses}
    if not route.is_public:
        statuses |= {*_GENERAL_STATUSES}
    if "{" in route.path or route.body is not None or route.query:
        statuses |= {400, 404}
    if route.body is not None:
        statuses |= {413, 415, 422}
    for status in sorted(statuses):
        content = error
        if status == 413 and route.plain_413:
            content = {"text/plain": {"schema": {"type": "string"}}}
        if status == 503 and route.name == "healthcheck":
            content = found["200"]["content"]
        found[str(status)] = {"description": _DESCRIPTIONS[status], "content": content}
    return found
