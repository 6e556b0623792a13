"""When no answer comes: whether to try again, and what to say."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpx

from chromadb.client.http.call import Call
from chromadb.client.http.connection import Request

DELAYS = (0.1, 0.4)
"""Seconds to wait before the second and the third attempt."""

FAILURES = (httpx.TransportError, ssl.SSLError)
"""What is raised when no answer comes: awaited connections let errors of TLS through as they are."""


def may_repeat(call: Call[object], error: Exception) -> bool:
    """Return whether a call that failed may be sent again: it never arrived, or it changes nothing.

    A write that may have arrived is not repeated, not even an upsert: what somebody else wrote or deleted after it
    would be undone. Not after a time limit or trouble with TLS: the next attempt would fail like this one.
    """
    if isinstance(error, httpx.TimeoutException) or _tls_failure(error) is not None:
        return False
    if isinstance(error, httpx.ConnectError):
        return True
    return _changes_nothing(call) and isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError))


def described(error: Exception, call: Call[object], request: Request, address: str) -> httpx.TransportError:
    """Return the error that httpx has for it, with a sentence that says where it happened and what to do about it."""
    tls = _tls_failure(error)
    if tls is not None:
        advice = _advice_on_tls(tls, address)
    elif isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        advice = (
            f"No server answers at {address}: {error or 'the time for connecting is up'}. Start one with `chroma run`, "
            "or check host, port and ssl"
        )
    elif isinstance(error, httpx.TimeoutException):
        advice = (
            f"{request.source} was not answered in time; Settings(chroma_http_timeout_secs=...) says how long to wait, "
            f"None is for ever{_doubt(call)}"
        )
    else:
        advice = f"{request.source} failed: {error or type(error).__name__}{_doubt(call)}"
    return type(error)(advice) if isinstance(error, httpx.TransportError) else httpx.ReadError(advice)


def _doubt(call: Call[object]) -> str:
    return "" if _changes_nothing(call) else ". Whether the server did it is not known"


def _changes_nothing(call: Call[object]) -> bool:
    return call.method == "GET" or call.is_read


def _advice_on_tls(failure: ssl.SSLError, address: str) -> str:
    reason = failure.reason or ""
    if isinstance(failure, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {address} is not accepted: {failure}. Name the file of the authority that signed it "
            "with Settings(chroma_server_ssl_verify=...)"
        )
    if "ALERT" in reason and ("CERTIFICATE" in reason or "CA" in reason.split("_")):
        return (
            f"{address} wants a certificate of the client that it knows: {failure}. Name its file with "
            "Settings(chroma_client_ssl_certfile=...), and that of its key with chroma_client_ssl_keyfile"
        )
    return f"{address} does not speak TLS as expected: {failure}. Check port and ssl: is that a server of HTTPS?"


def _tls_failure(error: BaseException) -> ssl.SSLError | None:
    hung_up = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
    failures = (cause for cause in _causes(error) if isinstance(cause, ssl.SSLError))
    return next((failure for failure in failures if not isinstance(failure, hung_up)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
