"""The nearest of the selected slots of a snapshot: which way of searching serves each part of it, and its answer.

    exact    the vectors of the selected slots are compared with the query: few are selected, or they have no codes yet
    scan     the codes of all slots are compared with it, and the vectors of those that look nearest: most are selected
    masked   the same, but for the codes of selected slots only
    narrow   the same, of codes that were taken out for a filter that is used time and again
    graph    a graph over a large segment is followed: nearly all are selected
    lists    the codes of the slots that lie near the query are scanned, of a large segment under ``spann``

Every way but the first ends with exact distances of more candidates than asked for. How far off the estimates of the
nearest were says whether nearer ones may have been missed; then more candidates are taken, and in the end all vectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from msgspec import Struct

from chromadb.engine.index.columns import Mask
from chromadb.engine.index.comparable import Estimates, Queries
from chromadb.engine.index.distances import (
    Neighbours,
    Order,
    closest,
    nearest_among,
    nearest_between,
    nearest_scored,
    scored,
)
from chromadb.engine.index.selected import Selected
from chromadb.engine.index.slots import CodedSlots, Snapshot
from chromadb.engine.index.vectors import Slots
from chromadb.engine.query.trace import Trace
from chromadb.model.embeddings import Matrix
from chromadb.model.schema import CollectionSchema
from chromadb.processors import usable_processors

_CANDIDATES = (128, 320, 896, 2_048)
"""How many candidates are looked for, on each rung of effort; where these do not do either all vectors are compared."""
_CANDIDATES_A_RESULT = (5, 8, 20, 48)
"""At least so many for each result that is asked for."""
_MEASURED_FIRST, _MEASURED_FIRST_TOGETHER, _SHARE_TOGETHER = 320, 240, 0.75
"""How many of the candidates, the most promising, are measured first: of one query, whose every step has its price, and
of each of several, which share that."""
_MEASURED_FIRST_A_RESULT = 6
_STEPS, _NEARLY_ALL = (1, 3), 0.8
"""After how many times as many measured candidates it is asked whether they are enough, if many others are left."""
_TRUSTED_A_RESULT, _FEWEST_TRUSTED = 2, 8
"""How many of the nearest, a result and at least, show how far off estimates of what is near are."""
_ENOUGH_DEVIATIONS = 3
"""How far beyond the last result the estimates of what was left out must lie, in standard deviations of estimates."""
_EXACT_BYTES = 4_000_000
"""Selected vectors of so many bytes are compared as soon as their codes are scanned (measured at 384 float32)."""
_SCAN_A_ROW, _SCAN_A_BYTE, _SCAN_A_CANDIDATE, _MASKED_A_ROW = 0.5, 0.04, 80, 200
"""Nanoseconds: of all codes, for each and for each of its bytes; for each candidate these yield; of selected codes, for
each (384 dimensions)."""
_PICKED_A_READ_ROW = 5
"""How many rows are read in order in the time that one of them is picked out."""
_BROAD_FOR_INDEX = 0.8
"""Below this share of selected slots, ways through a graph lead past too many that are not."""
_MOST_BY_INDEX = 100
_FOUND_SHARE, _ENOUGH_SHARE = 0.9, 0.5
"""Of as many candidates of a filter as are wanted: how many a scan of all codes is expected to find, and which are
enough, for what it leaves out is known to look farther."""
_LEAST = 16
_NOBODY: Neighbours = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


class _Part(Struct, frozen=True):
    """Some coded slots, how many of them are selected, and by which mask over them (None: all)."""

    coded: CodedSlots
    allowed: Mask | None
    matches: int


def nearest(
    snapshot: Snapshot,
    queries: Matrix,
    selected: Selected | None,
    count: int,
    options: CollectionSchema,
    trace: Trace,
) -> list[Neighbours]:
    """Return for each query the ``count`` nearest of the selected slots, nearest first, ties in insertion order.

    Of more copies of one vector than there are candidates, codes may choose others than the first.
    queries: (n, dimension). selected: among live slots, None for all live ones. options: of the collection.
    """
    space = options.space
    vectors = snapshot.table.vectors
    if vectors is None:
        return [_NOBODY] * len(queries)
    selected = snapshot.live if selected is None else selected
    matches = snapshot.size if selected is None else selected.count
    trace.note_matches(matches, snapshot.size)
    coded = [part for part in snapshot.table.coded if part.stop <= snapshot.size]
    if coded and matches * vectors.dimension * 4 <= _EXACT_BYTES:
        slots = np.arange(snapshot.size) if selected is None else selected.slots
        with trace.stage("exact", len(slots)):
            return nearest_among(queries, vectors, snapshot.squared_norms, slots, count, space, snapshot.order)
    allowed = None if selected is None else selected.mask
    found = [_NOBODY] * len(queries)
    for first, stop in _uncoded(coded, snapshot.size):
        with trace.stage("exact", stop - first):
            near = nearest_between(
                queries, vectors, snapshot.squared_norms, first, stop, allowed, count, space, snapshot.order
            )
            found = [_closer(one, other, count, snapshot.order) for one, other in zip(found, near, strict=True)]
    parts = [part for one in coded if (part := _part(one, allowed)).matches]
    if not parts or count == 0:
        return found
    threads = min(options.hnsw.num_threads, usable_processors()) if len(queries) > 1 else 1
    return _CodeSearch(snapshot, parts, allowed, count, space, options, threads, trace).run(queries, found)


def nearest_exactly(
    snapshot: Snapshot, queries: Matrix, selected: Selected | None, count: int, options: CollectionSchema, trace: Trace
) -> list[Neighbours]:
    """Return what ``nearest`` returns, but that every selected vector is compared with each query."""
    vectors = snapshot.table.vectors
    if vectors is None:
        return [_NOBODY] * len(queries)
    selected = snapshot.live if selected is None else selected
    allowed, matches = (None, snapshot.size) if selected is None else (selected.mask, selected.count)
    trace.note_matches(matches, snapshot.size)
    with trace.stage("exact", matches):
        return nearest_between(
            queries, vectors, snapshot.squared_norms, 0, snapshot.size, allowed, count, options.space, snapshot.order
        )


def _uncoded(coded: list[CodedSlots], size: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of slots that have no codes."""
    first = 0
    for part in coded:
        if first < part.start:
            yield first, part.start
        first = part.stop
    if first < size:
        yield first, size


