"""Asking an embedding service: one POST of JSON, repeated where that may help, and every failure in one sentence."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    import httpx

_ATTEMPTS = 4
_FIRST_DELAY_SECONDS = 0.5
_LONGEST_DELAY_SECONDS = 60.0
_WORTH_REPEATING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_REFUSALS = frozenset({401, 403})
_SHOWN = 300


class EmbeddingServiceError(RuntimeError):
    """A service did not embed. status: of its HTTP answer, None when none came."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. body: becomes JSON. headers, query: may hold a secret, which no text of ours shows."""

    url: str
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


def ask(client: httpx.Client, service: str, request: Request, key_variable: str | None) -> Any:
    """Return the JSON that a service answers with.

    Asks up to four times when the service is busy or fails, waiting as long as it says (Retry-After, RFC 9110), or
    twice as long each time. key_variable: named when the service refuses the caller.
    Raises EmbeddingServiceError.
    """
    import httpx

    for attempt in range(1, _ATTEMPTS + 1):
        delay = min(_FIRST_DELAY_SECONDS * 2 ** (attempt - 1), _LONGEST_DELAY_SECONDS) * random.uniform(0.8, 1.2)
        try:
            answer = client.post(
                request.url,
                content=orjson.dumps(request.body, option=orjson.OPT_SERIALIZE_NUMPY),
                headers={"content-type": "application/json", **request.headers},
                params=dict(request.query) or None,
            )
        except httpx.TransportError as error:
            failure = EmbeddingServiceError(
                f"{service} did not answer at {request.url}: {str(error) or type(error).__name__}; is the address "
                "right and the network there?"
            )
        else:
            if answer.status_code == 200:
                return _parsed(service, answer)
            failure = _failure(service, answer, key_variable)
            if answer.status_code not in _WORTH_REPEATING:
                raise failure
            delay = _retry_after(answer.headers.get("retry-after"), delay)
        if attempt == _ATTEMPTS:
            raise failure
        time.sleep(delay)
    raise AssertionError("the last attempt returns or raises")


def _parsed(service: str, answer: httpx.Response) -> Any:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        raise EmbeddingServiceError(
            f"{service} answered with something else than JSON: {answer.text[:_SHOWN]!r}", answer.status_code
        ) from None


def _failure(service: str, answer: httpx.Response, key_variable: str | None) -> EmbeddingServiceError:
    status, text = answer.status_code, answer.text[:_SHOWN]
    if status in _REFUSALS:
        # Some services repeat the key that they refuse.
        place = "" if key_variable is None else f": check the key in {key_variable}"
        return EmbeddingServiceError(f"{service} refused the caller ({status}){place}", status)
    if status == 429:
        return EmbeddingServiceError(f"{service} takes no more requests for now (429): {text}", status)
    return EmbeddingServiceError(f"{service} answered {status}: {text}", status)


def _retry_after(value: str | None, delay: float) -> float:
    """Return the seconds that a Retry-After header, a number or a date, asks for; without one, the delay."""
    if value is None:
        return delay
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return delay
    return min(max(seconds, 0.0), _LONGEST_DELAY_SECONDS)
