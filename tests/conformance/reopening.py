"""Clients that open the database anew for every single call, so that nothing can hide in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from chromadb.api.models.Collection import Collection

Open = Callable[[str, str], Any]
_ONE_AT_A_TIME = threading.RLock()


class ReopeningClient:
    """Looks like a client; each method opens one, calls it and closes it.

    open_client: returns an open client of a tenant and database.
    """

    def __init__(self, open_client: Open, tenant: str, database: str) -> None:
        self._open = open_client
        self.tenant, self.database = tenant, database
        self.call(lambda client: client.heartbeat())

    def __getattr__(self, name: str) -> Any:
        def method(*args: Any, **kwargs: Any) -> Any:
            def use(client: Any) -> Any:
                answer = getattr(client, name)(*args, **kwargs)
                self.tenant, self.database = client.tenant, client.database
                return answer

            functions = {key: kwargs[key] for key in ("embedding_function", "data_loader") if key in kwargs}
            return self.wrapped(self.call(use), functions)

        return method

    @property
    def max_batch_size(self) -> int:
        size: int = self.call(lambda client: client.max_batch_size)
        return size

    def call(self, use: Callable[[Any], Any]) -> Any:
        # One call at a time: an open client of another thread would keep the database open.
        with _ONE_AT_A_TIME:
            client = self._open(self.tenant, self.database)
            try:
                return use(client)
            finally:
                client.close()

    def wrapped(self, answer: Any, functions: dict[str, Any]) -> Any:
        if isinstance(answer, Collection):
            return ReopeningCollection(self, answer, functions)
        if isinstance(answer, list):
            return [self.wrapped(item, functions) for item in answer]
        return answer


class ReopeningCollection:
    """Looks like a collection; each method finds it again, by id, in a database that has just been opened."""

    def __init__(self, client: ReopeningClient, last: Collection, functions: dict[str, Any]) -> None:
        self._client = ReopeningClient(client._open, client.tenant, client.database)
        self._last = last
        self._functions = functions

    def __getattr__(self, name: str) -> Any:
        present = getattr(self._last, name)
        if not callable(present) or name == "get_model":
            return present

        def method(*args: Any, **kwargs: Any) -> Any:
            def use(client: Any) -> Any:
                self._last = client.get_collection_by_id(self._last.id, **self._functions)
                return getattr(self._last, name)(*args, **kwargs)

            return self._client.wrapped(self._client.call(use), self._functions)

        return method

    def __repr__(self) -> str:
        return repr(self._last)

    def __eq__(self, other: object) -> bool:
        return self._last == (other._last if isinstance(other, ReopeningCollection) else other)

    __hash__ = None  # type: ignore[assignment]


class ReopeningAdmin:
    """Looks like an admin client; each method opens one, calls it and closes it."""

    def __init__(self, open_admin: Callable[[], Any]) -> None:
        self._open = open_admin

    def __getattr__(self, name: str) -> Any:
        def method(*args: Any, **kwargs: Any) -> Any:
            with _ONE_AT_A_TIME, self._open() as admin:
                return getattr(admin, name)(*args, **kwargs)

        return method
