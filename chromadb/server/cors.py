"""Cross-origin requests: which headers let a page of another origin read an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chromadb.server.responses import Headers

_VARY = (b"vary", b"origin, access-control-request-method, access-control-request-headers")
_PREFLIGHT: Headers = ((b"access-control-allow-methods", b"*"), (b"access-control-allow-headers", b"*"))


def cors_headers(origins: Sequence[str], headers: Mapping[str, str], *, preflight: bool) -> Headers:
    """Return what is added to every answer, and to that of a pre-flight request.

    origins: those allowed, "*" for every one. headers: of the request, names in lower case.
    """
    origin = headers.get("origin")
    found: Headers = (_VARY,)
    if "*" in origins:
        found += ((b"access-control-allow-origin", b"*"),)
    elif origin is not None and origin in origins:
        found += ((b"access-control-allow-origin", origin.encode("latin-1")),)
    return found + _PREFLIGHT if preflight else found
