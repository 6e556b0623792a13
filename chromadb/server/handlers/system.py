"""The server itself: its clock, health, version, whom it takes the caller for."""

from __future__ import annotations

import logging

from chromadb.model.errors import AuthorizationError
from chromadb.model.names import DEFAULT_DATABASE, DEFAULT_TENANT
from chromadb.server.responses import HttpError, Response, json_response
from chromadb.server.route import Call

logger = logging.getLogger("chromadb.server")

API_VERSION = "1.0.0"
"""Of the HTTP interface, as the servers that clients know answer it; not the version of this package."""


def heartbeat(call: Call) -> Response:
    """Answer with the clock."""
    return json_response({"nanosecond heartbeat": call.database.heartbeat()})


def healthcheck(call: Call) -> Response:
    """Answer 200 when the database can be read, 503 when not."""
    try:
        call.database.count_collections(DEFAULT_TENANT, DEFAULT_DATABASE)
        is_ready = True
    except Exception:
        logger.exception("The database cannot be read")
        is_ready = False
    return json_response({"is_executor_ready": is_ready, "is_log_client_ready": is_ready}, 200 if is_ready else 503)


def version(call: Call) -> Response:
    """Answer with the version of the HTTP interface."""
    return json_response(API_VERSION)


def pre_flight_checks(call: Call) -> Response:
    """Answer what clients ask before their first call."""
    return json_response({"max_batch_size": call.database.get_max_batch_size(), "supports_base64_encoding": True})


def identity(call: Call) -> Response:
    """Answer whom the server takes the caller for."""
    known = call.identity or call.database.get_user_identity()
    return json_response({"user_id": known.user_id, "tenant": known.tenant, "databases": known.databases})


def reset(call: Call) -> Response:
    """Erase everything, where the configuration allows it."""
    try:
        return json_response(call.database.reset())
    except AuthorizationError as error:
        raise HttpError(403, "ChromaError", error.message()) from None


def v1(call: Call) -> Response:
    """Refuse the interface of old clients."""
    raise HttpError(410, "Unimplemented", "The v1 API is deprecated. Please use /v2 apis")
