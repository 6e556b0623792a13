"""Compaction: the log's tail is sealed into a segment, with the segments that are small, damaged or full of dead rows.

Each step leaves a directory that any process may open, whatever is killed when: a segment is written and synced under a
temporary name, renamed, and registered in one transaction that also says which rows of the other segments were dead by
then. A registration whose collection has changed its segments meanwhile is dropped, and with it the segment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from chromadb.engine.index.codes import Codes
from chromadb.engine.index.collection_index import CollectionIndex
from chromadb.engine.index.columns import Mask
from chromadb.engine.index.key_columns import SnapshotOutdatedError
from chromadb.engine.index.segment import codeable, write_segment, write_with_columns
from chromadb.engine.index.selected import Selected
from chromadb.engine.index.slots import CodedSlots, Snapshot
from chromadb.engine.index.vector_index import write_graph, write_lists
from chromadb.engine.index.vectors import Slots
from chromadb.engine.store import catalog, log, segments
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.connection import Store
from chromadb.engine.store.records import rows_of
from chromadb.engine.store.segment_files import SegmentFolder
from chromadb.engine.store.segments import SealedSegment, SealedState
from chromadb.model.embeddings import Matrix
from chromadb.model.errors import NotFoundError
from chromadb.model.schema import CollectionSchema

_FEWEST_TO_MERGE = 2
_ROWS_AT_ONCE = 4_096
"""Rows of a segment that are held at a time while it is made."""


class CompactionOptions(Struct, frozen=True):
    """When and in which steps compaction works.

    seal_rows: log entries after which the tail is sealed; in memory, slots after which it gets codes. idle_rows,
    idle_seconds: the same once nothing has been written for so long. graph_rows, list_rows: rows from which on a
    segment gets a graph (with codes of a bit a dimension; more rows where they are shorter) or, under a ``spann``
    configuration, lists. dead_share: of a segment's rows, from which on it is written anew without them. whole_reach:
    ``compact()``, and an idle database, merge segments up to so many times as large as what they have gathered, for
    each costs every query time. tail_limit: versions of records beyond which writers wait for the tail to be sealed.
    index_entries, trim_entries: log entries indexed or deleted in a transaction. purge_rows: deleted records whose rows
    are removed in one. vacuum_pages: free pages returned to the file system in one. spare_pages: those left for the
    next writes.
    """

    seal_rows: int = 16_384
    idle_rows: int = 2_048
    idle_seconds: float = 1.0
    graph_rows: int = 400_000
    list_rows: int = 50_000
    dead_share: float = 0.2
    whole_reach: int = 8
    tail_limit: int = 400_000
    index_entries: int = 1_000
    trim_entries: int = 4_000
    purge_rows: int = 500
    vacuum_pages: int = 1_000
    spare_pages: int = 512


class _Plan(Struct, frozen=True):
    """What the next segment of a collection is made of.

    snapshot: the moment at which it is sealed. sealed, state: the segments and the collection at that moment. merged:
    which of the segments it replaces. slots: those of the rows it gets, in the order of their records.
    """

    snapshot: Snapshot
    sealed: SealedState
    state: CollectionState
    merged: frozenset[int]
    slots: Slots


def seal(
    store: Store,
    folder: SegmentFolder,
    index: CollectionIndex,
    collection: UUID,
    options: CompactionOptions,
    interrupt: Callable[[], None],
    *,
    whole: bool,
) -> bool:
    """Write the next segment of a collection if one is due, and return whether one was.

    interrupt: called now and then before the segment is written; what it raises ends the work. whole: whether the tail
    is sealed however small it is.
    """
    plan = _plan(store, index, collection, options, whole=whole)
    if plan is None:
        return False
    snapshot, slots = plan.snapshot, plan.slots
    name = None
    if len(slots):
        vectors = snapshot.table.vectors
        assert vectors is not None

        def blocks() -> Iterator[Matrix]:
            for start in range(0, len(slots), _ROWS_AT_ONCE):
                interrupt()
                yield vectors.take(slots[start : start + _ROWS_AT_ONCE])

        rows = rows_of(snapshot.numbers[slots])
        norms = snapshot.squared_norms[slots]
        columns, sparse_columns = snapshot.table.columns_of(slots), snapshot.table.sparse_columns_of(slots)
        space, coded = plan.state.schema.space, plan.state.schema.has_vector_index
        name = write_segment(folder, plan.sealed.owner, space, rows, norms, blocks, columns, sparse_columns, coded)
    if not _register(store, plan.state, snapshot.seq, _registered(plan, name)):
        if name is not None:
            folder.remove(plan.sealed.owner, str(name))
        return False
    for number in plan.merged:
        merged = plan.sealed.segments[number]
        for directory in (merged.name, merged.vector_index):
            if directory is not None:
                folder.remove(plan.sealed.owner, str(directory))
    return True


def save_columns(store: Store, folder: SegmentFolder, index: CollectionIndex, collection: UUID) -> None:
    """Give segments the metadata columns that readers have filled since they were sealed.

    A process that opens the collection then need not read all records to filter by these keys.
    """
    state, sealed, snapshot = _moment(store, index, collection)
    held = {segment.name: (start, segment) for start, segment in snapshot.table.sealed}
    registered = list(sealed.segments)
    for position, one in enumerate(sealed.segments):
        start, segment = held.get(one.name, (0, None))
        if segment is None or segment.problems:
            continue
        columns = snapshot.table.columns_of(np.arange(start, start + len(segment)))
        if segment.columns is None or not segment.columns.has(columns):
            name = write_with_columns(folder, sealed.owner, one.name, columns)
            registered[position] = replace(one, name=name)
    changed = [(old.name, new.name) for old, new in zip(sealed.segments, registered, strict=True) if old != new]
    is_done = bool(changed) and _register(store, state, sealed.seq, registered)
    for old_name, new_name in changed:
        folder.remove(sealed.owner, str(old_name if is_done else new_name))


def build_vector_index(
    store: Store,
    folder: SegmentFolder,
    index: CollectionIndex,
    collection: UUID,
    options: CompactionOptions,
    interrupt: Callable[[], None],
) -> bool:
    """Make the graph or lists over one large segment that lacks it, and return whether one did.

    interrupt: called now and then; what it raises ends the work.
    """
    with store.read() as connection:
        state = catalog.get_state(connection, collection)
        sealed = segments.sealed_state(connection, collection, state.number)
    smallest = options.graph_rows if state.schema.spann is None else options.list_rows
    if not state.schema.has_vector_index or all(one.rows < smallest for one in sealed.segments):
        # Not worth loading the index for.
        return False
    state, sealed, snapshot = _moment(store, index, collection)
    held = {segment.name: segment for _, segment in snapshot.table.sealed}
    indexed = {part.start for part in snapshot.table.coded if part.index is not None}
    starts = {segment.name: start for start, segment in snapshot.table.sealed}
    spann, hnsw = state.schema.spann, state.schema.hnsw
    for position, one in enumerate(sealed.segments):
        segment = held.get(one.name)
        if segment is None or segment.codes is None or starts[one.name] in indexed:
            continue
        # A graph spares a scan, which short codes make short; lists spare memory, too.
        if one.rows * (segment.codes.bits_a_dimension if spann is None else 1) < smallest:
            continue
        if spann is None:
            name = write_graph(folder, sealed.owner, segment, hnsw, interrupt)
        else:
            name = write_lists(folder, sealed.owner, segment, spann, hnsw.num_threads, interrupt)
        registered = list(sealed.segments)
        registered[position] = replace(one, vector_index=name)
        if not _register(store, state, sealed.seq, registered):
            folder.remove(sealed.owner, str(name))
        elif one.vector_index is not None:
            folder.remove(sealed.owner, str(one.vector_index))
        return True
    return False


def encode_tail(index: CollectionIndex, schema: CollectionSchema, least: int) -> None:
    """Give codes to the slots of an index that is in memory alone, if at least so many have none."""
    if not schema.has_vector_index:
        return
    snapshot = index.current
    table, vectors = snapshot.table, snapshot.table.vectors
    start, stop = table.coded_size, snapshot.size
    if vectors is None or stop - start < least:
        return
    for part in reversed(table.coded):
        if part.stop - part.start > stop - start:
            break
        start = part.start
    if not codeable(vectors.dimension, snapshot.squared_norms[start:]):
        return

    def blocks() -> Iterator[Matrix]:
        return (rows for _, rows in vectors.chunks(start, stop))

    table.add_codes(CodedSlots(start, stop, Codes.build(blocks, stop - start, schema.space)))


def _plan(
    store: Store, index: CollectionIndex, collection: UUID, options: CompactionOptions, *, whole: bool
) -> _Plan | None:
    """Return what the next segment is made of, None if none is due."""
    with store.read() as connection:
        state = catalog.get_state(connection, collection)
        entries = log.count_after(connection, state.number, segments.sealed_seq(connection, collection))
    threshold = max(options.seal_rows, state.schema.hnsw.sync_threshold)
    if not whole and entries < threshold:
        # Not worth loading the index for.
        return None
    state, sealed, snapshot = _moment(store, index, collection)
    extents = {segment.name: slice(start, start + len(segment)) for start, segment in snapshot.table.sealed}
    broken = {segment.name for _, segment in snapshot.table.sealed if segment.problems}
    tail = slice(snapshot.table.sealed_size, snapshot.size)
    live = snapshot.live_mask()
    merged: set[int] = set()
    live_counts = {}
    for number, one in enumerate(sealed.segments):
        extent = extents.get(one.name, slice(0, 0))
        live_counts[number] = int(np.count_nonzero(live[extent]))
        if one.name in broken or one.rows - live_counts[number] > options.dead_share * one.rows:
            merged.add(number)
    due = entries > 0 or bool(merged)
    if not due and (not whole or len(sealed.segments) < _FEWEST_TO_MERGE):
        return None
    gathered = int(np.count_nonzero(live[tail])) + sum(live_counts[number] for number in merged)
    reach = options.whole_reach if whole else 1
    for number in reversed(range(len(sealed.segments))):
        if number not in merged:
            if live_counts[number] > reach * gathered and (due or merged):
                break
            merged.add(number)
            gathered += live_counts[number]
    if not due and len(merged) < _FEWEST_TO_MERGE:
        return None
    chosen = np.zeros(snapshot.size, dtype=np.bool_)
    for extent in (tail, *(extents[sealed.segments[number].name] for number in merged if live_counts[number])):
        chosen[extent] = live[extent]
    slots = snapshot.ordered(Selected.of_mask(chosen))
    return _Plan(snapshot, sealed, state, frozenset(merged), slots)


def _registered(plan: _Plan, name: UUID | None) -> list[SealedSegment]:
    """Return the collection's segments with the new one in the place of the merged ones."""
    live = plan.snapshot.live_mask()
    extents = {segment.name: slice(start, start + len(segment)) for start, segment in plan.snapshot.table.sealed}
    kept = [
        replace(one, live=_packed(live[extents[one.name]]))
        for number, one in enumerate(plan.sealed.segments)
        if number not in plan.merged
    ]
    return kept if name is None else [*kept, SealedSegment(name, len(plan.slots), None)]


def _register(store: Store, state: CollectionState, seq: int, registered: list[SealedSegment]) -> bool:
    """Put segments in the place of those that the collection had in a state; False if it has others by now."""
    try:
        with store.write() as connection:
            if catalog.get_state(connection, state.id).generation != state.generation:
                return False
            segments.replace(connection, state.id, state.number, seq, registered)
    except NotFoundError:
        return False
    return True


def _moment(store: Store, index: CollectionIndex, collection: UUID) -> tuple[CollectionState, SealedState, Snapshot]:
    """Return a collection's state, its segments and its index with its sparse vectors, all of one transaction."""
    while True:
        try:
            with store.read() as connection:
                state = catalog.get_state(connection, collection)
                sealed = segments.sealed_state(connection, collection, state.number)
                snapshot = index.snapshot(connection, state)
                snapshot.table.sparse_columns(connection, snapshot, state.schema.sparse_keys)
                return state, sealed, snapshot
        except SnapshotOutdatedError:
            continue


def _packed(live: Mask) -> bytes | None:
    return None if live.all() else np.packbits(live, bitorder="little").tobytes()
