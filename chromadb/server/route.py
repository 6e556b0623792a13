"""One row of the route table, and how a path finds its row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from msgspec import Struct, field

from chromadb.auth.guard import Resource
from chromadb.engine.database import Database
from chromadb.model.identity import UserIdentity
from chromadb.server.request import Request
from chromadb.server.responses import Response


class Call(Struct, frozen=True):
    """A request whose body has been read: path parameters, query parameters, the body as its wire type.

    new_id: which id a collection that the call makes gets; None: any.
    """

    request: Request
    database: Database
    identity: UserIdentity | None
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = None
    new_id: UUID | None = None


Handler = Callable[[Call], Response]
HandlerOfMany = Callable[[Sequence[Call]], Sequence[Response | Exception]]
"""Answers calls that wait at the same time, each with a response or what is to be raised."""


class Route(Struct, frozen=True):
    """What the server does at a method and path; routing, OpenAPI and authorisation all read this.

    path: with ``{name}`` for parameters. name: of the operation, unique; in the
    description, in metrics, logs and traces. tag: its group in the description. body: wire
    type of the request, None: it has none. answer: type of the answer with status ``success``. action: what the guard
    is asked for, None: nothing. is_public: served without credentials. is_quick: never waits for a lock, a disk or the
    network, and so runs on the event loop. handler_of_many: in the place of ``handler``. resource: what the guard is
    asked about; None: what the path names. plain_413: whether a body that is too large is refused in plain text.
    query: names and JSON schemas of query parameters. statuses: those of refusals beside the general ones.
    """

    method: str
    path: str
    name: str
    tag: str
    handler: Handler | None
    answer: Any
    body: type | None = None
    success: int = 200
    action: str | None = None
    is_public: bool = False
    is_quick: bool = False
    checks_database: bool = False
    resource: Callable[[Call], Resource] | None = None
    plain_413: bool = False
    handler_of_many: HandlerOfMany | None = None
    query: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    statuses: tuple[int, ...] = ()


class _Node(Struct):
    fixed: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    routes: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)


class Match(Struct, frozen=True):
    """The routes of a path by method, each with the names of its parameters, and the parameters' values."""

    routes: Mapping[str, tuple[Route, tuple[str, ...]]]
    values: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The methods as the ``allow`` header lists them."""
        methods: list[str] = []
        for method in self.routes:
            methods += [method, "HEAD"] if method == "GET" else [method]
        return ",".join(methods)


class Router:
    """Finds the routes of a path in time that depends on its length only."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._root = _Node()
        for route in routes:
            node, names = self._root, []
            for segment in route.path.split("/")[1:]:
                if segment.startswith("{"):
                    names.append(segment[1:-1])
                    node.parameter = node.parameter or _Node()
                    node = node.parameter
                else:
                    node = node.fixed.setdefault(segment, _Node())
            node.routes[route.method] = (route, tuple(names))

    def match(self, path: str) -> Match | None:
        """Return what serves a percent-encoded path; None for an unknown one. Raises UnicodeDecodeError."""
        node: _Node = self._root
        values: list[str] = []
        for segment in path.split("/")[1:]:
            following = node.fixed.get(segment)
            if following is None:
                following = node.parameter
                if following is None or not segment:
                    return None
                values.append(unquote(segment, errors="strict") if "%" in segment else segment)
            node = following
        return Match(node.routes, tuple(values)) if node.routes else None
