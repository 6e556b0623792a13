"""Reads: from a filter to records, inside one transaction.

Every function sees one moment of the collection: the transaction's rows, and a snapshot of the index at that same
moment.
"""

from __future__ import annotations

import apsw
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from chromadb.engine.hydration import hydrated, hydrated_each
from chromadb.engine.index.collection_index import CollectionIndex
from chromadb.engine.index.columns import Kind
from chromadb.engine.index.distances import Neighbours
from chromadb.engine.index.selected import Selected
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.query.facets import facets_of
from chromadb.engine.query.key_values import values_of
from chromadb.engine.query.nearest import nearest, nearest_exactly
from chromadb.engine.query.trace import Trace
from chromadb.engine.query.value_order import codes_of
from chromadb.engine.query.where import check_filter, evaluate
from chromadb.engine.store import records
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.records import Numbers
from chromadb.model.embeddings import Matrix
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.filters import Filter
from chromadb.model.results import Columns, Facet, Hits, Records
from chromadb.model.selection import Order, Selection

_NO_NUMBERS = np.empty(0, dtype=np.int64)


class CollectionView(Struct, frozen=True):
    """One collection as one transaction sees it. The index is brought to that moment only when it is needed."""

    connection: apsw.Connection
    state: CollectionState
    index: CollectionIndex

    def snapshot(self) -> Snapshot:
        """Return the index at the moment of the transaction; raises SnapshotOutdatedError when it is past it."""
        return self.index.snapshot(self.connection, self.state)


def select(view: CollectionView, selection: Selection) -> Numbers:
    """Return the numbers of the selected records in the selection's order.

    Raises InvalidArgumentError for a bad filter.
    """
    if selection.condition is not None:
        check_filter(view.state, selection.condition)
    page = slice(selection.offset, None if selection.limit is None else selection.offset + selection.limit)
    if selection.order is not None:
        return _in_order(view, selection, selection.order)[page]
    if selection.condition is not None:
        snapshot = view.snapshot()
        slots = snapshot.ordered(_selected(view, snapshot, selection))
        return snapshot.numbers[slots[page]]
    if selection.ids is not None:
        found = records.numbers_by_id(view.connection, view.state.number, selection.ids)
        return np.sort(np.fromiter(found.values(), dtype=np.int64, count=len(found)))[page]
    if view.index.seq == view.state.last_seq:
        return view.snapshot().live_numbers[page]
    return records.page(view.connection, view.state.number, selection.limit, selection.offset)


def get(view: CollectionView, selection: Selection, columns: Columns) -> Records:
    """Return the selected records in the selection's order."""
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
        selected = _selected(view, snapshot, selection)
    search = nearest_exactly if selection.exact else nearest
    found = search(snapshot, queries, selected, n_results + selection.offset, view.state.schema, trace)
    if selection.offset or selection.max_distance is not None:
        found = [_within(near, selection) for near in found]
    hits = []
    with trace.stage("records", sum(len(slots) for slots, _ in found)):
        shown = hydrated_each(view.connection, [snapshot.numbers[slots] for slots, _ in found], columns)
    for (slots, distances), hit_records in zip(found, shown, strict=True):
        if columns.embeddings:
            hit_records = replace(hit_records, embeddings=snapshot.table.vectors.take(slots))
        hits.append(Hits(hit_records, distances))
    return hits


def count(view: CollectionView, selection: Selection) -> int:
    """Return how many records are selected, its page aside; raises InvalidArgumentError for a bad filter."""
    if selection.condition is not None:
        check_filter(view.state, selection.condition)
    selected = None
    if selection.condition is not None or selection.ids is not None:
        selected = _selected(view, view.snapshot(), selection)
    return view.state.record_count if selected is None else selected.count


def facets(view: CollectionView, key: str, selection: Selection) -> list[Facet]:
    """Return the values of a metadata key among the selected records, the most frequent first: the selection's page.

    Raises InvalidArgumentError for a bad filter.
    """
    if selection.condition is not None:
        check_filter(view.state, selection.condition)
    snapshot = view.snapshot()
    selected = _selected(view, snapshot, selection)
    if selected is None:
        selected = Selected.of_mask(snapshot.live_mask())
    column = values_of(view.connection, view.state, snapshot, [key], selected.slots)[key]
    found = facets_of(column, selected)
    return found[selection.offset : None if selection.limit is None else selection.offset + selection.limit]


def _in_order(view: CollectionView, selection: Selection, order: Order) -> Numbers:
    """Return the numbers of the selected records, its page aside, by the values of a key."""
    snapshot = view.snapshot()
    slots = snapshot.ordered(_selected(view, snapshot, selection))
    columns = values_of(view.connection, view.state, snapshot, [order.key], slots)
    codes = codes_of(view.connection, snapshot, columns, slots)[order.key]
    missing = columns[order.key].kinds(snapshot.size)[slots] == Kind.MISSING
    return snapshot.numbers[slots[np.lexsort((-codes if order.descending else codes, missing))]]


def _within(near: Neighbours, selection: Selection) -> Neighbours:
    """Return the part of an answer that its offset and distance limit leave."""
    slots, distances = near[0][selection.offset :], near[1][selection.offset :]
    if selection.max_distance is None:
        return slots, distances
    stop = int(np.searchsorted(distances, selection.max_distance, side="right"))
    return slots[:stop], distances[:stop]


def filtered(view: CollectionView, snapshot: Snapshot, condition: Filter | None) -> Selected | None:
    """Return which live slots satisfy a filter that has passed ``check_filter``, None for all of them."""
    if condition is None:
        return None
    return snapshot.selected(condition, lambda: evaluate(condition, view.connection, view.state, snapshot))


def _selected(view: CollectionView, snapshot: Snapshot, selection: Selection) -> Selected | None:
    """Return which live slots are selected (before paging), None for all of them."""
    selected = filtered(view, snapshot, selection.condition)
    if selection.ids is not None:
        found = records.numbers_by_id(view.connection, view.state.number, selection.ids)
        named = np.sort(snapshot.slots_of(np.fromiter(found.values(), dtype=np.int64, count=len(found))))
        selected = Selected.of_slots(named, snapshot.size) if selected is None else selected.among(named)
    return selected


def _vectors(snapshot: Snapshot, numbers: Numbers) -> Matrix:
    if snapshot.table.vectors is None:
        return np.empty((0, 0), dtype=np.float32)
    return snapshot.table.vectors.take(snapshot.slots_of(numbers))
