"""A database behind a server, for clients that wait for it."""

from __future__ import annotations

import os
import threading
import time
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


class HttpAPI:
    """Does operations on a server, any number of them at once; connections are kept and used again.

    Raises ValueError for settings that name no server or credentials that cannot be sent. ``run`` raises httpx's
    errors when no answer comes, and what ``read_answer`` does.
    """

    resolve_url = staticmethod(resolve_url)

    def __init__(self, settings: Settings) -> None:
        self._connection = Connection(settings)
        self._spans = spans_of("FastAPI", settings)
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._process = os.getpid()
        self._pre_flight: PreFlight | None = None

    def __repr__(self) -> str:
        return repr(self._connection.shown)

    def connect(self) -> UserIdentity:
        """Return whom the server takes the caller for; raises ValueError when there is no server."""
        try:
            return self.run(Identify())
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ValueError(f"Could not connect to a Chroma server. Are you sure it is running? {error}") from error

    def run(self, operation: Operation[T]) -> T:
        """Do an operation and wait for the answer."""
        call = call_of(operation)
        with self._spans.around(operation):
            content = call.body(self.pre_flight()) if callable(call.body) else call.body
            return self._send(call, content)

    def pre_flight(self) -> PreFlight:
        """Return what the server said it can take, asked once."""
        if self._pre_flight is None:
            self._pre_flight = self.run(CheckPreFlight())
        return self._pre_flight

    def close(self) -> None:
        """Close the connections; the next operation opens new ones."""
        with self._lock:
            client, self._client = self._client, None
            if client is not None:
                client.close()
                self._connection.close()

    def _opened(self) -> httpx.Client:
        with self._lock:
            if self._process != os.getpid():
                # The sockets are those of the parent process, which goes on using them.
                self._client, self._process = None, os.getpid()
            if self._client is None:
                self._client = httpx.Client(**self._connection.open())
            return self._client

    def _send(self, call: Call[T], content: bytes | None) -> T:
        request = self._connection.request(call, content, self._spans.headers())
        for delay in (*DELAYS, None):
            try:
                answer = self._opened().request(
                    request.method,
                    request.url,
                    params=request.query or None,
                    content=request.content,
                    headers=request.headers or None,
                )
            except FAILURES as error:
                if delay is None or not may_repeat(call, error):
                    raise described(error, call, request, self._connection.shown) from None
                time.sleep(delay)
            else:
                return read_answer(call, Answer(request.source, answer.status_code, answer.headers, answer.content))
        raise AssertionError("the last attempt returns or raises")
