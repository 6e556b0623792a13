"""Distances between vectors and the exact nearest neighbours among them.

    l2      sum of squared differences, no square root
    cosine  1 - (q . v) / (|q| |v|), 1 when either vector is zero
    ip      1 - q . v

All in binary32, smaller is nearer.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.comparable import comparable
from chromadb.engine.index.kernels import matrix_product
from chromadb.engine.index.vectors import Slots, VectorRows
from chromadb.model.embeddings import Matrix

Distances = npt.NDArray[np.float32]
Neighbours = tuple[Slots, Distances]
"""Slots and their distances from a query, nearest first."""
Order = npt.NDArray[np.int64]
"""One number a slot: of equally near slots the one with the lower number comes first."""

_SCORES_AT_ONCE = 8_000_000
_FLOAT32_ROUNDING = 2.0**-24
_SMALLEST_SAFE_SQUARE, _LARGEST_SAFE_PRODUCT = 1e-30, 1e37
"""Beyond these, products in binary32 overflow or lose digits, and scores say nothing."""
_NOBODY: Neighbours = (np.empty(0, np.int64), np.empty(0, np.float32))
_BEYOND_BINARY32 = 1e42
"""More than the length of any vector whose square binary32 holds, and of any that has fewer than 10^6 dimensions."""


def exact_distances(query: Distances, rows: Matrix, space: str) -> Distances:
    """Return the distance of one vector to each row, computed by the definition (no cancellation)."""
    return _distances(query[None], np.zeros(len(rows), dtype=np.int64), rows, space)


def _distances(queries: Matrix, owners: Slots, rows: Matrix, space: str) -> Distances:
    """Return the distance of each row to its query by the definition. owners: which of the queries, one a row."""
    with np.errstate(over="ignore"):
        if space == "l2":
            differences = rows - (queries if len(queries) == 1 else queries[owners])
            return np.einsum("ij,ij->i", differences, differences)
        # Products and squares of binary32 numbers may leave their range, but not that of binary64.
        rows, queries = rows.astype(np.float64), queries.astype(np.float64)
        products = np.einsum("ij,ij->i", rows, queries if len(queries) == 1 else queries[owners])
        if space == "ip":
            return (1 - products).astype(np.float32)
        squares = np.einsum("ij,ij->i", rows, rows) * np.einsum("ij,ij->i", queries, queries)[owners]
        # Where either vector is zero, so is their product.
        squares[squares == 0] = 1
        return (1 - products / np.sqrt(squares)).astype(np.float32)


def nearest_among(
    queries: Matrix,
    vectors: VectorRows,
    squared_norms: Distances,
    slots: Slots,
    count: int,
    space: str,
    order: Order | None = None,
) -> list[Neighbours]:
    """Return for each query the ``count`` nearest of some slots, ascending, and their distances, nearest first.

    queries: (n, dimension). squared_norms: one a slot. order: None: of equally near slots the lower comes first.
    Exact: a first pass by matrix product bounds its own rounding error, and every slot that could be among the nearest
    within that bound is measured again by the definition.
    """
    if len(slots) == 0 or count == 0:
        return [_NOBODY] * len(queries)
    if len(queries) == 1:
        # Several share what a copy of the rows costs.
        scores, errors = scored(comparable(queries, space), vectors, squared_norms, slots[None], space, 1)
        chosen = slots[_possible(scores[0], float(errors[0]), count)]
        return [_measured(queries[0], vectors.take(chosen), chosen, count, space, order)]
    results = []
    approximate = _Approximation(queries, squared_norms[slots], space)
    step = max(1, _SCORES_AT_ONCE // len(slots))
    rows = vectors.take(slots)
    for start in range(0, len(queries), step):
        scores = approximate.scores(rows, slice(start, start + step), slice(None))
        for query, its_scores in enumerate(scores, start):
            chosen = _possible(its_scores, approximate.error(query), count)
            results.append(_measured(queries[query], rows[chosen], slots[chosen], count, space, order))
    return results


def nearest_between(
    queries: Matrix,
    vectors: VectorRows,
    squared_norms: Distances,
    first: int,
    stop: int,
    allowed: npt.NDArray[np.bool_] | None,
    count: int,
    space: str,
    order: Order | None = None,
) -> list[Neighbours]:
    """Return what ``nearest_among`` returns for the slots from ``first`` up to ``stop``, reading all of them in order.

    allowed: which slots may be returned, one an element from slot 0 on; None: all.
    """
    if first == stop or count == 0:
        return [_NOBODY] * len(queries)
    approximate = _Approximation(queries, squared_norms[first:stop], space)
    forbidden = None if allowed is None else ~allowed[first:stop]
    if forbidden is not None:
        count = min(count, stop - first - int(np.count_nonzero(forbidden)))
        if count == 0:
            return [_NOBODY] * len(queries)
    results = []
    step = max(1, _SCORES_AT_ONCE // (stop - first))
    for start in range(0, len(queries), step):
        block = slice(start, min(start + step, len(queries)))
        scores = np.empty((block.stop - start, stop - first), dtype=np.float32)
        for slot, rows in vectors.chunks(first, stop):
            here = slice(slot - first, slot - first + len(rows))
            scores[:, here] = approximate.scores(rows, block, here)
        if forbidden is not None:
            scores[:, forbidden] = np.inf
        for query, its_scores in enumerate(scores, start):
            chosen = _possible(its_scores, approximate.error(query), count)
            if forbidden is not None:
                chosen = chosen[~forbidden[chosen]]
            slots = chosen + first
            results.append(_measured(queries[query], vectors.take(slots), slots, count, space, order))
    return results


def _measured(query: Distances, rows: Matrix, slots: Slots, count: int, space: str, order: Order | None) -> Neighbours:
    """Return the ``count`` nearest of some slots, given with their rows, by the definition of the distance."""
    return closest(slots, exact_distances(query, rows, space), count, order)


def scored(
    queries: Matrix, vectors: VectorRows, squared_norms: Distances, slots: Slots, space: str, threads: int
) -> tuple[Matrix, Distances]:
    """Return about how far each query is from the rows of its slots, and by how much that may be off.

    queries: (n, dimension), as `comparable` returns them. squared_norms: one a slot of ``vectors``. slots: (n, k); for
    slot -1 the score is infinite. The scores have the shape of ``slots``, the bounds of their errors shape (n,).
    """
    if space == "l2":
        scores = vectors.squared_distances(queries, slots, threads)
        largest = scores.max(axis=1)
        if not np.isfinite(largest).all():
            largest = np.where(slots >= 0, scores, 0).max(axis=1)
        return scores, np.where(largest < _LARGEST_SAFE_PRODUCT, largest * _rounding(queries.shape[1]), np.inf)
    norms = _Norms(squared_norms[slots])
    products = vectors.inner_products(queries, slots, threads)
    if space == "cosine":
        with np.errstate(over="ignore", invalid="ignore"):
            products *= norms.inverse_lengths()
    scores = np.subtract(1, products, out=products)
    return scores, norms.error_bounds(queries, space)


def nearest_scored(
    queries: Matrix,
    vectors: VectorRows,
    slots: Slots,
    scores: Matrix,
    errors: Distances,
    count: int,
    space: str,
    order: Order | None = None,
) -> list[Neighbours]:
    """Return for each query the ``count`` nearest of its slots, given what ``scored`` says of them; -1 is no slot."""
    possible = slots >= 0
    if count < slots.shape[1]:
        thresholds = np.partition(scores, count - 1, axis=1)[:, count - 1]
        with np.errstate(invalid="ignore"):
            # One rounding step more, for the sum itself is rounded to binary32.
            limits = np.nextafter(thresholds + 2 * errors, np.float32(np.inf))
        # Not "at most", for with very large values both sides may be NaN: only the definition orders these rows.
        possible &= ~(scores > limits[:, None])
    owners, places = np.nonzero(possible)
    chosen = slots[owners, places]
    distances = _distances(queries, owners, vectors.take(chosen), space)
    sorted_ = np.lexsort((chosen if order is None else order[chosen], distances, owners))
    chosen, distances = chosen[sorted_], distances[sorted_]
    stops = np.cumsum(np.bincount(owners, minlength=len(queries))).tolist()
    parts = [slice(start, min(start + count, stop)) for start, stop in pairwise([0, *stops])]
    return [(chosen[part], distances[part]) for part in parts]


def closest(slots: Slots, distances: Distances, count: int, order: Order | None = None) -> Neighbours:
    """Return the ``count`` slots of the smallest distances, nearest first."""
    if 4 * count < len(slots):
        limit = np.partition(distances, count - 1)[count - 1]
        kept = np.flatnonzero(~(distances > limit))
        slots, distances = slots[kept], distances[kept]
    sorted_ = np.lexsort((slots if order is None else order[slots], distances))[:count]
    return slots[sorted_], distances[sorted_]


class _Approximation:
    """Scores by matrix product that order slots as their distances do, up to a bounded error."""

    def __init__(self, queries: Matrix, squared_norms: Distances, space: str) -> None:
        self._space = space
        norms = _Norms(squared_norms)
        self._norms = squared_norms
        self._queries = comparable(queries, space)
        if space == "cosine":
            self._inverse = norms.inverse_lengths()
        self._errors = norms.error_bounds(queries, space)

    def error(self, query: int) -> float:
        """Return by how much a score of this query may be off."""
        return float(self._errors[query])

    def scores(self, rows: Matrix, queries: slice, slots: slice) -> Matrix:
        """Return scores of shape (queries, rows), smaller is nearer. slots: where the rows lie among the norms."""
        block = self._queries[queries]
        with np.errstate(over="ignore", invalid="ignore"):
            # One query is bound by memory: there einsum's one thread is twice as fast as a matrix product and waits for
            # no other core.
            found = np.einsum("ij,j->i", rows, block[0])[None, :] if len(block) == 1 else matrix_product(rows, block).T
            if self._space == "cosine":
                found *= self._inverse[slots]
            elif self._space == "l2":
                found *= 2
                found -= self._norms[slots]
        return np.negative(found, out=found)


def _rounding(dimension: int) -> float:
    """Return the relative error of a sum of products in binary32 with at least four partial sums, as kernels have."""
    return 2 * (dimension / 4 + 16) * _FLOAT32_ROUNDING


class _Norms:
    """Squared lengths of some rows, of any shape, and what follows from the shortest and the longest of them."""

    def __init__(self, squared: Distances) -> None:
        self._squared = squared
        self._shortest, self._longest = (float(squared.min()), float(squared.max())) if squared.size else (1.0, 0.0)

    def inverse_lengths(self) -> Distances:
        """Return one divided by each length, by 1 where it is zero."""
        squared = self._squared if self._shortest > 0 else np.where(self._squared > 0, self._squared, np.float32(1))
        lengths: Distances = np.sqrt(squared)
        return np.reciprocal(lengths, out=lengths)

    def error_bounds(self, queries: Matrix, space: str) -> Distances:
        """Return by how much scores of the queries may be off; infinite where binary32 does not hold them."""
        rounding = _rounding(queries.shape[1])
        if space == "cosine" and self._shortest >= _SMALLEST_SAFE_SQUARE and self._longest < np.inf:
            return np.full(len(queries), rounding, dtype=np.float32)
        longest = min(math.sqrt(self._longest), _BEYOND_BINARY32)
        if space == "cosine":
            too_short = bool(((self._squared > 0) & (self._squared < _SMALLEST_SAFE_SQUARE)).any())
            magnitude = np.full(len(queries), np.inf if too_short or longest == _BEYOND_BINARY32 else 1.0)
        else:
            lengths = np.sqrt(np.einsum("ij,ij->i", queries, queries, dtype=np.float64))
            magnitude = lengths * longest if space == "ip" else 2 * lengths * longest + longest**2
        return np.where(magnitude < _LARGEST_SAFE_PRODUCT, magnitude * rounding, np.inf).astype(np.float32)


def _possible(scores: Distances, error: float, count: int) -> Slots:
    """Return the positions of all scores within the error of the count-th best."""
    if not math.isfinite(error):
        # Products of such large values overflow; only the definition orders these rows.
        return np.arange(len(scores))
    if count < len(scores):
        threshold = np.partition(scores, count - 1)[count - 1]
        # One rounding step more, for the sum itself is rounded to binary32.
        limit = np.nextafter(np.float32(threshold + 2 * error), np.float32(np.inf))
        return np.flatnonzero(scores <= limit)
    return np.flatnonzero(scores < np.inf)
