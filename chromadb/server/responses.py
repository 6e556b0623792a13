"""What a handler answers with, and how errors look on the wire."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chromadb.model.errors import (
    AlreadyExistsError,
    AuthorizationError,
    ChromaAuthError,
    ChromaError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    VersionMismatchError,
)
from chromadb.model.json_text import json_text

JSON = (b"content-type", b"application/json")
Headers = tuple[tuple[bytes, bytes], ...]


class Response(Struct, frozen=True):
    """An answer: HTTP status, body, and headers without content-length."""

    status: int
    body: bytes = b""
    headers: Headers = ()


class HttpError(Exception):
    """A refusal whose status and name no documented exception carries; name: None for one in plain text."""

    def __init__(self, status: int, name: str | None, message: str, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status = status
        self.name = name
        self.headers = headers


def json_response(value: Any, status: int = 200) -> Response:
    """Return a value as JSON: NumPy arrays as lists, numbers that are not finite as null."""
    return Response(status, json_text(value), (JSON,))


def error_response(status: int, name: str, message: str) -> Response:
    """Return the documented error body."""
    return json_response({"error": name, "message": message}, status)


def response_of(error: Exception) -> Response | None:
    """Return the answer that carries an error; None for one that only a defect of the server raises."""
    match error:
        case HttpError():
            if error.name is None:
                return Response(error.status, str(error).encode(), error.headers)
            refusal = error_response(error.status, error.name, str(error))
            return replace(refusal, headers=refusal.headers + error.headers)
        case InvalidArgumentError():
            return error_response(400, "InvalidArgumentError", error.message())
        case NotFoundError():
            return error_response(404, "NotFoundError", error.message())
        case AlreadyExistsError():
            return error_response(409, "ChromaError", error.message())
        case VersionMismatchError():
            return error_response(500, "VersionMismatchError", error.message())
        case InternalError():
            return error_response(500, "InternalError", error.message())
        case ChromaAuthError() | AuthorizationError() | ChromaError():
            return error_response(error.code(), error.name(), error.message())
    return None
