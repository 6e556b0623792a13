"""What people read in a browser: the description of the interface, and a page that shows it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from chromadb.server.openapi import openapi_document
from chromadb.server.responses import JSON, Response


def page_of(path: str, method: str) -> Response | None:
    """Return the answer at a path that is a page; None for any other path."""
    if path not in ("/openapi.json", "/docs", "/docs/"):
        return None
    if method not in ("GET", "HEAD"):
        return Response(405, headers=((b"allow", b"GET,HEAD"),))
    if path == "/openapi.json":
        return Response(200, openapi_document(), (JSON,))
    if path == "/docs":
        return Response(303, headers=((b"location", b"/docs/"),))
    return Response(200, _docs_page(), ((b"content-type", b"text/html; charset=utf-8"),))


@cache
def _docs_page() -> bytes:
    return (Path(__file__).parent / "docs.html").read_bytes()
