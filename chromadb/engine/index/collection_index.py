"""The index of one collection in this process: slots that follow sealed segments and the log.

It is a function of segments, log and records: it can be thrown away at any time, and is brought to the state of any
transaction from nothing or from where it stands.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from itertools import chain
from uuid import UUID

import apsw
import numpy as np
from msgspec import Struct

from chromadb.engine.index.key_columns import SnapshotOutdatedError
from chromadb.engine.index.segment import Segment, open_segment
from chromadb.engine.index.slots import Inherited, SlotTable, Snapshot
from chromadb.engine.index.vector_index import VectorIndex, open_vector_index
from chromadb.engine.store import log, records, segments
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.records import Numbers, number_base
from chromadb.engine.store.segment_files import DamagedSegmentError, MissingSegmentError, SegmentFolder
from chromadb.engine.store.segments import SealedSegment, SealedState
from chromadb.model.embeddings import Matrix
from chromadb.model.errors import StorageError

_UNKNOWN_GENERATION = -1
_DEAD_WORTH_REBUILDING = 4096
_NO_SLOTS = np.empty(0, dtype=np.int64)
_NAMED_IDS = 5

_logger = logging.getLogger(__name__)


class LostVectorsError(StorageError):
    """The vectors of some records lay in a damaged segment and nowhere else. ids: of these records."""

    def __init__(self, ids: list[str]) -> None:
        named = ", ".join(map(repr, ids[:_NAMED_IDS])) + (", ..." if len(ids) > _NAMED_IDS else "")
        super().__init__(
            f"the vectors of {len(ids)} records were damaged on disk and are lost (ids {named}); their documents and "
            "metadata are not. Give them anew with collection.upsert, or delete these records, and queries work again"
        )
        self.ids = ids


class Change(Struct, frozen=True):
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
    """The index of one collection. Thread-safe.

    folder: where sealed segments lie, None where there are none (in memory).
    """

    def __init__(self, collection: int, folder: SegmentFolder | None) -> None:
        self._collection = collection
        self._folder = folder
        self._lock = threading.Lock()
        self._distrusted = False
        self._missed_generation = -1
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._last_number = -1
        self._generation = 0
        self._current = _nothing()

    @property
    def seq(self) -> int:
        """The last log entry that has been applied."""
        return self._current.seq

    @property
    def current(self) -> Snapshot:
        """What has been applied so far, whichever transaction that belongs to."""
        return self._current

    @property
    def nbytes(self) -> int:
        """How much memory the index takes, in bytes, mapped files and string vocabularies left out."""
        current = self._current
        return current.table.nbytes + current.narrowing.nbytes

    def snapshot(self, connection: apsw.Connection, state: CollectionState) -> Snapshot:
        """Return the collection as the transaction sees it, first applying what the index has not seen yet.

        Raises SnapshotOutdatedError when the index is already past that transaction, DamagedSegmentError when a
        segment cannot be read.
        """
        with self._lock:
            if self._generation > state.generation or self._current.seq > state.last_seq:
                raise SnapshotOutdatedError
            if self._generation < state.generation:
                self._reload(connection, state)
            elif self._current.seq < state.last_seq and state.dimension is not None:
                after = self._current.seq
                changed, deleted = log.changes(connection, self._collection, after)
                vectors = log.vectors(connection, self._collection, after, state.dimension)
                self._append(changed, vectors, deleted, state.dimension, state.last_seq)
            return self._current

    def apply(self, change: Change, generation: int) -> None:
        """Apply a committed write without reading it back from the log.

        generation: that of the sealed segments beside which it was written. An index that is not where the write began
        is left alone: it reads the log when it is next used.
        """
        with self._lock:
            if self._current.seq == change.before and self._generation == generation:
                self._append(change.changed, change.vectors, change.deleted, change.dimension, change.seq)

    def distrust(self) -> None:
        """Look at every row of every segment before the next use, for one has turned out to be damaged."""
        with self._lock:
            self._distrusted = True
            self._generation = _UNKNOWN_GENERATION

    def _reload(self, connection: apsw.Connection, state: CollectionState) -> None:
        """Begin a new table with the sealed segments, and the log since; keep what the old one knows already."""
        assert state.dimension is not None
        old = self._current
        sealed = segments.sealed_state(connection, state.id, state.number)
        opened = self._opened(sealed, state.generation)
        self._begin_anew()
        self._current = _sealed_snapshot(opened, sealed.seq, number_base(self._collection))
        table = self._current.table
        self._last_number = int(table.numbers.values.max(initial=-1))
        changed, deleted = log.changes(connection, self._collection, sealed.seq)
        vectors = log.vectors(connection, self._collection, max(sealed.seq, old.seq), state.dimension)
        if old.seq >= sealed.seq and old.table.vectors is not None:
            table.inherit_columns(old)
            positions, slots = old.found(changed)
            vectors = chain([(changed[positions], old.table.vectors.take(slots))], vectors)
        self._append(changed, vectors, deleted, state.dimension, state.last_seq)
        if len(opened) < len(sealed.segments) or any(len(one.segment.bad_rows) for one in opened):
            self._recover(connection, state)
        self._generation, self._distrusted = state.generation, False

    def _opened(self, sealed: SealedState, generation: int) -> list[_Opened]:
        """Return the segments that can be read; those that were open stay so."""
        table = self._current.table
        held = {segment.name: segment for _, segment in table.sealed}
        held_indexes = {part.index.name: part.index for part in table.coded if part.index is not None}
        opened = []
        for one in sealed.segments:
            try:
                assert self._folder is not None
                segment = held.get(one.name) or open_segment(self._folder, sealed.owner, one.name, held.values())
                if self._distrusted:
                    segment = segment.inspected()
            except DamagedSegmentError as error:
                if isinstance(error, MissingSegmentError) and self._missed_generation != generation:
                    # Another process may have merged and removed it since this transaction began.
                    self._missed_generation = generation
                    raise SnapshotOutdatedError from error
                _logger.warning("%s; its vectors are taken from the log where that has them", error)
                continue
            index = None if one.vector_index is None else held_indexes.get(one.vector_index)
            if one.vector_index is not None and index is None:
                index = self._vector_index(sealed, one.vector_index)
            opened.append(_Opened(one, segment, index))
        return opened

    def _vector_index(self, sealed: SealedState, name: UUID) -> VectorIndex | None:
        """Return the graph or lists of that name, None when it cannot be read: the codes serve without."""
        assert self._folder is not None
        try:
            return open_vector_index(self._folder, sealed.owner, name)
        except DamagedSegmentError as error:
            _logger.warning("%s; codes are scanned instead until it is made anew", error)
            return None

    def _recover(self, connection: apsw.Connection, state: CollectionState) -> None:
        """Take the vectors that no segment gives from the log; raises LostVectorsError if it lacks some."""
        assert state.dimension is not None
        missing = np.setdiff1d(records.live_numbers(connection, self._collection), self._current.live_numbers)
        found, vectors = log.last_vectors(connection, self._collection, missing, state.dimension)
        if len(found) < len(missing):
            self._begin_anew()
            self._generation = _UNKNOWN_GENERATION
            lost = np.setdiff1d(missing, found)
            raise LostVectorsError([id_ for (id_,) in records.fetch(connection, lost, "r.id")])
        self._append(found, [(found, vectors)], _NO_SLOTS, state.dimension, state.last_seq)

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
            self._begin_anew()
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
        """Begin a new table with the live slots once a fifth are dead; snapshots in use keep the old one.

        Where there are segments, sealing does that.
        """
        current = self._current
        if current.alive is None or self._folder is not None:
            return
        live_count = int(np.count_nonzero(current.alive))
        if current.size - live_count < max(_DEAD_WORTH_REBUILDING, live_count // 4):
            return
        live = current.live_slots
        table = SlotTable()
        table.append(current.numbers[live], Inherited(current.table, live, np.arange(len(live))), (), dimension)
        self._current = Snapshot(table, current.seq, len(table), None, True)


class _Opened(Struct, frozen=True):
    """A segment as the catalog has it and as it was opened, with the graph or lists over it."""

    sealed: SealedSegment
    segment: Segment
    index: VectorIndex | None


def _sealed_snapshot(opened: list[_Opened], seq: int, base: int) -> Snapshot:
    """Return the snapshot of the sealed segments alone. base: what makes their rows record numbers."""
    table, masks = SlotTable(), [np.ones(0, dtype=np.bool_)]
    for one in opened:
        table.attach(one.segment, one.index, base)
        mask = np.ones(one.sealed.rows, dtype=np.bool_)
        if one.sealed.live is not None:
            packed = np.frombuffer(one.sealed.live, dtype=np.uint8)
            mask = np.unpackbits(packed, count=one.sealed.rows, bitorder="little").astype(np.bool_)
        mask[one.segment.bad_rows] = False
        masks.append(mask)
    alive = np.concatenate(masks)
    in_order = bool((np.diff(table.numbers.values) > 0).all())
    return Snapshot(table, seq, len(table), None if alive.all() else alive, in_order)
