"""A database behind a server, for clients that await it."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import httpx

from chromadb.client.http.address import resolve_url
from chromadb.client.http.answers import Answer, read_answer
from chromadb.client.http.call import Call
from chromadb.client.http.calls import call_of
from chromadb.client.http.connection import Connection
from chromadb.client.http.failures import DELAYS, FAILURES, described, may_repeat
from chromadb.client.operations.operation import Operation
from chromadb.client.operations.system import CheckPreFlight, Identify
from chromadb.client.settings import Settings
from chromadb.client.tracing import spans_of
from chromadb.model.identity import UserIdentity
from chromadb.model.pre_flight import PreFlight

T = TypeVar("T")


class AsyncHttpAPI:
    """Does operations on a server, any number of them at once, without holding up the event loop.

    Each event loop has connections of its own, for one cannot use another's. Errors are those of ``HttpAPI``, but that
    ``connect`` raises httpx's ConnectError, too.
    """

    resolve_url = staticmethod(resolve_url)

    def __init__(self, settings: Settings) -> None:
        self._connection = Connection(settings)
        self._spans = spans_of("AsyncFastAPI", settings)
        self._clients: dict[asyncio.AbstractEventLoop, httpx.AsyncClient] = {}
        self._pre_flight: PreFlight | None = None

    def __repr__(self) -> str:
        return repr(self._connection.shown)

    async def connect(self) -> UserIdentity:
        """Return whom the server takes the caller for."""
        return await self.run(Identify())

    async def run(self, operation: Operation[T]) -> T:
        """Do an operation and await the answer."""
        call = call_of(operation)
        with self._spans.around(operation):
            content = call.body(await self.pre_flight()) if callable(call.body) else call.body
            return await self._send(call, content)

    async def pre_flight(self) -> PreFlight:
        """Return what the server said it can take, asked once."""
        if self._pre_flight is None:
            self._pre_flight = await self.run(CheckPreFlight())
        return self._pre_flight

    async def close(self) -> None:
        """Close the connections of the running event loop; the next operation opens new ones."""
        was_open = bool(self._clients)
        self._forget_closed_loops()
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()
        if was_open and not self._clients:
            self._connection.close()

    def _opened(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            self._forget_closed_loops()
            client = self._clients[loop] = httpx.AsyncClient(**self._connection.open())
        return client

    def _forget_closed_loops(self) -> None:
        # Connections that a loop left open when it was closed are of no use to anybody, and would keep it in memory.
        for loop in [loop for loop in list(self._clients) if loop.is_closed()]:
            self._clients.pop(loop, None)

    async def _send(self, call: Call[T], content: bytes | None) -> T:
        request = self._connection.request(call, content, self._spans.headers())
        for delay in (*DELAYS, None):
            try:
                answer = await self._opened().request(
                    request.method,
                    request.url,
                    params=request.query or None,
                    content=request.content,
                    headers=request.headers or None,
                )
            except FAILURES as error:
                if delay is None or not may_repeat(call, error):
                    raise described(error, call, request, self._connection.shown) from None
                await asyncio.sleep(delay)
            else:
                return read_answer(call, Answer(request.source, answer.status_code, answer.headers, answer.content))
        raise AssertionError("the last attempt returns or raises")
