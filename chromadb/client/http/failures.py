"""When no answer comes: whether to try again, and what to say."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpx

from chromadb.client.http.connection import Request
from chromadb.client.operations.operation import Call

DELAYS = (0.1, 0.4)
"""Seconds to wait before the second and the third attempt."""


def may_repeat(call: Call[object], error: httpx.TransportError) -> bool:
    """Return whether a call that failed may be sent again: it never arrived, or arriving twice does no harm.

    Not after a time limit or a certificate that is not accepted: the next attempt would fail like this one.
    """
    if isinstance(error, httpx.TimeoutException) or _is_about_certificates(error):
        return False
    if isinstance(error, httpx.ConnectError):
        return True
    return call.is_repeatable and isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError))


def described(error: httpx.TransportError, request: Request, address: str) -> httpx.TransportError:
    """Return the same error with a sentence that says where it happened and what to do about it."""
    if _is_about_certificates(error):
        advice = (
            f"The certificate of {address} is not accepted: {error}. Name the file of the authority that signed it "
            "with Settings(chroma_server_ssl_verify=...)"
        )
    elif isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        advice = (
            f"No server answers at {address}: {error or 'the time for connecting is up'}. Start one with `chroma run`, "
            "or check host, port and ssl"
        )
    elif isinstance(error, httpx.TimeoutException):
        advice = (
            f"{request.source} was not answered in time; Settings(chroma_http_timeout_secs=...) says how long to wait, "
            "None is for ever"
        )
    else:
        advice = f"{request.source} failed: {error or type(error).__name__}"
    return type(error)(advice)


def _is_about_certificates(error: BaseException) -> bool:
    return any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
