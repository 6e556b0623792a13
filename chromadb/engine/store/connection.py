"""Connections to the SQLite database: one writer at a time, any number of readers, each reader on one snapshot.

A file is in WAL mode with ``synchronous=FULL``: a committed transaction survives a crash of the process and of the
machine, readers do not wait for the writer, and SQLite's own locks order the writers of all processes. In memory there
is one connection, which readers and writers take in turn.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
from msgspec import Struct

from chromadb.engine.store.migration import HashAlgorithm, MigrationMode, apply_pending, pending
from chromadb.model.errors import InternalError, StorageError

DATABASE_FILE = "chroma.sqlite3"

_PAGE_BYTES = 8192
_CACHE_KIB = 8 * 1024
"""Pages that a transaction changed, and those that only the write-ahead log has; the others are read where they are
mapped, at the speed of memory, and are the system's to take back."""
_MAPPED_BYTES = 1 << 40
_CHECKPOINT_PAGES = 4000
_BUSY_TIMEOUT_MS = 60_000


class StoreOptions(Struct, frozen=True):
    """How a store is opened. directory: None keeps everything in memory."""

    directory: Path | None = None
    migrations: MigrationMode = "apply"
    hash_algorithm: HashAlgorithm = "md5"


class Store:
    """The open database file, or its in-memory twin.

    ``read()`` and ``write()`` are the only doors; each hands out a connection inside a transaction. Thread-safe.
    Raises StorageError when the directory or file cannot be used, VersionMismatchError when a newer release wrote it.
    """

    def __init__(self, options: StoreOptions) -> None:
        self._file = None if options.directory is None else _prepared_file(options.directory)
        self._lock = threading.RLock()
        self._idle: list[apsw.Connection] = []
        self._idle_lock = threading.Lock()
        self._process = os.getpid()
        self._closed = False
        self._transaction = object()
        self._translated = _Translation(self.name)
        with self._translated:
            self._refuse_unchanged(options)
            self._writer = self._connect()
            try:
                self._prepare_file_format()
                if pending(self._writer, options.migrations, self.name):
                    apply_pending(self._writer, options.hash_algorithm, self.name)
            except BaseException:
                self._writer.close()
                raise

    @property
    def name(self) -> str:
        """How messages name this store."""
        return "the in-memory database" if self._file is None else str(self._file)

    @contextmanager
    def read(self, *, unused: bool = False) -> Iterator[apsw.Connection]:
        """Hand out a connection that sees the database as it is now until the block ends.

        unused: whether it must be a new one. FTS5 verifies its tables by what a connection remembers of them, and calls
        them damaged when another connection has written since.
        """
        self.check_open()
        if self._file is None:
            with self._lock, self._translated:
                self.check_open()
                self._end_interrupted()
                yield self._writer
            return
        with self._translated:
            connection = self._connect() if unused else self._take_reader()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")
                self._give_back(connection)

    @contextmanager
    def write(self) -> Iterator[apsw.Connection]:
        """Hand out the connection that may write.

        What the block did is committed and synced, or undone if it raises.
        """
        self.check_open()
        with self._lock, self._translated:
            self.check_open()
            self._end_interrupted()
            mine = self._transaction = object()
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                # A call that was abandoned ends when it is collected, when this thread may be inside another one.
                if self._transaction is mine:
                    self._end_interrupted()
                raise

    def _end_interrupted(self) -> None:
        """Undo the transaction of a call that a signal interrupted before it could do so itself."""
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def checkpoint(self) -> None:
        """Move what is committed from the write-ahead log of SQLite into the file, as far as readers let it."""
        with self._lock, self._translated:
            self.check_open()
            self._end_interrupted()
            self._writer.pragma("wal_checkpoint", "passive")

    def close(self) -> None:
        """Close every connection; further use raises InternalError. Waits for the transaction in progress."""
        with self._lock, self._idle_lock:
            self._closed = True
            if os.getpid() != self._process:
                return
            for connection in self._idle:
                connection.close()
            self._idle.clear()
            self._writer.close()

    def check_open(self) -> None:
        """Raise InternalError if the store is closed or belongs to a process that this one was forked from."""
        if self._closed:
            raise InternalError("this client is closed; make a new one to go on")
        if os.getpid() != self._process:
            raise InternalError(
                "this client was opened before the process forked, and SQLite connections do not survive a fork; "
                "make a new client in the child process"
            )

    def _refuse_unchanged(self, options: StoreOptions) -> None:
        """Look at an existing file without writing a byte, so that one which is refused stays as it was."""
        if self._file is None or not self._file.exists() or self._file.stat().st_size == 0:
            return
        # A read-only connection would leave files beside one in WAL mode; this one writes nothing and takes them away,
        # unless a crash has left a log, which stays as it is.
        log = self._file.with_name(f"{self._file.name}-wal")
        crashed = log.exists() and log.stat().st_size > 0
        with closing(apsw.Connection(str(self._file), flags=apsw.SQLITE_OPEN_READWRITE)) as connection:
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, int(crashed))
            connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
            pending(connection, options.migrations, self.name)

    def _connect(self) -> apsw.Connection:
        connection = apsw.Connection(":memory:" if self._file is None else str(self._file))
        connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
        if self._file is not None:
            connection.pragma("synchronous", "full")
            connection.pragma("wal_autocheckpoint", _CHECKPOINT_PAGES)
            connection.pragma("cache_size", -_CACHE_KIB)
            connection.pragma("mmap_size", _MAPPED_BYTES)
        connection.pragma("foreign_keys", True)
        return connection

    def _prepare_file_format(self) -> None:
        """Decide what a file keeps for good; of an existing one, only that it is in WAL mode."""
        if self._writer.readonly("main"):
            raise apsw.ReadOnlyError("the file may only be read")
        if self._writer.pragma("page_count") == 0:
            # Both would wait for a writer of another process, and change nothing.
            self._writer.pragma("page_size", _PAGE_BYTES)
            self._writer.pragma("auto_vacuum", "INCREMENTAL")
        if self._file is not None:
            self._writer.pragma("journal_mode", "wal")

    def _take_reader(self) -> apsw.Connection:
        with self._idle_lock:
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give_back(self, connection: apsw.Connection) -> None:
        # A statement that somebody's exception still holds would keep the next reader at the moment it began with.
        if connection.txn_state() == apsw.SQLITE_TXN_NONE:
            with self._idle_lock:
                if not self._closed:
                    self._idle.append(connection)
                    return
        connection.close()


