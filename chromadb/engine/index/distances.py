"""Distances between vectors and the exact nearest neighbours among them.

    l2      sum of squared differences, no square root
    cosine  1 - (q . v) / (|q| |v|), 1 when either vector is zero
    ip      1 - q . v

All in binary32, smaller is nearer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.vectors import Slots, VectorRows
from chromadb.model.embeddings import Matrix

Distances = npt.NDArray[np.float32]

_SCORES_AT_ONCE = 8_000_000
_GATHER_BELOW = 1 / 16
_FLOAT32_ROUNDING = 2.0**-24
_SMALLEST_SAFE_SQUARE, _LARGEST_SAFE_PRODUCT = 1e-30, 1e37
"""Beyond these, products in binary32 overflow or lose digits, and scores say nothing."""
_BEYOND_BINARY32 = 1e42
"""More than the length of any vector whose square binary32 holds, and of any that has fewer than 10^6 dimensions."""


def exact_distances(query: Distances, rows: Matrix, space: str) -> Distances:
    """Return the distance of one vector to each row, computed by the definition (no cancellation)."""
    with np.errstate(over="ignore"):
        if space == "l2":
            differences = rows - query
            return np.einsum("ij,ij->i", differences, differences)
        # Products and squares of binary32 numbers may leave their range, but not that of binary64.
        products = np.einsum("ij,j->i", rows, query, dtype=np.float64)
        if space == "ip":
            return (1 - products).astype(np.float32)
        squares = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
        norms = np.sqrt(squares) * np.sqrt(np.einsum("j,j->", query, query, dtype=np.float64))
        quotients = np.divide(products, norms, out=np.zeros_like(products), where=norms > 0)
        return (1 - quotients).astype(np.float32)


def nearest(
    queries: Matrix,
    vectors: VectorRows,
    squared_norms: Distances,
    size: int,
    allowed: npt.NDArray[np.bool_] | None,
    count: int,
    space: str,
) -> list[tuple[Slots, Distances]]:
    """Return for each query the ``count`` nearest slots and their distances, nearest first, ties by lower slot.

    queries: (n, dimension). squared_norms: one a slot. size: how many slots may be seen.
    allowed: which of them may be returned, shape (size,); None: all.
    Exact: a first pass by matrix product bounds its own rounding error, and every slot that could be among the nearest
    within that bound is measured again by the definition.
    """
    slots = None if allowed is None else np.flatnonzero(allowed)
    if size == 0 or count == 0 or (slots is not None and len(slots) == 0):
        return [(np.empty(0, np.int64), np.empty(0, np.float32))] * len(queries)
    if slots is not None and len(slots) < size * _GATHER_BELOW:
        rows, norms = vectors.take(slots), squared_norms[slots]
        approximate = _Approximation(queries, norms, space)
        step = max(1, _SCORES_AT_ONCE // len(slots))
        results = []
        for start in range(0, len(queries), step):
            scores = approximate.scores(rows, slice(start, start + step), slice(None))
            results += [
                _refined(queries[start + i], scores[i], approximate.error(start + i), count, space, rows, None, slots)
                for i in range(len(scores))
            ]
        return results
    approximate = _Approximation(queries, squared_norms[:size], space)
    forbidden = None if allowed is None else ~allowed
    results = []
    step = max(1, _SCORES_AT_ONCE // size)
    for start in range(0, len(queries), step):
        block = slice(start, min(start + step, len(queries)))
        scores = np.empty((block.stop - start, size), dtype=np.float32)
        for first, rows in vectors.chunks(size):
            here = slice(first, first + len(rows))
            scores[:, here] = approximate.scores(rows, block, here)
        if forbidden is not None:
            scores[:, forbidden] = np.inf
        available = count if slots is None else min(count, len(slots))
        for i in range(len(scores)):
            query, error = queries[start + i], approximate.error(start + i)
            results.append(_refined(query, scores[i], error, available, space, vectors, allowed, None))
    return results


class _Approximation:
    """Scores by matrix product that order slots as their distances do, up to a bounded error."""

    def __init__(self, queries: Matrix, squared_norms: Distances, space: str) -> None:
        self._space = space
        self._norms = squared_norms
        self._queries = queries
        lengths = np.sqrt(np.einsum("ij,ij->i", queries, queries, dtype=np.float64))
        longest = min(float(np.sqrt(squared_norms.max(initial=0))), _BEYOND_BINARY32)
        if space == "cosine":
            safe = np.where(lengths > 0, lengths, 1)
            self._queries = (queries / safe[:, None]).astype(np.float32)
            self._inverse = 1 / np.sqrt(np.where(squared_norms > 0, squared_norms, 1), dtype=np.float32)
            too_short = ((squared_norms > 0) & (squared_norms < _SMALLEST_SAFE_SQUARE)).any()
            magnitude = np.full(len(queries), np.inf if too_short or longest == _BEYOND_BINARY32 else 1.0)
        elif space == "ip":
            magnitude = lengths * longest
        else:
            magnitude = 2 * lengths * longest + longest**2
        # Sums of products in binary32 with at least four partial sums, as every vectorised product has them.
        errors = 2 * magnitude * (queries.shape[1] / 4 + 16) * _FLOAT32_ROUNDING
        self._errors = np.where(magnitude < _LARGEST_SAFE_PRODUCT, errors, np.inf)

    def error(self, query: int) -> float:
        """Return by how much a score of this query may be off."""
        return float(self._errors[query])

    def scores(self, rows: Matrix, queries: slice, slots: slice) -> Matrix:
        """Return scores of shape (queries, rows), smaller is nearer. slots: where the rows lie among the norms."""
        block = self._queries[queries]
        with np.errstate(over="ignore", invalid="ignore"):
            # One query is bound by memory: there einsum's one thread is twice as fast as BLAS and waits for no other
            # core.
            products = np.einsum("ij,j->i", rows, block[0])[None, :] if len(block) == 1 else block @ rows.T
            if self._space == "cosine":
                products *= self._inverse[slots]
            elif self._space == "l2":
                products *= 2
                products -= self._norms[slots]
        return np.negative(products, out=products)


def _refined(
    query: Distances,
    scores: Distances,
    error: float,
    count: int,
    space: str,
    rows: Matrix | VectorRows,
    allowed: npt.NDArray[np.bool_] | None,
    slots: Slots | None,
) -> tuple[Slots, Distances]:
    """Measure every row whose score is within the error of the count-th best, and return the nearest."""
    if not np.isfinite(error):
        # Products of such large values overflow; only the definition orders these rows.
        candidates = np.arange(len(scores)) if allowed is None else np.flatnonzero(allowed)
    elif count < len(scores):
        threshold = np.partition(scores, count - 1)[count - 1]
        # One rounding step more, for the sum itself is rounded to binary32.
        limit = np.nextafter(np.float32(threshold + 2 * error), np.float32(np.inf))
        candidates = np.flatnonzero(scores <= limit)
    else:
        candidates = np.flatnonzero(scores < np.inf)
    taken = rows.take(candidates) if isinstance(rows, VectorRows) else rows[candidates]
    distances = exact_distances(query, taken, space)
    order = np.argsort(distances, kind="stable")[:count]
    chosen = candidates[order]
    return (chosen if slots is None else slots[chosen]), distances[order]
