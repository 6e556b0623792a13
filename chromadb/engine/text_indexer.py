"""The thread that moves the text index on behind the writes, so that adding does not wait for it.

It works in short transactions, in the pauses of the writers as far as they make any, and begins only when enough
documents wait for it to be worth while: fewer are found as quickly by looking at them.
"""

from __future__ import annotations

import atexit
import threading
from uuid import UUID

from chromadb.engine.store import catalog, text
from chromadb.engine.store.connection import Store
from chromadb.engine.write_pauses import WritePauses
from chromadb.model.errors import ChromaError

_WORTH_INDEXING = 2_000
_ENTRIES_AT_ONCE = 1_000
_QUIET_SECONDS, _LONGEST_BURST_SECONDS = 0.2, 10.0
_PAUSE_SECONDS, _LONGEST_WAIT_SECONDS = 0.02, 0.25


class TextIndexer:
    """One background thread for all collections of a store; starts with the first notice, ends with ``close``."""

    def __init__(self, store: Store, pauses: WritePauses) -> None:
        self._store = store
        self._pauses = pauses
        self._waiting: dict[UUID, int] = {}
        self._lock = threading.Lock()
        self._noticed = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def notice(self, collection: UUID, documents: int) -> None:
        """Say that documents of a collection changed."""
        with self._lock:
            waiting = self._waiting[collection] = self._waiting.get(collection, 0) + documents
            if waiting < _WORTH_INDEXING or self._closed.is_set():
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="chroma-text-indexer", daemon=True)
                self._thread.start()
                # A daemon thread inside a native call when the interpreter goes would abort the process.
                atexit.register(self.close)
        self._noticed.set()

    def close(self) -> None:
        """Stop after the transaction in progress; what is left is indexed after the next opening."""
        with self._lock:
            self._closed.set()
        self._noticed.set()
        if self._thread is not None:
            self._thread.join()
            atexit.unregister(self.close)

    def _run(self) -> None:
        while not self._closed.is_set():
            self._noticed.wait()
            self._noticed.clear()
            # A burst of writes is indexed behind it, not between its calls.
            if self._pauses.wait(self._closed, _QUIET_SECONDS, _LONGEST_BURST_SECONDS):
                break
            self._noticed.clear()
            for collection in self._worth_indexing():
                while self._index_some(collection):
                    if self._pauses.wait(self._closed, _PAUSE_SECONDS, _LONGEST_WAIT_SECONDS):
                        return

    def _worth_indexing(self) -> list[UUID]:
        with self._lock:
            chosen = [collection for collection, count in self._waiting.items() if count >= _WORTH_INDEXING]
            for collection in chosen:
                del self._waiting[collection]
            return chosen

    def _index_some(self, collection: UUID) -> bool:
        try:
            with self._store.write() as connection:
                state = catalog.get_state(connection, collection)
                return text.index_next(connection, state, _ENTRIES_AT_ONCE)
        except ChromaError:
            # The collection is gone, or the disk is full and the writers are told so; the index stays where it is.
            return False
