"""Systems: the open database behind the clients of one process, shared by those that mean the same one.

All in-memory clients share one; persistent clients share one for each path as it was given. A system is closed when the
last client that uses it is.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import ClassVar, TypeVar

from chromadb.client.settings import Settings
from chromadb.engine.database import Database, DatabaseOptions

T = TypeVar("T")

_EPHEMERAL = "ephemeral"
_LOCAL_API = "chromadb.api.rust.RustBindingsAPI"
_LOCAL_API_SYNONYMS = (_LOCAL_API, "chromadb.api.segment.SegmentAPI")
"""Names under which older code asks for a database in this process."""


class System:
    """One database and the settings it is opened with; nothing is opened before ``start``."""

    def __init__(self, settings: Settings) -> None:
        if settings.chroma_api_impl not in _LOCAL_API_SYNONYMS:
            raise NotImplementedError(
                f"chroma_api_impl={settings.chroma_api_impl!r} is not available: this version has embedded clients "
                f"only ({', '.join(_LOCAL_API_SYNONYMS)})"
            )
        self.settings = settings
        self._database: Database | None = None

    @property
    def database(self) -> Database:
        """The open database; raises RuntimeError before ``start``."""
        if self._database is None:
            raise RuntimeError("this system has not been started; call start()")
        return self._database

    def instance(self, type: type[T]) -> T:
        """Return the component of a type; a system has one, its ``Database``. Raises ValueError for another type."""
        if not isinstance(self.database, type):
            raise ValueError(f"a system has no component {type.__name__}; it has {Database.__name__}")
        return self.database

    def start(self) -> None:
        """Open the database; does nothing if it is open. Raises StorageError or VersionMismatchError."""
        if self._database is None:
            self._database = Database(_options(self.settings))

    def stop(self) -> None:
        """Close the database for every client that uses it."""
        if self._database is not None:
            self._database.close()

    def reset_state(self) -> None:
        """Delete everything; raises AuthorizationError unless the settings allow it."""
        self.database.reset()


def _options(settings: Settings) -> DatabaseOptions:
    return DatabaseOptions(
        directory=Path(settings.persist_directory) if settings.is_persistent else None,
        migrations=settings.migrations,
        hash_algorithm=settings.migrations_hash_algorithm,
        allow_reset=settings.allow_reset,
        memory_limit_bytes=_memory_limit(settings),
    )


def _memory_limit(settings: Settings) -> int | None:
    policy = settings.chroma_segment_cache_policy
    if policy is None:
        return None
    if policy != "LRU":
        raise ValueError(f"Expected chroma_segment_cache_policy to be 'LRU' or None, got {policy!r}")
    return settings.chroma_memory_limit_bytes or None


class SharedSystemClient:
    """What every client is: a holder of one reference to a system, which it gives up once."""

    _identifier_to_system: ClassVar[dict[str, System]] = {}
    _identifier_to_references: ClassVar[dict[str, int]] = {}
    _registry_lock: ClassVar[threading.RLock] = threading.RLock()

    def __init__(self, settings: Settings | None = None) -> None:
        used = Settings() if settings is None else settings
        if used.chroma_api_impl in _LOCAL_API_SYNONYMS:
            used.chroma_api_impl = _LOCAL_API
        self._identifier = used.persist_directory if used.is_persistent else _EPHEMERAL
        self._system = self._acquire(self._identifier, used)
        self._holds_reference = True

    @classmethod
    def _acquire(cls, identifier: str, settings: Settings) -> System:
        with cls._registry_lock:
            system = cls._identifier_to_system.get(identifier)
            if system is None:
                system = System(settings)
                system.start()
                cls._identifier_to_system[identifier] = system
                cls._identifier_to_references[identifier] = 0
            elif system.settings != settings:
                raise ValueError(f"An instance of Chroma already exists for {identifier} with different settings")
            cls._identifier_to_references[identifier] += 1
            return system

    @classmethod
    def _register(cls, system: System) -> None:
        """Make a system that was started elsewhere the one of its identifier."""
        settings = system.settings
        identifier = settings.persist_directory if settings.is_persistent else _EPHEMERAL
        with cls._registry_lock:
            system.start()
            if cls._identifier_to_system.setdefault(identifier, system) is system:
                cls._identifier_to_references.setdefault(identifier, 0)

    def _release(self) -> None:
        with self._registry_lock:
            if not self._holds_reference:
                return
            self._holds_reference = False
            if self._identifier_to_system.get(self._identifier) is not self._system:
                return
            self._identifier_to_references[self._identifier] -= 1
            if self._identifier_to_references[self._identifier] <= 0:
                del self._identifier_to_system[self._identifier]
                del self._identifier_to_references[self._identifier]
                self._system.stop()

    @staticmethod
    def clear_system_cache() -> None:
        """Forget every system without stopping it: later clients open their own, earlier ones go on with theirs."""
        with SharedSystemClient._registry_lock:
            SharedSystemClient._identifier_to_system.clear()
            SharedSystemClient._identifier_to_references.clear()

    @staticmethod
    def _begin_anew_in_child() -> None:
        """Let clients made after a fork open databases of their own: those of the parent do not survive it."""
        # Another thread of the parent may have held the lock, which would then never be released here.
        SharedSystemClient._registry_lock = threading.RLock()
        SharedSystemClient.clear_system_cache()


os.register_at_fork(after_in_child=SharedSystemClient._begin_anew_in_child)
