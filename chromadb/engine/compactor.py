"""The thread that compacts behind the writes, so that neither writers nor readers do it."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from uuid import UUID

from chromadb.engine import compaction, reclaiming
from chromadb.engine.compaction import CompactionOptions
from chromadb.engine.index.collection_index import CollectionIndex
from chromadb.engine.index.index_cache import IndexCache
from chromadb.engine.store import catalog
from chromadb.engine.store.connection import Store
from chromadb.engine.store.segment_files import DamagedSegmentError, SegmentFolder
from chromadb.engine.write_pauses import WritePauses
from chromadb.freed_memory import return_freed_memory
from chromadb.model.errors import ChromaError, NotFoundError, StorageError

_QUIET_SECONDS = 0.2
_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.02, 0.25
_RETRY_SECONDS = 2.0
_URGENT_TAILS = 4
_LONGEST_WAIT_SECONDS = 30.0

_logger = logging.getLogger(__name__)


class _GiveWayError(Exception):
    """What is being made is not made to the end: the store is closed, or there is something else to be done first."""


class Compactor:
    """One background thread for all collections of a store; starts when work is due, ends with ``close``.

    folder: where segments lie; None for a store in memory, whose collections get codes but no segments.
    """

    def __init__(
        self,
        store: Store,
        folder: SegmentFolder | None,
        indexes: IndexCache,
        options: CompactionOptions,
        pauses: WritePauses,
    ) -> None:
        self._store = store
        self._folder = folder
        self._indexes = indexes
        self._options = options
        self._pauses = pauses
        self._waiting: dict[UUID, int] = {}
        self._with_new_columns: set[UUID] = set()
        self._unindexed: set[UUID] = set()
        self._changed = threading.Condition()
        self._working = threading.Lock()
        self._closed = threading.Event()
        self._asked = 0
        self._thread: threading.Thread | None = None

    def notice(self, collection: UUID, versions: int) -> None:
        """Say that the tail of a collection has grown by some versions of records."""
        with self._changed:
            waiting = self._waiting[collection] = self._waiting.get(collection, 0) + versions
            if waiting >= self._options.idle_rows:
                self._wake()

    def notice_columns(self, collection: UUID) -> None:
        """Say that readers have filled metadata columns of a collection that its segments lack."""
        with self._changed:
            self._with_new_columns.add(collection)
            self._wake()

    def _wake(self) -> None:
        if self._closed.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="chroma-compactor", daemon=True)
            self._thread.start()
            # A daemon thread inside a native call when the interpreter goes would abort the process.
            atexit.register(self.close)
        self._changed.notify_all()

    def make_room(self, collection: UUID) -> None:
        """Wait while the tail of a collection is beyond its limit and being sealed; half a minute at most."""
        with self._changed:
            if self._thread is not None and self._waiting.get(collection, 0) > self._options.tail_limit:
                self._changed.wait_for(
                    lambda: self._closed.is_set() or self._waiting.get(collection, 0) <= self._options.tail_limit,
                    _LONGEST_WAIT_SECONDS,
                )

    def compact(self) -> None:
        """Seal every tail, merge what is due, trim the log and return free space, now and in this thread.

        Also makes the text index anew if it is damaged.

        Raises StorageError when another process has been compacting for half a minute.
        """
        with self._store.read() as connection:
            collections = catalog.all_collections(connection)
        with self._changed:
            self._asked += 1
        try:
            self._compact_all(collections)
        finally:
            with self._changed:
                self._asked -= 1

    def _compact_all(self, collections: Iterable[UUID]) -> None:
        with self._alone(_LONGEST_WAIT_SECONDS) as alone:
            if not alone:
                raise StorageError("another process is compacting this directory; call again when it has finished")
            if self._folder is not None:
                reclaiming.repair_text_index(self._store)
            self._compact(collections, whole=True, asked=True)
            self._keep_up(asked=True)

    def close(self) -> None:
        """Stop after the step in progress; what is left is done after the next opening."""
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
            atexit.unregister(self.close)

    def _run(self) -> None:
        while not self._closed.is_set():
            tails, idle = self._due()
            try:
                with self._alone(0) as alone:
                    if alone:
                        if tails:
                            self._compact(tails, whole=idle, asked=False)
                        self._keep_up(asked=False)
                        continue
            except (ChromaError, OSError) as error:
                # The disk may be full, or a segment damaged: writers and readers are told so themselves.
                _logger.warning("compaction will be tried again after the next writes: %s", error)
            # Or another process is at it, and sees what has been written here.
            self._closed.wait(_RETRY_SECONDS)

    def _due(self) -> tuple[set[UUID], bool]:
        """Wait for something to do, and then for a pause in it, unless a tail is very long.

        Returns the collections whose tails are worth sealing, and whether nothing has been written for so long that
        smaller ones are, too.
        """
        options = self._options
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._closed.is_set()
                    or self._with_new_columns
                    or self._unindexed
                    or self._longest() >= options.idle_rows
                )
            )
            while not self._closed.is_set() and not self._is_urgent():
                before = dict(self._waiting), set(self._with_new_columns)
                is_long = self._longest() >= options.seal_rows
                self._changed.wait(_QUIET_SECONDS if is_long else options.idle_seconds)
                if (self._waiting, self._with_new_columns) == before:
                    break
            if self._closed.is_set():
                return set(), False
            idle = self._longest() < options.seal_rows
            least = options.idle_rows if idle else options.seal_rows
            return {collection for collection, count in self._waiting.items() if count >= least}, idle

    def _longest(self) -> int:
        with self._changed:
            return max(self._waiting.values(), default=0)

    def _is_urgent(self) -> bool:
        return self._longest() >= _URGENT_TAILS * self._options.seal_rows

    def _compact(self, collections: Iterable[UUID], *, whole: bool, asked: bool) -> None:
        for collection in collections:
            with self._changed:
                taken = self._waiting.get(collection, 0)
            try:
                self._compact_one(collection, whole=whole, asked=asked)
            except NotFoundError:
                # Deleted meanwhile.
                taken = self._waiting.get(collection, 0)
            except _GiveWayError:
                # `compact()` seals it with all that has come since.
                pass
            finally:
                if self._gives_way(asked=asked):
                    taken = 0
                with self._changed:
                    left = self._waiting.pop(collection, 0) - taken
                    if left > 0:
                        self._waiting[collection] = left
                    self._changed.notify_all()
        if self._folder is not None:
            self._paced(reclaiming.vacuum(self._store, self._options), asked=asked)
            reclaiming.collect_garbage(self._store, self._folder)
        self._indexes.shrink()
        return_freed_memory()

    def _compact_one(self, collection: UUID, *, whole: bool, asked: bool) -> None:
        with self._store.read() as connection:
            state = catalog.get_state(connection, collection)
        index = self._indexes.get(state.number)
        if self._folder is None:
            compaction.encode_tail(index, state.schema, self._options.idle_rows if whole else self._options.seal_rows)
        else:
            # A collection may ask for later sealing, whether or not it is idle.
            is_due = asked or state.schema.hnsw.sync_threshold <= self._options.seal_rows
            self._seal_and_trim(self._folder, index, collection, whole=whole and is_due, asked=asked)
        self._paced(reclaiming.purge(self._store, collection, self._options), asked=asked)

    def _seal_and_trim(
        self, folder: SegmentFolder, index: CollectionIndex, collection: UUID, *, whole: bool, asked: bool
    ) -> None:
        try:
            self._seal(folder, index, collection, whole=whole, asked=asked)
        except DamagedSegmentError:
            # The index then takes the vectors concerned from the log, or says whose are lost.
            index.distrust()
            self._seal(folder, index, collection, whole=whole, asked=asked)
        self._paced(reclaiming.trim(self._store, collection, self._options), asked=asked)
        with self._changed:
            self._unindexed.add(collection)

    def _keep_up(self, *, asked: bool) -> None:
        """Save new columns and make the graphs and lists that segments lack; unless asked to, while writers are calm.

        What is left is done in the next pause.
        """
        with self._changed:
            if self._folder is None or not (asked or self._longest() < self._options.idle_rows):
                return
            with_new_columns, self._with_new_columns = self._with_new_columns, set()
            unindexed, self._unindexed = self._unindexed, set()
        for collection in with_new_columns:
            with suppress(NotFoundError):
                compaction.save_columns(self._store, self._folder, self._index(collection), collection)
        for collection in unindexed:
            try:
                self._build_vector_indexes(self._folder, collection, asked=asked)
            except NotFoundError:
                continue
            except _GiveWayError:
                with self._changed:
                    self._unindexed.add(collection)

    def _build_vector_indexes(self, folder: SegmentFolder, collection: UUID, *, asked: bool) -> None:
        index = self._index(collection)
        while not self._gives_way(asked=asked) and compaction.build_vector_index(
            self._store, folder, index, collection, self._options, partial(self._interrupt, asked=asked)
        ):
            pass

    def _index(self, collection: UUID) -> CollectionIndex:
        with self._store.read() as connection:
            return self._indexes.get(catalog.get_state(connection, collection).number)

    def _seal(
        self, folder: SegmentFolder, index: CollectionIndex, collection: UUID, *, whole: bool, asked: bool
    ) -> None:
        while not self._gives_way(asked=asked) and compaction.seal(
            self._store, folder, index, collection, self._options, partial(self._give_way, asked=asked), whole=whole
        ):
            # What is written meanwhile waits for the next pause, unless somebody waits for all.
            whole = whole and asked

    def _give_way(self, *, asked: bool) -> None:
        """Raise when ``compact()`` waits for this thread, which was not asked, to do it all at once."""
        if self._asked > 0 and not asked:
            raise _GiveWayError

    def _interrupt(self, *, asked: bool) -> None:
        """Raise when the store is being closed or, unless asked to finish, writers or ``compact`` wait."""
        if asked and self._closed.is_set():
            raise StorageError("the client was closed while its data was being compacted; nothing was changed")
        if self._gives_way(asked=asked) or (not asked and self._is_urgent()):
            raise _GiveWayError

    def _gives_way(self, *, asked: bool) -> bool:
        """Return whether to stop after the step in progress: for ``close``, or for a ``compact()`` that does it all."""
        return self._closed.is_set() or (self._asked > 0 and not asked)

    def _paced(self, steps: Iterator[None], *, asked: bool) -> None:
        """Take the steps in the writers' pauses, as far as they make any.

        If asked, or while a tail waits to be sealed at once, a writer that waits is only let pass between two.
        """
        for _ in steps:
            at_once = asked or self._is_urgent()
            seconds, longest = (0.0, 0.0) if at_once else (_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)
            if self._pauses.wait(self._closed, seconds, longest) or self._gives_way(asked=asked):
                return

    @contextmanager
    def _alone(self, patience: float) -> Iterator[bool]:
        """Hold the lock under which one thread of one process compacts; False if it is not to be had in time."""
        deadline = time.monotonic() + patience
        if not self._working.acquire(timeout=patience):
            yield False
            return
        try:
            if self._folder is None:
                yield True
            else:
                with self._folder.lock(max(0.0, deadline - time.monotonic())) as locked:
                    yield locked
        finally:
            self._working.release()
