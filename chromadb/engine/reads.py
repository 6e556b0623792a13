"""Reads: from a filter to records, inside one transaction.

Every function sees one moment of the collection: the transaction's rows, and a snapshot of the index at that same
moment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import apsw
import numpy as np

from chromadb.engine.hydration import hydrated, hydrated_each
from chromadb.engine.index.collection_index import CollectionIndex
from chromadb.engine.index.columns import Mask
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.query.nearest import nearest
from chromadb.engine.query.trace import Trace
from chromadb.engine.query.where import check_filter, evaluate
from chromadb.engine.store import records
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.records import Numbers
from chromadb.model.embeddings import Matrix
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.results import Columns, Hits, Records
from chromadb.model.selection import Selection

_NO_NUMBERS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class CollectionView:
    """One collection as one transaction sees it. The index is brought to that moment only when it is needed."""

    connection: apsw.Connection
    state: CollectionState
    index: CollectionIndex

    def snapshot(self) -> Snapshot:
        """Return the index at the moment of the transaction; raises SnapshotOutdatedError when it is past it."""
        return self.index.snapshot(self.connection, self.state)


def select(view: CollectionView, selection: Selection) -> Numbers:
    """Return the numbers of the selected records in insertion order; raises InvalidArgumentError for a bad filter."""
    if selection.condition is not None:
        check_filter(view.state, selection.condition)
    page = slice(selection.offset, None if selection.limit is None else selection.offset + selection.limit)
    if selection.condition is not None:
        snapshot = view.snapshot()
        slots = snapshot.ordered(_mask(view, snapshot, selection))
        return snapshot.numbers[slots[page]]
    if selection.ids is not None:
        found = records.numbers_by_id(view.connection, view.state.number, selection.ids)
        return np.sort(np.fromiter(found.values(), dtype=np.int64, count=len(found)))[page]
    if view.index.seq == view.state.last_seq:
        return view.snapshot().live_numbers[page]
    return records.page(view.connection, view.state.number, selection.limit, selection.offset)


def get(view: CollectionView, selection: Selection, columns: Columns) -> Records:
    """Return the selected records in insertion order."""
    numbers = select(view, selection)
    found = hydrated(view.connection, numbers, columns)
    return replace(found, embeddings=_vectors(view.snapshot(), numbers)) if columns.embeddings else found


def query(
    view: CollectionView, queries: Matrix, n_results: int, selection: Selection, columns: Columns, trace: Trace
) -> list[Hits]:
    """Return for each row of ``queries`` (n, dimension) the nearest of the selected records, nearest first.

    trace: is told what was done. Raises InvalidArgumentError for another dimension than the collection's, once it has
    one, and for a bad filter.
    """
    dimension = view.state.dimension
    if dimension is not None and queries.shape[1] != dimension:
        raise InvalidArgumentError(
            f"Collection expecting embedding with dimension of {dimension}, got {queries.shape[1]}"
        )
    if selection.condition is not None:
        check_filter(view.state, selection.condition)
    snapshot = view.snapshot()
    if snapshot.table.vectors is None:
        nothing = hydrated(view.connection, _NO_NUMBERS, columns)
        if columns.embeddings:
            nothing = replace(nothing, embeddings=np.empty((0, 0), dtype=np.float32))
        return [Hits(nothing, np.empty(0, dtype=np.float32)) for _ in queries]
    with trace.stage("filter", snapshot.size):
        selected = _mask(view, snapshot, selection)
    found = nearest(snapshot, queries, selected, n_results, view.state.schema, trace)
    hits = []
    with trace.stage("records", sum(len(slots) for slots, _ in found)):
        shown = hydrated_each(view.connection, [snapshot.numbers[slots] for slots, _ in found], columns)
    for (slots, distances), hit_records in zip(found, shown, strict=True):
        if columns.embeddings:
            hit_records = replace(hit_records, embeddings=snapshot.table.vectors.take(slots))
        hits.append(Hits(hit_records, distances))
    return hits


def _mask(view: CollectionView, snapshot: Snapshot, selection: Selection) -> Mask | None:
    """Return which live slots are selected (before paging), None for all of them."""
    mask, condition = None, selection.condition
    if condition is not None:
        mask = snapshot.mask(condition, lambda: evaluate(condition, view.connection, view.state, snapshot))
    if selection.ids is not None:
        found = records.numbers_by_id(view.connection, view.state.number, selection.ids)
        named = snapshot.mask_of(np.fromiter(found.values(), dtype=np.int64, count=len(found)))
        mask = named if mask is None else mask & named
    return mask


def _vectors(snapshot: Snapshot, numbers: Numbers) -> Matrix:
    if snapshot.table.vectors is None:
        return np.empty((0, 0), dtype=np.float32)
    return snapshot.table.vectors.take(snapshot.slots_of(numbers))
