"""Verification of a whole database: the SQL file, catalog, log, records, text index, and every byte of the segments."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import apsw
import numpy as np

from chromadb.engine.index.collection_index import CollectionIndex
from chromadb.engine.index.index_cache import IndexCache
from chromadb.engine.index.key_columns import SnapshotOutdatedError
from chromadb.engine.index.segment import open_segment
from chromadb.engine.index.vector_index import open_vector_index
from chromadb.engine.store import catalog, records, segments, text
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.connection import Store
from chromadb.engine.store.segment_files import DamagedSegmentError, MissingSegmentError, SegmentFolder
from chromadb.engine.store.segments import SealedState
from chromadb.model.check_report import CheckReport
from chromadb.model.errors import ChromaError

_PATIENT_ATTEMPTS = 2


def check(store: Store, folder: SegmentFolder | None) -> CheckReport:
    """Read everything and return what is wrong. Changes nothing; readers and writers go on meanwhile."""
    indexes = IndexCache(None, folder)
    for attempt in count():
        try:
            with store.read(unused=True) as connection:
                return _report(connection, folder, indexes, patient=attempt < _PATIENT_ATTEMPTS)
        except SnapshotOutdatedError:
            # A segment was merged into another one since the transaction began; or it is missing, which is believed in
            # the end: an index asks for a newer transaction once for each generation of its segments.
            continue
    raise AssertionError("counting has no end")


def _report(
    connection: apsw.Connection, folder: SegmentFolder | None, indexes: IndexCache, *, patient: bool
) -> CheckReport:
    problems = [f"chroma.sqlite3: {line}" for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]
    problems += [
        f"chroma.sqlite3: row {row} of {table} refers to a missing row of {parent}"
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check")
    ]
    collections = catalog.all_collections(connection)
    record_count = segment_count = 0
    for id_ in collections:
        state = catalog.get_state(connection, id_)
        sealed = segments.sealed_state(connection, id_, state.number)
        record_count += state.record_count
        segment_count += len(sealed.segments)
        found = [*_catalog_problems(connection, state, sealed)]
        if folder is not None:
            found += _segment_problems(folder, sealed, patient=patient)
        found += _index_problems(connection, state, indexes.get(state.number))
        problems += [f"collection {id_}: {problem}" for problem in found]
    return CheckReport(len(collections), record_count, segment_count, tuple(problems))


def _catalog_problems(connection: apsw.Connection, state: CollectionState, sealed: SealedState) -> Iterator[str]:
    numbers = records.live_numbers(connection, state.number)
    if len(numbers) != state.record_count:
        yield f"the catalog counts {state.record_count} records, there are {len(numbers)}"
    if len(numbers) and int(records.rows_of(numbers)[-1]) >= state.next_row:
        yield "a record has a row that the next new record would get"
    ((last_seq,),) = connection.execute(
        "SELECT ifnull(max(seq_id), 0) FROM embeddings_queue WHERE collection = ?", (state.number,)
    )
    if last_seq > state.last_seq:
        yield f"the log reaches {last_seq}, the catalog says {state.last_seq}"
    for name, position in (("segments", sealed.seq), ("the text index", text.position(connection, state))):
        if position > state.last_seq:
            yield f"{name} have followed the log to {position}, which ends at {state.last_seq}"


def _segment_problems(folder: SegmentFolder, sealed: SealedState, *, patient: bool) -> Iterator[str]:
    for one in sealed.segments:
        if one.vector_index is not None:
            try:
                yield from open_vector_index(folder, sealed.owner, one.vector_index).problems()
            except DamagedSegmentError as error:
                if patient and isinstance(error, MissingSegmentError):
                    raise SnapshotOutdatedError from error
                yield str(error)
        try:
            yield from folder.open(sealed.owner, one.name).problems()
            segment = open_segment(folder, sealed.owner, one.name)
        except DamagedSegmentError as error:
            if patient and isinstance(error, MissingSegmentError):
                raise SnapshotOutdatedError from error
            yield str(error)
            continue
        if len(segment) != one.rows:
            yield f"segment {one.name} has {len(segment)} rows, the catalog says {one.rows}"
        if not (np.diff(segment.rows) > 0).all():
            yield f"the rows of segment {one.name} do not ascend"
        damaged = segment.vectors.damaged_rows()
        if len(damaged):
            yield f"{len(damaged)} vectors of segment {one.name} are damaged"


def _index_problems(connection: apsw.Connection, state: CollectionState, index: CollectionIndex) -> Iterator[str]:
    """Compare the records with what an index built from nothing holds."""
    index.distrust()
    try:
        snapshot = index.snapshot(connection, state) if state.dimension is not None else None
    except SnapshotOutdatedError:
        raise
    except ChromaError as error:
        yield str(error)
        return
    numbers = records.live_numbers(connection, state.number)
    held = numbers[:0] if snapshot is None else snapshot.live_numbers
    without, beyond = np.setdiff1d(numbers, held), np.setdiff1d(held, numbers)
    if len(without):
        yield f"{len(without)} records have no vector"
    if len(beyond):
        yield f"{len(beyond)} vectors have no record"
    if len(held) != len(np.unique(held)):
        yield "a record has several vectors"
