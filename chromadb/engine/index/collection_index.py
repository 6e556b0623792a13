"""The index of one collection in this process: slots that follow the log.

It is a function of log and records: it can be thrown away at any time, and is brought to the state of any transaction
from nothing or from where it stands.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import apsw
import numpy as np

from chromadb.engine.index.slots import Inherited, SlotTable, Snapshot, SnapshotOutdatedError
from chromadb.engine.store import log
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.records import Numbers
from chromadb.model.embeddings import Matrix

_DEAD_WORTH_REBUILDING = 4096
_NO_SLOTS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Change:
    """What one committed write did to a collection.

    before, seq: the last log entry before and of the write. changed: new and changed records, ascending.
    vectors: blocks of (record numbers, matrix) for those whose vector is new. deleted: records that are gone.
    """

    before: int
    seq: int
    dimension: int
    changed: Numbers
    vectors: tuple[tuple[Numbers, Matrix], ...]
    deleted: Numbers


def _nothing() -> Snapshot:
    return Snapshot(table=SlotTable(), seq=0, size=0, alive=None, in_order=True)


class CollectionIndex:
    """The index of one collection. Thread-safe."""

    def __init__(self, collection: int) -> None:
        self._collection = collection
        self._lock = threading.Lock()
        self._last_number = -1
        self._current = _nothing()

    @property
    def seq(self) -> int:
        """The last log entry that has been applied."""
        return self._current.seq

    @property
    def nbytes(self) -> int:
        """How much memory the index takes, in bytes, its string vocabularies left out."""
        return self._current.table.nbytes

    def snapshot(self, connection: apsw.Connection, state: CollectionState) -> Snapshot:
        """Return the collection as the transaction sees it, first applying what the index has not seen yet.

        Raises SnapshotOutdatedError when the index is already past that transaction.
        """
        with self._lock:
            if self._current.seq < state.last_seq and state.dimension is not None:
                after = self._current.seq
                changed, deleted = log.changes(connection, self._collection, after)
                vectors = log.vectors(connection, self._collection, after, state.dimension)
                self._append(changed, vectors, deleted, state.dimension, state.last_seq)
            if self._current.seq > state.last_seq:
                raise SnapshotOutdatedError
            return self._current

    def apply(self, change: Change) -> None:
        """Apply a committed write without reading it back from the log.

        An index that is not where the write began is left alone: it reads the log when it is next used.
        """
        with self._lock:
            if self._current.seq == change.before:
                self._append(change.changed, change.vectors, change.deleted, change.dimension, change.seq)

    def _append(
        self,
        changed: Numbers,
        vectors: Iterable[tuple[Numbers, Matrix]],
        deleted: Numbers,
        dimension: int,
        seq: int,
    ) -> None:
        try:
            self._append_slots(changed, vectors, deleted, dimension, seq)
        except BaseException:
            # Half a step (memory ran out, a signal came) would leave vectors beside the wrong records: begin anew.
            self._last_number = -1
            self._current = _nothing()
            raise

    def _append_slots(
        self,
        changed: Numbers,
        vectors: Iterable[tuple[Numbers, Matrix]],
        deleted: Numbers,
        dimension: int,
        seq: int,
    ) -> None:
        current = self._current
        table, size = current.table, current.size
        killed = current.slots_of(deleted) if len(deleted) else _NO_SLOTS
        inherited = None
        ascends = len(changed) == 0 or int(changed[0]) > self._last_number
        if not ascends:
            replaced = current.slots_of(changed)
            inherited = Inherited(table, replaced, np.searchsorted(changed, current.numbers[replaced]))
            killed = np.concatenate([killed, replaced])
        table.append(changed, inherited, vectors, dimension)
        alive = current.alive
        if alive is not None or len(killed):
            extended = np.ones(len(table), dtype=np.bool_)
            if alive is not None:
                extended[:size] = alive
            extended[killed] = False
            alive = extended
        if len(changed):
            self._last_number = max(self._last_number, int(changed[-1]))
        self._current = Snapshot(table, seq, len(table), alive, current.in_order and ascends)
        self._drop_dead(dimension)

    def _drop_dead(self, dimension: int) -> None:
        """Begin a new table with the live slots once a fifth are dead; snapshots in use keep the old one."""
        current = self._current
        if current.alive is None:
            return
        live_count = int(np.count_nonzero(current.alive))
        if current.size - live_count < max(_DEAD_WORTH_REBUILDING, live_count // 4):
            return
        live = current.live_slots
        table = SlotTable()
        table.append(current.numbers[live], Inherited(current.table, live, np.arange(len(live))), (), dimension)
        self._current = Snapshot(table, current.seq, len(table), None, True)
