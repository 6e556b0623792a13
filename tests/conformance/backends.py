"""The kinds of client that the suite runs over. A kind is a ``Backend``; a new one is one more entry of ``KINDS``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import chromadb
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.client.async_admin import AsyncAdminClient
from chromadb.client.system import ASYNC_HTTP_API, HTTP_API
from chromadb.config import Settings
from chromadb.errors import ChromaError, InternalError

from .awaiting import Awaiting, awaited
from .reopening import ReopeningAdmin, ReopeningClient
from .servers import empty_server


class Backend(Protocol):
    """One database and how a test gets clients of it.

    is_remote: whether it is behind a server, where some documented answers differ. taken: what is raised for names
    that are taken.
    """

    is_remote: bool
    taken: type[ChromaError]

    def client(self, tenant: str = ..., database: str = ...) -> Any:
        """Return a client, which the backend closes at the end if the test does not."""
        ...

    def admin(self) -> Any:
        """Return an admin client of the same database."""
        ...

    def close(self) -> None:
        """Close every client."""
        ...


class _Embedded:
    """What the backends within this process share."""

    is_remote = False
    taken: type[ChromaError] = InternalError

    def __init__(self, directory: Path, *, allow_reset: bool = False) -> None:
        self.directory = directory
        self._allow_reset = allow_reset
        self._clients: list[Any] = []

    def settings(self) -> Settings:
        return Settings(allow_reset=self._allow_reset)

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def _kept(self, client: Any) -> Any:
        self._clients.append(client)
        return client


class Ephemeral(_Embedded):
    """Everything in memory, as long as a client is open."""

    def __init__(self, directory: Path, *, allow_reset: bool = False) -> None:
        super().__init__(directory, allow_reset=allow_reset)
        SharedSystemClient.clear_system_cache()

    def client(self, tenant: str = "default_tenant", database: str = "default_database") -> Any:
        return self._kept(chromadb.EphemeralClient(self.settings(), tenant, database))

    def admin(self) -> Any:
        return self._kept(chromadb.AdminClient(self.settings()))


class Persistent(_Embedded):
    """A directory, opened once."""

    def settings(self) -> Settings:
        return Settings(allow_reset=self._allow_reset, is_persistent=True, persist_directory=str(self.directory))

    def client(self, tenant: str = "default_tenant", database: str = "default_database") -> Any:
        return self._kept(self._open(tenant, database))

    def admin(self) -> Any:
        return self._kept(chromadb.AdminClient(self.settings()))

    def _open(self, tenant: str, database: str) -> Any:
        return chromadb.PersistentClient(self.directory, self.settings(), tenant, database)


class Reopened(Persistent):
    """A directory, opened before and closed after each call."""

    def client(self, tenant: str = "default_tenant", database: str = "default_database") -> Any:
        return ReopeningClient(self._open, tenant, database)

    def admin(self) -> Any:
        return ReopeningAdmin(lambda: chromadb.AdminClient(self.settings()))


class Compacted(Reopened):
    """A directory, opened and compacted before each call, so that all vectors lie in sealed segments."""

    def _open(self, tenant: str, database: str) -> Any:
        client = super()._open(tenant, database)
        client.compact()
        return client


class Http(_Embedded):
    """A server in another process."""

    is_remote = True
    taken = ChromaError

    def __init__(self, directory: Path, *, allow_reset: bool = False) -> None:
        super().__init__(directory, allow_reset=allow_reset)
        self._port = int(empty_server(allow_reset).url.rpartition(":")[2])

    def client(self, tenant: str = "default_tenant", database: str = "default_database") -> Any:
        return self._kept(chromadb.HttpClient("127.0.0.1", self._port, tenant=tenant, database=database))

    def admin(self) -> Any:
        return self._kept(chromadb.AdminClient(self.server_settings(HTTP_API)))

    def server_settings(self, api: str) -> Settings:
        return Settings(chroma_api_impl=api, chroma_server_host="127.0.0.1", chroma_server_http_port=self._port)


class Async(Http):
    """A server in another process, and clients that are awaited."""

    def client(self, tenant: str = "default_tenant", database: str = "default_database") -> Any:
        opening = chromadb.AsyncHttpClient("127.0.0.1", self._port, tenant=tenant, database=database)
        return self._kept(awaited(opening))

    def admin(self) -> Any:
        return self._kept(Awaiting(AsyncAdminClient(self.server_settings(ASYNC_HTTP_API))))


KINDS: dict[str, type[_Embedded]] = {
    "ephemeral": Ephemeral,
    "persistent": Persistent,
    "reopened": Reopened,
    "compacted": Compacted,
    "http": Http,
    "async": Async,
}