def _closer(one: Neighbours, other: Neighbours, count: int, order: Order | None) -> Neighbours:
    """Return the nearest of two answers."""
    if len(one[0]) == 0 or len(other[0]) == 0:
        return one if len(other[0]) == 0 else other
    return closest(np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]]), count, order)


def _part(coded: CodedSlots, allowed: Mask | None) -> _Part:
    size = coded.stop - coded.start
    if allowed is None:
        return _Part(coded, None, size)
    mask = allowed[coded.start : coded.stop]
    matches = int(np.count_nonzero(mask))
    return _Part(coded, None if matches == size else mask, matches)


class _CodeSearch(Struct, frozen=True):
    """A search for the nearest slots by codes, all queries at once."""

    snapshot: Snapshot
    parts: list[_Part]
    allowed: Mask | None
    count: int
    space: str
    options: CollectionSchema
    threads: int
    trace: Trace

    def run(self, queries: Matrix, found: list[Neighbours]) -> list[Neighbours]:
        """Return the nearest among what was found already and the parts."""
        results = list(found)
        open_queries = np.arange(len(queries))
        effort = self.snapshot.table.efforts.of(self.count)
        rung = start = effort.rung
        while len(open_queries) and rung < len(_CANDIDATES):
            wanted = max(_CANDIDATES[rung], self.count * _CANDIDATES_A_RESULT[rung])
            unsure = self._try(queries, open_queries, found, results, wanted, by_index=rung == start)
            effort.note(rung, len(unsure) / len(open_queries))
            open_queries = unsure
            if len(unsure):
                self.trace.note_widening(len(unsure))
            rung += 1
        if len(open_queries):
            near = self._exact(queries[open_queries])
            effort.note(len(_CANDIDATES), 0)
            for number, its in zip(open_queries.tolist(), near, strict=True):
                results[number] = _closer(its, found[number], self.count, self.snapshot.order)
        return results

    def _try(
        self,
        queries: Matrix,
        numbers: Slots,
        found: list[Neighbours],
        results: list[Neighbours],
        wanted: int,
        *,
        by_index: bool,
    ) -> Slots:
        """Search for some of the queries with so many candidates of all parts together.

        by_index: whether graphs and lists may choose the candidates, not codes alone.
        Puts the answers into ``results`` and returns for which queries nearer ones may have been missed.
        """
        total = sum(part.matches for part in self.parts)
        shares = [min(part.matches, wanted * part.matches // total + _LEAST) for part in self.parts]
        asked = Queries(queries[numbers], self.space)
        candidates = [
            (by_index and self._by_index(part, asked, share)) or self._candidates(part, asked, share)
            for part, share in zip(self.parts, shares, strict=True)
        ]
        slots, estimates = candidates[0]
        if len(candidates) > 1:
            slots = np.concatenate([part_slots for part_slots, _ in candidates], axis=1)
            estimates = np.concatenate([part_estimates for _, part_estimates in candidates], axis=1)
            order = np.argsort(estimates, axis=1)
            slots, estimates = np.take_along_axis(slots, order, axis=1), np.take_along_axis(estimates, order, axis=1)
        if not np.isfinite(estimates[:, -1]).all():
            slots[~np.isfinite(estimates)] = -1
        cutoffs = np.full(len(numbers), np.inf, dtype=np.float32)
        for part, share, (_, its) in zip(self.parts, shares, candidates, strict=True):
            if share < part.matches:
                np.minimum(cutoffs, its[:, -1], out=cutoffs)
        return numbers[self._measure(asked, numbers, slots, estimates, cutoffs, found, results)]

    def _measure(
        self,
        queries: Queries,
        numbers: Slots,
        slots: Slots,
        estimates: Estimates,
        cutoffs: Estimates,
        found: list[Neighbours],
        results: list[Neighbours],
    ) -> Slots:
        """Put the nearest of the candidates and of what was found into ``results`` where no other can be nearer.

        numbers: which of all queries these are. slots, estimates: their candidates, one row a query, the most promising
        first; -1: none.
        cutoffs: the least estimates of what is not among them. The most promising are measured first, the others only
        where these leave doubt. Returns the positions among ``numbers`` where doubt remains.
        """
        vectors, norms, order = self.snapshot.table.vectors, self.snapshot.squared_norms, self.snapshot.order
        assert vectors is not None
        width = slots.shape[1]
        first = _MEASURED_FIRST if len(numbers) == 1 else min(_MEASURED_FIRST_TOGETHER, int(width * _SHARE_TOGETHER))
        first = max(first, self.count * _MEASURED_FIRST_A_RESULT)
        stops = [first * factor for factor in _STEPS if first * factor < _NEARLY_ALL * width] + [width]
        every = np.arange(len(numbers))
        # A slice as long as all are open: what is taken by it is not copied.
        open_rows: Slots | slice = slice(None)
        scores, errors = np.empty((len(numbers), 0), np.float32), np.zeros(1, np.float32)
        for start, stop in pairwise([0, *stops]):
            here = slots[open_rows, start:stop]
            with self.trace.stage("rescoring", here.size):
                its_scores, its_errors = scored(queries.rows[open_rows], vectors, norms, here, self.space, self.threads)
                scores = np.concatenate([scores, its_scores], axis=1) if start else its_scores
                errors = np.maximum(errors, its_errors)
                limits = cutoffs[open_rows]
                if stop < width:
                    limits = np.minimum(limits, estimates[open_rows, stop])
                sure = self._beyond(limits, estimates[open_rows, :stop], scores)
                are_all_sure = bool(sure.all())
                answered = slice(None) if are_all_sure else sure
                rows = every[open_rows][answered]
                near = nearest_scored(
                    queries.given[rows],
                    vectors,
                    slots[rows, :stop],
                    scores[answered],
                    errors[answered],
                    self.count,
                    self.space,
                    order,
                )
                for number, its in zip(numbers[rows].tolist(), near, strict=True):
                    results[number] = _closer(its, found[number], self.count, order)
            if are_all_sure:
                return every[:0]
            open_rows, scores, errors = every[open_rows][~sure], scores[~sure], errors[~sure]
        return every[open_rows]

    def _beyond(self, limits: Estimates, estimates: Estimates, scores: Estimates) -> Mask:
        """Return for which queries what is estimated to lie at the limit or farther can be expected beyond the results.

        limits: (n,). estimates, scores: (n, k), of what was measured.
        """
        trusted = min(max(self.count * _TRUSTED_A_RESULT, _FEWEST_TRUSTED), scores.shape[1])
        last = min(self.count, trusted) - 1
        places = np.argpartition(scores, (last, trusted - 1), axis=1)[:, :trusted]
        every = np.arange(len(scores))[:, None]
        near = scores[every, places]
        with np.errstate(invalid="ignore"):
            errors = estimates[every, places] - near
            mean = errors.sum(axis=1) / trusted
            deviation = np.sqrt(np.square(errors - mean[:, None]).sum(axis=1) / trusted)
            # Codes may take all that is near for farther than it is; what was left out then is nearer, too.
            beyond = limits - np.maximum(mean, 0) - near[:, last] >= _ENOUGH_DEVIATIONS * deviation
        return beyond | ~np.isfinite(limits)

    def _exact(self, queries: Matrix) -> list[Neighbours]:
        """Return the nearest of the parts by comparing all their vectors."""
        table, norms, order = self.snapshot.table, self.snapshot.squared_norms, self.snapshot.order
        assert table.vectors is not None
        near = [_NOBODY] * len(queries)
        for part in self.parts:
            first, stop = part.coded.start, part.coded.stop
            with self.trace.stage("exact", part.matches):
                if part.allowed is not None and part.matches * _PICKED_A_READ_ROW < stop - first:
                    slots = np.flatnonzero(part.allowed) + first
                    its = nearest_among(queries, table.vectors, norms, slots, self.count, self.space, order)
                else:
                    its = nearest_between(
                        queries, table.vectors, norms, first, stop, self.allowed, self.count, self.space, order
                    )
            near = [_closer(one, other, self.count, order) for one, other in zip(near, its, strict=True)]
        return near

    def _candidates(self, part: _Part, queries: Queries, wanted: int) -> tuple[Slots, Estimates]:
        """Return the slots of a part that look nearest and their estimated distances, nearest first, one row a query.

        Where a part has fewer, the rest of the row has infinite estimates.
        """
        codes, start, size = part.coded.codes, part.coded.start, part.coded.stop - part.coded.start
        if part.allowed is None:
            with self.trace.stage("scan", size):
                rows, estimates = codes.nearest(queries, wanted, None, self.threads)
            return rows + start, estimates
        found_in_all = int(wanted * _FOUND_SHARE * size / part.matches)
        scan_of_row = _SCAN_A_ROW + codes.scanned_bytes * _SCAN_A_BYTE
        scan_of_all = size * scan_of_row + found_in_all * _SCAN_A_CANDIDATE
        scan_of_selected = part.matches * _MASKED_A_ROW
        assert self.allowed is not None
        narrow = self.snapshot.narrowing.codes(
            self.allowed, start, codes, part.allowed, part.matches, len(queries) * min(scan_of_all, scan_of_selected)
        )
        if narrow is not None:
            with self.trace.stage("narrow", part.matches):
                rows, estimates = narrow.nearest(queries, wanted, self.threads)
            return rows + start, estimates
        if scan_of_all < scan_of_selected:
            with self.trace.stage("scan", size):
                rows, estimates = codes.nearest(queries, found_in_all, None, self.threads)
                kept = part.allowed[rows]
            fewest = int(np.count_nonzero(kept, axis=1).min())
            if fewest >= wanted * _ENOUGH_SHARE:
                return _packed(rows, estimates, kept, min(fewest, wanted), start)
        with self.trace.stage("masked", part.matches):
            rows, estimates = codes.nearest(queries, wanted, part.allowed, self.threads)
        return rows + start, estimates

    def _by_index(self, part: _Part, queries: Queries, wanted: int) -> tuple[Slots, Estimates] | None:
        """Return what a graph or lists find in a part; None where there are none, few are selected, or many wanted."""
        size, index = part.coded.stop - part.coded.start, part.coded.index
        if (
            index is None
            or index.index is None
            or self.count > _MOST_BY_INDEX
            or part.matches < _BROAD_FOR_INDEX * size
        ):
            return None
        spann, hnsw = self.options.spann, self.options.hnsw
        effort, breadth = (max(hnsw.ef_search, 2 * self.count), 0)
        if spann is not None:
            effort, breadth = spann.search_nprobe, spann.ef_search
        with self.trace.stage("graph" if spann is None else "lists", part.matches):
            rows, estimates = index.nearest(queries.rows, wanted, effort, breadth, part.allowed, self.threads)
        if not np.isfinite(estimates[:, min(self.count, part.matches) - 1]).all():
            return None
        return rows + part.coded.start, estimates


def _packed(rows: Slots, estimates: Estimates, kept: Mask, wanted: int, start: int) -> tuple[Slots, Estimates]:
    """Return the first ``wanted`` kept candidates of each query, which all have as many."""
    columns = np.argsort(~kept, axis=1, kind="stable")[:, :wanted]
    return np.take_along_axis(rows, columns, axis=1) + start, np.take_along_axis(estimates, columns, axis=1)
