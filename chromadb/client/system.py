"""Systems: what is behind the clients of one process, shared by those that mean the same database.

All in-memory clients share one; persistent clients share one for each path as it was given; a client of a server has
its own. A system is closed when the last client that uses it is.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast
from uuid import uuid4
from weakref import WeakValueDictionary

from chromadb.client.default_settings import DefaultSettings, database_name, settings_of_environment
from chromadb.client.operations.system import Reset
from chromadb.client.setting_defaults import SettingDefaults

if TYPE_CHECKING:
    from chromadb.auth.providers import Component
    from chromadb.client.api import API, AsyncAPI
    from chromadb.client.settings import Settings

T = TypeVar("T")

LOCAL_API = SettingDefaults.chroma_api_impl
HTTP_API = "chromadb.api.fastapi.FastAPI"
ASYNC_HTTP_API = "chromadb.api.async_fastapi.AsyncFastAPI"
_SYNONYMS = {"chromadb.api.segment.SegmentAPI": LOCAL_API}
"""Names under which older code asks for a database in this process."""

_MODULES = {
    LOCAL_API: ("chromadb.client.embedded", "open_embedded"),
    HTTP_API: ("chromadb.client.http.transport", "HttpAPI"),
    ASYNC_HTTP_API: ("chromadb.client.http.async_transport", "AsyncHttpAPI"),
}
"""What opens each kind; loaded when it is used, so that a client of a server needs no database engine."""

CLOUD_HOST = "api.trychroma.com"
CLOUD_KEY_HEADER = "X-Chroma-Token"
"""Where Chroma Cloud is, and the header in which it wants its keys."""


class System:
    """One database and the settings it is reached with; nothing is opened before ``start``.

    holders: how many clients use it.
    Raises NotImplementedError for a ``chroma_api_impl`` that there is not.
    """

    def __init__(self, settings: Settings | DefaultSettings) -> None:
        self._settings = settings
        self._kind = LOCAL_API if isinstance(settings, DefaultSettings) else _kind(settings)
        self.identifier = database_name(settings) if self.is_embedded else str(uuid4())
        self.holders = 0
        self._started: Any = None
        self._parts: dict[type[Component], Component] = {}

    @property
    def settings(self) -> Settings:
        """What it is reached with."""
        if isinstance(self._settings, DefaultSettings):
            self._settings = self._settings.complete()
        return self._settings

    def has_settings_of(self, other: System) -> bool:
        """Return whether every setting is that of the other system."""
        return self._settings == other._settings or self.settings == other.settings

    @property
    def follows_identity(self) -> bool:
        """Whether its clients work where alone their identity may, if that is one place."""
        if isinstance(self._settings, DefaultSettings):
            return SettingDefaults.chroma_overwrite_singleton_tenant_database_access_from_auth
        return self._settings.chroma_overwrite_singleton_tenant_database_access_from_auth

    @property
    def is_embedded(self) -> bool:
        """Whether the database is in this process."""
        return self._kind == LOCAL_API

    @property
    def is_async(self) -> bool:
        """Whether its clients are asynchronous ones."""
        return self._kind == ASYNC_HTTP_API

    @property
    def api(self) -> API:
        """What synchronous clients call; raises RuntimeError before ``start``, ValueError when it is asynchronous."""
        if self.is_async:
            raise ValueError(f"chroma_api_impl={ASYNC_HTTP_API!r} is for chromadb.AsyncHttpClient")
        api: API = self._component()
        return api

    @property
    def async_api(self) -> AsyncAPI:
        """What asynchronous clients call; raises RuntimeError before ``start``, ValueError when it is synchronous."""
        if not self.is_async:
            raise ValueError(
                f"an asynchronous client needs chroma_api_impl={ASYNC_HTTP_API!r}, got "
                f"{self._kind!r}; chromadb.AsyncHttpClient sets it"
            )
        api: AsyncAPI = self._component()
        return api

    def _component(self) -> Any:
        if self._started is None:
            raise RuntimeError("this system has not been started; call start()")
        return self._started

    def instance(self, type: type[T]) -> T:
        """Return the component of a type: what clients call, or its ``Database``; ValueError for another type.

        One of another package's, which derives from ``Component``, is made when it is first asked for. It starts and
        stops with the system.
        """
        # The room that components come from is loaded where one is defined; a database of its own needs none.
        from chromadb.auth.providers import Component

        if issubclass(type, Component):
            part = self._parts.get(type)
            if part is None:
                # What it requires is made within, and so comes before it.
                part = self._parts[type] = type(self)
                if self._started is not None:
                    part.start()
            return cast(T, part)
        for component in (self._component(), getattr(self._component(), "database", None)):
            if isinstance(component, type):
                return component
        raise ValueError(f"a system has no component {type.__name__}")

    def start(self) -> None:
        """Open the database or prepare to reach it; does nothing if that is done.

        Raises StorageError or VersionMismatchError for a database that cannot be opened, ValueError for settings that
        name no server, RuntimeError for a database where only clients of servers are installed.
        """
        if self._started is None:
            self._started = _opener(self._kind)(self._settings)
            for part in self._parts.values():
                part.start()

    def stop(self) -> None:
        """Close the database, or the connections to it, for every client that uses it.

        Those of an asynchronous system are closed by its clients: that must be waited for.
        """
        while self._parts:
            _, part = self._parts.popitem()
            part.stop()
        if self._started is not None and not self.is_async:
            self.api.close()

    def reset_state(self) -> None:
        """Delete everything; raises AuthorizationError unless the settings allow it."""
        self.api.run(Reset())
        for part in self._parts.values():
            part.reset_state()


def _opener(kind: str) -> Callable[[Settings | DefaultSettings], Any]:
    """Return what opens a kind; raises RuntimeError for a database where only clients of servers are installed."""
    module, name = _MODULES[kind]
    try:
        opener: Callable[[Settings | DefaultSettings], Any] = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name != "chromadb.engine":
            raise
        raise RuntimeError(
            "This is chromadb-client, which reaches servers and holds no database: use chromadb.HttpClient, or "
            "`pip install chromadb` in its place"
        ) from None
    return opener


def _kind(settings: Settings) -> str:
    """Return the kind of client, which the settings then name as it is known here."""
    settings.chroma_api_impl = _SYNONYMS.get(settings.chroma_api_impl, settings.chroma_api_impl)
    if settings.chroma_api_impl not in _MODULES:
        accepted = ", ".join([*_MODULES, *_SYNONYMS])
        raise NotImplementedError(
            f"chroma_api_impl={settings.chroma_api_impl!r} is not available; the kinds of client are {accepted}"
        )
    return settings.chroma_api_impl


class SharedSystemClient:
    """What every client is: a holder of one reference to a system, which it gives up once."""

    _identifier_to_system: ClassVar[dict[str, System]] = {}
    _remote_systems: ClassVar[WeakValueDictionary[str, System]] = WeakValueDictionary()
    _registry_lock: ClassVar[threading.RLock] = threading.RLock()

    def __init__(self, settings: Settings | None = None, *, system: System | None = None) -> None:
        if system is None:
            system = System(settings_of_environment() if settings is None else settings)
        self._system = self._acquire(system)
        self._holds_reference = True

    def get_settings(self) -> Settings:
        """Return the settings that the database was opened with, or is reached with."""
        return self._system.settings

    @classmethod
    def _acquire(cls, wanted: System) -> System:
        """Return the system of the identifier of the one that is wanted, which becomes it if there is none."""
        with cls._registry_lock:
            systems = cls._systems_like(wanted)
            system = systems.get(wanted.identifier)
            if system is None:
                system = wanted
                system.start()
                systems[system.identifier] = system
            elif not system.has_settings_of(wanted):
                raise ValueError(
                    f"An instance of Chroma already exists for {wanted.identifier} with different settings"
                )
            system.holders += 1
            return system

    @classmethod
    def _systems_like(cls, system: System) -> MutableMapping[str, System]:
        """Return the registry that a system belongs in: clients of servers that nobody closed are forgotten."""
        return cls._identifier_to_system if system.is_embedded else cls._remote_systems

    def _release(self) -> bool:
        """Give up the reference; return whether nobody has one. Then the database is closed, or the connections to it.

        Those to a server that were opened again since are closed by another call.
        """
        with self._registry_lock:
            system = self._system
            if not self._holds_reference:
                idle = not system.is_embedded and system.holders == 0
                if idle:
                    system.stop()
                return idle
            self._holds_reference = False
            systems = self._systems_like(system)
            if systems.get(system.identifier) is not system:
                return False
            system.holders -= 1
            if system.holders > 0:
                return False
            del systems[system.identifier]
            system.stop()
            return True

    @staticmethod
    def get_chroma_cloud_api_key_from_clients() -> str | None:
        """Return the key of the latest open client of Chroma Cloud, if any; keys of other servers stay theirs."""
        with SharedSystemClient._registry_lock:
            opened = [system.settings for system in SharedSystemClient._remote_systems.values()]
        for settings in reversed(opened):
            is_of_cloud = settings.chroma_server_host == CLOUD_HOST
            if is_of_cloud and settings.chroma_auth_token_transport_header == CLOUD_KEY_HEADER:
                return settings.chroma_client_auth_credentials
        return None

    @staticmethod
    def clear_system_cache() -> None:
        """Forget every system without stopping it: later clients open their own, earlier ones go on with theirs."""
        with SharedSystemClient._registry_lock:
            SharedSystemClient._identifier_to_system.clear()
            SharedSystemClient._remote_systems.clear()

    @staticmethod
    def _begin_anew_in_child() -> None:
        """Let clients made after a fork open databases of their own: those of the parent do not survive it."""
        # Another thread of the parent may have held the lock, which would then never be released here.
        SharedSystemClient._registry_lock = threading.RLock()
        SharedSystemClient.clear_system_cache()


os.register_at_fork(after_in_child=SharedSystemClient._begin_anew_in_child)
