"""What a server's answer means: a result, a documented error, or something that no Chroma server says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from chromadb.client.http.address import without_credentials
from chromadb.client.http.call import Call
from chromadb.client.http.unexpected_answer import UnexpectedAnswerError
from chromadb.model.errors import BatchSizeExceededError, ChromaError, error_types

T = TypeVar("T")

_SHOWN = 200
_TRACE_HEADER = "chroma-trace-id"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. source: method and URL, for sentences; it holds no secret. headers: lower-case names."""

    source: str
    status: int
    headers: Mapping[str, str]
    content: bytes


def read_answer(call: Call[T], answer: Answer) -> T:
    """Return the result of a call.

    Raises the error that the body names, with the server's sentence and ``trace_id``; ChromaError for a refusal whose
    name is not known, BatchSizeExceededError for a body that was too large, and UnexpectedAnswerError for what is no
    answer of a Chroma server.
    """
    if not 200 <= answer.status < 300:
        raise _error(answer)
    try:
        return call.read(answer.content)
    except (msgspec.DecodeError, ValueError):
        raise _unexpected(answer) from None


def _error(answer: Answer) -> ChromaError:
    trace_id = answer.headers.get(_TRACE_HEADER)
    named = _named_error(answer.content)
    if named is None:
        if answer.status == 413:
            error: ChromaError = BatchSizeExceededError(f"{_text(answer)}: send fewer records in one call")
        else:
            error = _unexpected(answer)
    else:
        name, message = named
        kind = error_types.get(name)
        suffix = "" if kind is not None or trace_id is None else f" (trace ID: {trace_id})"
        error = (kind or ChromaError)(f"{message}{suffix}")
    error.trace_id = trace_id
    return error


def _named_error(content: bytes) -> tuple[str, str] | None:
    try:
        body: Any = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return None
    if not isinstance(body, dict) or not isinstance(body.get("error"), str):
        return None
    return body["error"], str(body.get("message", body["error"]))


def _unexpected(answer: Answer) -> UnexpectedAnswerError:
    kind = answer.headers.get("content-type", "no content type")
    place = answer.headers.get("location")
    advice = "Are host, port and path those of a Chroma server?"
    if 300 <= answer.status < 400 and place is not None:
        advice = (
            f"It leads to {without_credentials(place)!r}: use the host of that, for calls are not sent on elsewhere"
        )
    error = UnexpectedAnswerError(
        f"{answer.source} answered {answer.status} with {kind}, which no Chroma server says: {_text(answer)!r}. "
        f"{advice}"
    )
    error.trace_id = answer.headers.get(_TRACE_HEADER)
    return error


def _text(answer: Answer) -> str:
    text = answer.content[: 4 * _SHOWN].decode("utf-8", "replace")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
