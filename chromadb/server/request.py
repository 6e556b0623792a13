"""A request on its way through the server."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from chromadb.server.operation.tracing import RequestSpan

_SANE_ID = re.compile(r"[0-9A-Za-z._:/+=-]{1,128}")
_NOTHING = nullcontext()


class Request(Struct):
    """What came, and what has become known of it.

    path: as it was sent, percent-encoded. id: of the client's ``x-request-id``, or the trace id. trace_id: 32
    hexadecimal digits. operation and template: name and path of the route, empty for none. user: empty for nobody.
    """

    method: str
    path: str
    query_string: bytes
    http_version: str
    headers: Mapping[str, str]
    id: str
    trace_id: str
    operation: str = ""
    template: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    body_bytes: int = 0
    span: RequestSpan | None = None

    def stage(self, name: str, **attributes: str | int) -> AbstractContextManager[Any]:
        """Return a block whose span, where requests are traced, is part of the request's."""
        return _NOTHING if self.span is None else self.span.stage(name, attributes)


def _joined(sent: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers of which some came more than once, the values of each as one list, as HTTP has it.

    Of two credentials none is believed so: a proxy may have looked at the other one.
    """
    values: dict[str, list[str]] = {}
    for name, value in sent:
        values.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return {name: ", ".join(of_name) for name, of_name in values.items()}


def request_of(scope: Mapping[str, Any]) -> Request:
    """Return the request of an ASGI scope."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if len(headers) != len(scope["headers"]):
        headers = _joined(scope["headers"])
    trace_id = os.urandom(16).hex()
    given = headers.get("x-request-id")
    return Request(
        method=scope["method"],
        path=scope["path"] if scope.get("raw_path") is None else scope["raw_path"].decode("latin-1"),
        query_string=scope["query_string"],
        http_version=scope["http_version"],
        headers=headers,
        id=given if given is not None and _SANE_ID.fullmatch(given) else trace_id,
        trace_id=trace_id,
    )