class _Translation:
    """Turns what SQLite says of files and disks into errors that name the next step. One serves any number of blocks.

    store: how messages name the store.
    """

    def __init__(self, store: str) -> None:
        self._store = store

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, apsw.Error) and (message := self._message(error)) is not None:
            raise StorageError(message) from error

    def _message(self, error: apsw.Error) -> str | None:
        match error:
            case apsw.FullError():
                return f"the disk under {self._store} is full; nothing was changed. Free some space and call again"
            case apsw.BusyError():
                return (
                    f"another process held the write lock of {self._store} for {_BUSY_TIMEOUT_MS // 1000} s; nothing "
                    "was changed. Call again when it has finished"
                )
            case apsw.ReadOnlyError() | apsw.CantOpenError() | apsw.PermissionsError():
                return (
                    f"{self._store} cannot be opened for writing ({error}); nothing was changed. Check the permissions "
                    "of the directory and its files, or give another path"
                )
            case apsw.NotADBError() | apsw.CorruptError():
                return f"{self._store} is damaged or no SQLite file ({error}); nothing was changed"
            case apsw.IOError():
                return f"reading or writing {self._store} failed ({error}); nothing was changed"
        return None


def _prepared_file(directory: Path) -> Path:
    """Make the directory if needed and return the path of the database file in it."""
    try:
        if directory.exists() and not directory.is_dir():
            raise StorageError(
                f"{directory} is a file; give the path of a directory, which is made if it does not exist"
            )
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"the directory {directory} cannot be used ({error}); nothing was changed. Give a path you may write to"
        ) from error
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise StorageError(
            f"the directory {directory} may not be written by this user; nothing was changed. Change its permissions "
            "or give another path"
        )
    return directory / DATABASE_FILE
