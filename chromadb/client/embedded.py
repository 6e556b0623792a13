"""A database in this process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from chromadb.client.default_settings import DefaultSettings, database_name
from chromadb.client.operations.operation import Operation
from chromadb.client.operations.system import CheckPreFlight
from chromadb.client.tracing import Spans, spans_of
from chromadb.engine.database import Database, DatabaseOptions
from chromadb.model.identity import UserIdentity
from chromadb.model.pre_flight import PreFlight

if TYPE_CHECKING:
    from chromadb.client.settings import Settings

T = TypeVar("T")


class EmbeddedAPI:
    """Does operations on a database that it opens; raises StorageError or VersionMismatchError if it cannot.

    shown: what the database is called where a client is printed.
    """

    def __init__(self, options: DatabaseOptions, spans: Spans, shown: str) -> None:
        self._spans = spans
        self.database = Database(options)
        self._shown = shown

    def __repr__(self) -> str:
        return repr(self._shown)

    def connect(self) -> UserIdentity:
        """Return whom the database takes its caller for."""
        return self.database.get_user_identity()

    def run(self, operation: Operation[T]) -> T:
        """Do an operation, in the calling thread."""
        with self._spans.around(operation):
            return operation.on_database(self.database)

    def pre_flight(self) -> PreFlight:
        """Return which batch size suits one call."""
        return self.run(CheckPreFlight())

    def close(self) -> None:
        """Close the database; later operations raise InternalError."""
        self.database.close()


def open_embedded(settings: Settings | DefaultSettings) -> EmbeddedAPI:
    """Open the database that settings describe; raises as ``EmbeddedAPI``, ValueError for settings that are none."""
    spans = Spans() if isinstance(settings, DefaultSettings) else spans_of("SegmentAPI", settings)
    return EmbeddedAPI(database_options(settings), spans, database_name(settings))


def database_options(settings: Settings | DefaultSettings) -> DatabaseOptions:
    """Return how the database is opened that settings describe; ValueError for an unknown cache policy."""
    if isinstance(settings, DefaultSettings):
        return DatabaseOptions(None if settings.directory is None else Path(settings.directory))
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
