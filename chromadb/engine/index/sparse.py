"""The slots whose sparse vectors have the largest inner products with a query: exact, from inverted lists.

Lists are read the shortest first, each adding its products to one total a row. Once the best totals so far are further
ahead than the lists that are left can make up for, only the few rows that can still be among the best are looked up in
these (the idea of MaxScore): the lists of frequent terms, which are the long ones, are seldom read. A narrow filter is
looked up in all lists at once.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import apsw
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from chromadb.engine.index.columns import Mask
from chromadb.engine.index.postings import Offsets, Postings, Rows
from chromadb.engine.index.selected import Selected
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.index.sparse_column import SparseColumn
from chromadb.engine.index.vectors import Slots
from chromadb.engine.store.records import Numbers
from chromadb.model.sparse import SparseVector

Scores: TypeAlias = npt.NDArray[np.float32]
_Totals: TypeAlias = npt.NDArray[np.float64]

_LARGEST_TERM = 2**32 - 1
_LEAST_GROUPS = 1024
_GROUPS_A_RESULT = 8
_LOOKUP_COST = 8
"""How much longer it takes to look one row up in a list than to add one posting of it to the totals."""
_TIE = 2.0**-21
"""Totals that differ by less than this share of their scale may be the same in binary32."""


def nearest(
    connection: apsw.Connection,
    snapshot: Snapshot,
    key: str,
    query: SparseVector,
    limit: int,
    selected: Selected | None = None,
    *,
    bm25: bool = False,
) -> tuple[Slots, Scores]:
    """Return the ``limit`` selected slots with the largest inner products, and these, largest first.

    Candidates are the live slots that hold a sparse vector under the key; one without a term of the query has the
    product 0. Equal products, in binary32, are in insertion order of the records.
    connection: the transaction of the snapshot. selected: among live slots; None: all live ones. bm25: whether each
    value of the query is first multiplied by the inverse document frequency of its term, ln((n - d + 0.5) / (d + 0.5)
    + 1) with n live records of which d have the term.
    Raises SnapshotOutdatedError as ``SlotTable.sparse_columns``.
    """
    column = snapshot.table.sparse_columns(connection, snapshot, [key])[key]
    terms, weights = _query(query)
    if bm25:
        weights = weights * _inverse_frequencies(column, terms, snapshot)
    allowed = snapshot.alive if selected is None else selected.mask
    slots, scores = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.float32)]
    floor = -np.inf
    for start, postings in column.parts:
        stop = min(start + postings.count, snapshot.size)
        if stop <= start or limit <= 0:
            break
        part = _Part(postings, _eligible(postings, start, stop, allowed))
        rows, totals = _best(part, terms, weights, limit, floor)
        part_numbers = None if snapshot.in_order else snapshot.numbers[start:stop]
        with np.errstate(over="ignore"):
            rows, found = _top(rows, totals.astype(np.float32), limit, part_numbers)
        if len(found) == limit:
            floor = max(floor, float(found.min()))
        slots.append(rows.astype(np.int64) + start)
        scores.append(found)
    all_slots, all_scores = np.concatenate(slots), np.concatenate(scores)
    order = np.lexsort((snapshot.numbers[all_slots], -all_scores))[:limit]
    return all_slots[order], all_scores[order]


class _Part(Struct, frozen=True):
    """Inverted lists, and which of their rows may be found: bool (count,), None for all."""

    postings: Postings
    eligible: Mask | None


def _query(query: SparseVector) -> tuple[npt.NDArray[np.uint32], _Totals]:
    """Return the terms that a record can have, and their values rounded to binary32."""
    pairs = [(term, value) for term, value in zip(query.indices, query.values, strict=True) if term <= _LARGEST_TERM]
    terms = np.array([term for term, _ in pairs], dtype=np.uint32)
    return terms, np.array([value for _, value in pairs], dtype=np.float32).astype(np.float64)


def _inverse_frequencies(column: SparseColumn, terms: npt.NDArray[np.uint32], snapshot: Snapshot) -> _Totals:
    alive, counts = snapshot.alive, np.zeros(len(terms), dtype=np.int64)
    for start, postings in column.parts:
        stop = min(start + postings.count, snapshot.size)
        if stop <= start:
            break
        for position, place in zip(*_found(postings, terms), strict=True):
            rows = postings.rows[postings.offsets[place] : postings.offsets[place + 1]]
            rows = rows[: np.searchsorted(rows, stop - start)]
            counts[position] += len(rows) if alive is None else np.count_nonzero(alive[start:stop][rows])
    total = snapshot.size if alive is None else int(np.count_nonzero(alive))
    return np.log((total - counts + 0.5) / (counts + 0.5) + 1.0)


def _found(postings: Postings, terms: npt.NDArray[np.uint32]) -> tuple[Slots, Slots]:
    """Return which of the terms have a list, as positions among those given, and the places of their lists."""
    places = np.searchsorted(postings.terms, terms)
    known = places < len(postings.terms)
    known[known] = postings.terms[places[known]] == terms[known]
    return np.flatnonzero(known), places[known]


def _eligible(postings: Postings, start: int, stop: int, allowed: Mask | None) -> Mask | None:
    """Return which rows hold a vector and are allowed, None when all are."""
    everything = len(postings.holders) == postings.count == stop - start
    if allowed is None and everything:
        return None
    eligible = np.zeros(postings.count, dtype=np.bool_)
    eligible[: stop - start] = True if allowed is None else allowed[start:stop]
    if not everything:
        holds = np.zeros(postings.count, dtype=np.bool_)
        holds[postings.holders] = True
        eligible &= holds
    return eligible


def _best(
    part: _Part, terms: npt.NDArray[np.uint32], weights: _Totals, limit: int, floor: float
) -> tuple[Rows, _Totals]:
    """Return rows of the part among which its best ``limit`` are, ascending, and their inner products.

    floor: products below it are not wanted.
    """
    postings = part.postings
    positions, places = _found(postings, terms)
    lengths = postings.offsets[places + 1] - postings.offsets[places]
    order = np.argsort(lengths, kind="stable")
    places, lengths, weights = places[order], lengths[order], weights[positions][order]
    left: Offsets = np.append(np.cumsum(lengths[::-1])[::-1], 0)
    lookups = _LOOKUP_COST * np.arange(len(places), -1, -1)
    selected = postings.count if part.eligible is None else int(np.count_nonzero(part.eligible))
    if part.eligible is not None and selected * lookups[0] <= left[0]:
        rows = np.flatnonzero(part.eligible).astype(np.int32)
        return rows, _looked_up(postings, places, weights, rows)
    products = np.stack([weights * postings.largest[places], weights * postings.least[places]])
    upper = np.append(np.cumsum(products.max(axis=0, initial=0.0)[::-1])[::-1], 0.0)
    lower = np.append(np.cumsum(products.min(axis=0, initial=0.0)[::-1])[::-1], 0.0)
    totals = np.zeros(postings.count) if part.eligible is None else np.where(part.eligible, 0.0, -np.inf)
    for step, (place, weight) in enumerate(zip(places.tolist(), weights.tolist(), strict=True)):
        # Only then does finding out cost less than it may save.
        if step and left[step] > postings.count:
            # Rows without any term so far, which are most, are left out by a best beyond what the other lists can add.
            few, needed = selected * lookups[step] <= left[step], upper[step] - lower[step]
            if few or floor > upper[step] or (upper[0] - upper[step] > needed and totals.max() > needed):
                best = max(_threshold(totals, limit) + lower[step], floor)
                reached = _at_least(totals, best - upper[step], max(abs(best), upper[step]))
                # Counting costs a fraction of listing.
                if np.count_nonzero(reached) * lookups[step] <= left[step]:
                    rows = np.flatnonzero(reached).astype(np.int32)
                    return rows, totals[rows] + _looked_up(postings, places[step:], weights[step:], rows)
        listed = slice(postings.offsets[place], postings.offsets[place + 1])
        np.add.at(totals, postings.rows[listed], np.multiply(postings.values[listed], weight, dtype=np.float64))
    best = max(_threshold(totals, limit), floor)
    rows = np.flatnonzero(_at_least(totals, best, abs(best))).astype(np.int32)
    return rows, totals[rows]


def _looked_up(postings: Postings, places: Slots, weights: _Totals, rows: Rows) -> _Totals:
    """Return the inner products of some rows, ascending, with some of the terms."""
    totals = np.zeros(len(rows))
    for place, weight in zip(places.tolist(), weights.tolist(), strict=True):
        first, stop = int(postings.offsets[place]), int(postings.offsets[place + 1])
        listed = postings.rows[first:stop]
        at = np.searchsorted(listed, rows)
        at[at == len(listed)] = 0
        hits = np.flatnonzero(listed[at] == rows)
        totals[hits] += np.multiply(postings.values[first + at[hits]], weight, dtype=np.float64)
    return totals


def _threshold(totals: npt.NDArray[Any], limit: int) -> float:
    """Return a number that at least ``limit`` of the totals reach, -inf when there are not as many.

    It is nearly the limit-th largest: that of the largest of each of many groups.
    """
    count = len(totals)
    if count < limit:
        return -np.inf
    columns = min(count, max(_LEAST_GROUPS, _GROUPS_A_RESULT * limit))
    largest = totals[: count - count % columns].reshape(-1, columns).max(axis=0)
    # Most totals are zero, and np.partition takes many times as long as np.sort where many are equal.
    largest.sort()
    return float(largest[columns - limit])


def _at_least(totals: _Totals, least: float, scale: float) -> Mask:
    """Return which totals reach a number, or nearly so where totals are of a scale."""
    if np.isneginf(least):
        return totals > -np.inf
    return totals >= least - _TIE * scale


def _top(rows: Rows, scores: Scores, limit: int, numbers: Numbers | None) -> tuple[Rows, Scores]:
    """Return the rows with the ``limit`` largest scores, of equal ones those with the smallest numbers, in any order.

    numbers: of each row of the part; None when they ascend as the rows do.
    """
    if len(rows) <= limit:
        return rows, scores
    last = _threshold(scores, limit)
    better = np.flatnonzero(scores > last)
    if len(better) >= limit:
        return _top(rows[better], scores[better], limit, numbers)
    equal, wanted = np.flatnonzero(scores == last), limit - len(better)
    if numbers is not None and wanted < len(equal):
        equal = equal[np.argpartition(numbers[rows[equal]], wanted - 1)]
    chosen = np.concatenate([better, equal[:wanted]])
    return rows[chosen], scores[chosen]
