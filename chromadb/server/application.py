"""The ASGI application: finds the route of a request, reads its body, asks the guard, runs the handler, answers.

The event loop reads and writes sockets. What may wait for the database runs in a pool of threads.
"""

from __future__ import annotations

import asyncio
import logging
import math
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from msgspec.structs import replace

from chromadb.auth.guard import Guard, Resource
from chromadb.engine.database import Database, DatabaseOptions
from chromadb.model.errors import AuthorizationError
from chromadb.model.identity import UserIdentity
from chromadb.model.names import check_database_name
from chromadb.server.configuration import ServerConfiguration
from chromadb.server.cors import cors_headers
from chromadb.server.gathering import Gatherer
from chromadb.server.guarding import authorize, perform_guarded
from chromadb.server.operation.admission import Admission
from chromadb.server.operation.counts import Counts
from chromadb.server.operation.limits import LimitOptions
from chromadb.server.operation.logs import details, lines_of
from chromadb.server.operation.metrics import metrics_route
from chromadb.server.operation.tracing import RequestTracing
from chromadb.server.operation.watch import NO_ROUTE, Watch
from chromadb.server.pages import page_of
from chromadb.server.reading import read_body
from chromadb.server.request import Request, request_of
from chromadb.server.responses import HttpError, Response, error_response, response_of
from chromadb.server.route import Call, HandlerOfMany, Route, Router
from chromadb.server.routes import ROUTES

if sys.version_info >= (3, 11):
    from asyncio import timeout
else:
    from async_timeout import timeout

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

logger = logging.getLogger("chromadb.server")

_DRAINED_LIMITS = 8
"""How many times the payload limit is read of a body that is refused."""

_SLOWEST_BYTES_PER_SECOND = 1024
"""A body that takes longer than this allows, and the time for a part besides, is taken for one that never ends."""

_MOST_IN_A_RUN = 64
"""How many gathered calls are answered together at most."""

_V1 = "/api/v1/"
_V1_METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
_V1_GONE = error_response(410, "Unimplemented", "The v1 API is deprecated. Please use /v2 apis")
_WRONG_TYPE = HttpError(415, "ChromaError", "Expected request with `Content-Type: application/json`")


