"""Clients that look synchronous and await an asynchronous client on an event loop of their own."""

from __future__ import annotations

import asyncio
import inspect
import threading
from functools import cache
from typing import Any

from chromadb.client.async_client import AsyncClient
from chromadb.client.async_collection import AsyncCollection


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="conformance-loop", daemon=True).start()
    return loop


def awaited(value: Any) -> Any:
    """Return what a value, awaited where it is to be, is: with wrappers around clients and collections in it."""
    if inspect.isawaitable(value):

        async def wait() -> Any:
            return await value

        value = asyncio.run_coroutine_threadsafe(wait(), _loop()).result()
    if isinstance(value, (AsyncClient, AsyncCollection)):
        return Awaiting(value)
    return [awaited(item) for item in value] if isinstance(value, list) else value


class Awaiting:
    """Stands for an asynchronous client or collection; every method returns what awaiting its own does."""

    def __init__(self, wrapped: Any) -> None:
        self.wrapped = wrapped

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.wrapped, name)
        if not callable(value) or isinstance(value, type):
            return value

        def method(*args: Any, **kwargs: Any) -> Any:
            return awaited(value(*args, **kwargs))

        return method

    def __eq__(self, other: object) -> bool:
        return bool(self.wrapped == (other.wrapped if isinstance(other, Awaiting) else other))

    def __hash__(self) -> int:
        return hash(self.wrapped)

    def __repr__(self) -> str:
        return repr(self.wrapped)

    def __enter__(self) -> Awaiting:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def max_batch_size(self) -> int:
        size: int = self.get_max_batch_size()
        return size