class Application:
    """Serves one database. It is opened when the server starts the application, and closed when it stops it.

    counts_directory: where the processes of a server count requests; None: this one is alone. stopped_at: returns when
    the server was told to stop, in seconds of ``time.monotonic``; infinity: it has not been.
    """

    def __init__(
        self,
        configuration: ServerConfiguration,
        guard: Guard | None = None,
        counts_directory: Path | None = None,
        stopped_at: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._configuration = configuration
        self._stopped_at = stopped_at
        self._guard = guard
        routes, counts = ROUTES, None
        if configuration.metrics:
            counts = Counts((*(route.name for route in ROUTES), "metrics", NO_ROUTE), counts_directory)
            routes = (*ROUTES, metrics_route(counts))
        self._router = Router(routes)
        self._watch = _watch(configuration, counts)
        self._admission = _admission(configuration, counts)
        self._counts = counts
        self._pool = ThreadPoolExecutor(configuration.threads, thread_name_prefix="chroma-call")
        # Those who try passwords wait for one another, not those who are known for them.
        self._door = ThreadPoolExecutor(configuration.threads, thread_name_prefix="chroma-door")
        self._gatherers: dict[str, Gatherer[Call, Response]] = {}
        self._opened: Database | None = None
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the start and stop of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    self._opened = Database(_database_options(self._configuration))
                except Exception as error:
                    logger.error("The database at %s cannot be opened: %s", self._configuration.persist_path, error)
                    self._close()
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                self._close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _close(self) -> None:
        self._door.shutdown()
        self._pool.shutdown()
        if self._guard is not None:
            self._guard.close()
        if self._opened is not None:
            self._opened.close()
        if self._watch is not None:
            self._watch.close()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = request_of(scope)
        if self._watch is None:
            await self._send(request, await self._answer(request, receive), send)
            return
        began = self._watch.begin(request)
        status = sent = 0
        try:
            response = await self._answer(request, receive)
            status, sent = response.status, len(response.body)
            await self._send(request, response, send)
        finally:
            self._watch.end(request, began, status, sent)

    async def _send(self, request: Request, response: Response, send: Send) -> None:
        headers: list[tuple[bytes, bytes]] = [
            *response.headers,
            (b"content-length", b"%d" % len(response.body)),
            (b"x-request-id", request.id.encode("ascii")),
        ]
        if response.status >= 400:
            headers.append((b"chroma-trace-id", request.trace_id.encode("ascii")))
        origins = self._configuration.cors_allow_origins
        if origins is not None:
            headers += cors_headers(origins, request.headers, preflight=request.method == "OPTIONS")
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else response.body})

    async def _answer(self, request: Request, receive: Receive) -> Response:
        method, path = request.method, request.path
        if method == "OPTIONS" and self._configuration.cors_allow_origins is not None:
            return self._preflight(path)
        if path.startswith(_V1) and len(path) > len(_V1):
            return _V1_GONE if method in _V1_METHODS else Response(405, headers=_allow(",".join(_V1_METHODS)))
        try:
            match = self._router.match(path)
        except UnicodeDecodeError:
            return error_response(400, "InvalidArgumentError", f"Invalid URL: {path!r} is not UTF-8")
        if match is None:
            return page_of(path, method) or Response(404)
        found = match.routes.get("GET" if method == "HEAD" else method)
        if found is None:
            return Response(405, headers=_allow(match.allowed))
        route, names = found
        request.operation, request.template = route.name, route.path
        request.parameters = dict(zip(names, match.values, strict=True))
        limit = self._configuration.max_concurrent_requests
        if limit and self._in_flight >= limit and not route.is_public:
            if self._counts is not None:
                self._counts.refused("in_flight")
            return error_response(429, "ChromaError", "You have been rate limited.")
        self._in_flight += 1
        try:
            return await self._run(route, request, receive)
        except Exception as error:
            response = response_of(error)
            if response is None:
                logger.exception("%s %s failed", method, path, extra=details(request))
                return error_response(
                    500, "InternalError", "An internal error occurred; the log of the server says more"
                )
            return response
        finally:
            self._in_flight -= 1

    def _preflight(self, path: str) -> Response:
        """Answer a pre-flight request, at whatever path: what is served there is for the request itself to find out."""
        try:
            match = self._router.match(path)
        except UnicodeDecodeError:
            match = None
        return Response(200, headers=() if match is None else _allow(match.allowed))

    async def _run(self, route: Route, request: Request, receive: Receive) -> Response:
        if self._opened is None:
            raise HttpError(503, "ChromaError", "The database is not open")
        query = dict(parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True))
        call = Call(request, self._opened, None, request.parameters, query)
        if route.is_quick and route.handler is not None:
            return route.handler(call)
        if self._guard is not None and not route.is_public:
            identity = await self._identity(self._guard, request)
            request.user = identity.user_id
            call = replace(call, identity=identity)
        if self._admission is None or route.is_public:
            return await self._work(route, call, receive, self._configuration.max_payload_size_bytes)
        limit = self._admission.max_payload_size_bytes(request, call.identity)
        ticket = self._admission.begin(request, call.identity)
        was_refused = False
        try:
            most = self._configuration.max_payload_size_bytes
            return await self._work(route, call, receive, most if limit is None else min(most, limit))
        except AuthorizationError:
            was_refused = True
            raise
        finally:
            self._admission.end(ticket, is_refunded=was_refused)

    async def _identity(self, guard: Guard, request: Request) -> UserIdentity:
        with request.stage("auth_request"):
            known = guard.recognized(request.headers)
            if known is not None:
                return known
            return await asyncio.get_running_loop().run_in_executor(self._door, _authenticated, guard, request)

    async def _work(self, route: Route, call: Call, receive: Receive, limit: int) -> Response:
        if route.body is not None:
            _check_content_type(call.request.headers)
            with call.request.stage("buffering_body"):
                body = await self._body(route, call.request, receive, limit)
            call = replace(call, body=body)
        # The body is read where the work is done.
        if route.handler_of_many is not None:
            return await self._gatherer(route, route.handler_of_many).answer(call)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._perform, route, call)

    def _gatherer(self, route: Route, handler: HandlerOfMany) -> Gatherer[Call, Response]:
        if route.name not in self._gatherers:
            perform = partial(self._perform_all, route, handler)
            self._gatherers[route.name] = Gatherer(self._pool, perform, self._configuration.threads, _MOST_IN_A_RUN)
        return self._gatherers[route.name]

    def _perform_all(
        self, route: Route, handler: HandlerOfMany, unread: Sequence[Call]
    ) -> Sequence[Response | Exception]:
        """Answer calls of a route together, each with a response or what is to be raised."""
        answers: list[Response | Exception] = [Response(500)] * len(unread)
        admitted: dict[int, Call] = {}
        for position, one in enumerate(unread):
            try:
                with lines_of(one.request):
                    admitted[position], _ = self._admitted(route, one)
            except Exception as error:
                answers[position] = error
        began = time.time_ns()
        for position, answer in zip(admitted, handler(list(admitted.values())), strict=True):
            answers[position] = answer
        for call in admitted.values():
            if call.request.span is not None:
                call.request.span.passed(route.name, began, {"batch_size": len(admitted)})
        return answers

    def _admitted(self, route: Route, unread: Call) -> tuple[Call, Resource | None]:
        """Return a call with its body read, and what it is about, once the guard lets it pass; None: nobody asks."""
        if route.checks_database:
            check_database_name(unread.parameters["database"])
        call = unread
        if unread.body is not None and route.body is not None:
            with unread.request.stage("parsing_json", bytes=len(unread.body)):
                call = replace(unread, body=read_body(unread.body, route.body))
        if self._guard is None or call.identity is None or route.action is None:
            return call, None
        resource = _resource_of(call.parameters) if route.resource is None else route.resource(call)
        with call.request.stage("authz_request", action=route.action):
            authorize(self._guard, call, route.action, resource)
        return call, resource

    def _perform(self, route: Route, unread: Call) -> Response:
        request = unread.request
        with lines_of(request):
            call, resource = self._admitted(route, unread)
            assert route.handler is not None
            with request.stage(route.name):
                if self._guard is None or call.identity is None or resource is None:
                    return route.handler(call)
                return perform_guarded(self._guard, route, route.handler, call, resource)

    async def _body(self, route: Route, request: Request, receive: Receive, limit: int) -> bytes:
        """Return the whole body; raises HttpError for one that is too large or does not arrive.

        One that is too large is read to its end, within bounds: a client that is still sending hears no answer.
        """
        announced = request.headers.get("content-length", "")
        is_large = announced.isdigit() and int(announced) > limit
        parts: list[bytes] = []
        size = 0
        seconds = self._configuration.body_timeout_seconds
        began = time.monotonic()
        while True:
            now = time.monotonic()
            left = began + seconds + size / _SLOWEST_BYTES_PER_SECOND - now
            # A server that stops waits for no body longer than this, however steadily it arrives.
            left_to_stop = self._stopped_at() + seconds - now
            message = await self._part(receive, min(seconds, left, left_to_stop))
            if message["type"] == "http.disconnect":
                raise HttpError(400, "InvalidArgumentError", "The client went away before the end of the body")
            part: bytes = message.get("body", b"")
            size += len(part)
            request.body_bytes = size
            if is_large or size > limit:
                is_large = True
                parts.clear()
            else:
                parts.append(part)
            if size > _DRAINED_LIMITS * limit or not message.get("more_body"):
                break
        if is_large:
            raise _too_large(route)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _part(self, receive: Receive, seconds: float) -> Message:
        try:
            # Not wait_for, which makes a task of each part.
            async with timeout(seconds):
                return await receive()
        except asyncio.TimeoutError:
            raise HttpError(408, "ChromaError", "The body does not arrive, or too slowly") from None


def _authenticated(guard: Guard, request: Request) -> UserIdentity:
    with lines_of(request):
        return guard.authenticate(request.headers)


def _too_large(route: Route) -> HttpError:
    if route.plain_413:
        return HttpError(413, None, "Payload too large")
    return HttpError(413, "ChromaError", "Failed to buffer the request body: length limit exceeded")


def _check_content_type(headers: Mapping[str, str]) -> None:
    given = headers.get("content-type")
    if given is not None:
        kind = given.split(";")[0].strip().lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise _WRONG_TYPE


def _allow(methods: str) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"allow", methods.encode("ascii")),)


def _resource_of(parameters: Mapping[str, str]) -> Resource:
    return Resource(parameters.get("tenant"), parameters.get("database"), parameters.get("collection_id"))


def _database_options(configuration: ServerConfiguration) -> DatabaseOptions:
    return DatabaseOptions(
        directory=configuration.persist_path,
        migrations=configuration.migration_mode,
        hash_algorithm=configuration.hash_type,
        allow_reset=configuration.allow_reset,
        memory_limit_bytes=configuration.memory_limit_bytes,
    )


def _watch(configuration: ServerConfiguration, counts: Counts | None) -> Watch | None:
    """Return what follows requests; None when nobody asked for anything."""
    if counts is None and configuration.tracing is None and not configuration.access_log:
        return None
    tracing = None if configuration.tracing is None else RequestTracing(configuration.tracing)
    return Watch(counts, tracing, configuration.access_log)


def _admission(configuration: ServerConfiguration, counts: Counts | None) -> Admission | None:
    """Return what takes or refuses requests; None when tenants have no limits."""
    limits, rules = configuration.limits, configuration.scorecard
    return Admission(limits, rules, counts) if rules or limits != LimitOptions() else None
