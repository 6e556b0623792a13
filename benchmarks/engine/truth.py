"""What the right answer is, by brute force in double precision."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.engine.vectors import Matrix

Rows = npt.NDArray[np.intp]
RESULTS = 10

_BLOCK = 20_000
_SPARE = 10
_TOLERANCE = 1e-6


def recall(vectors: Matrix, queries: Matrix, allowed: Rows, answers: list[list[int]], space: str) -> tuple[int, int]:
    """Return how many of the nearest 10 were found, and how many there are, over all queries.

    vectors: (records, dimension), may be mapped from a file. queries: (n, dimension), one an answer. allowed: the rows
    that may be returned. A returned row counts if it is allowed and no farther than the tenth, up to rounding.
    """
    limit = distance_of_last(vectors, queries, allowed, space)
    wanted = min(RESULTS, len(allowed))
    permitted = np.zeros(len(vectors), dtype=np.bool_)
    permitted[allowed] = True
    right = 0
    for query, rows, farthest in zip(queries, answers, limit, strict=True):
        known = [row for row in dict.fromkeys(rows) if row < len(vectors) and permitted[row]][:wanted]
        if known:
            right += int((_exact(np.asarray(vectors[known]), query[None, :], space)[0] <= farthest).sum())
    return right, wanted * len(queries)


def distance_of_last(vectors: Matrix, queries: Matrix, allowed: Rows, space: str) -> npt.NDArray[np.float64]:
    """Return the distance of the tenth nearest allowed row of each query, plus a tolerance; shape (queries,)."""
    wanted = min(RESULTS, len(allowed))
    if not wanted:
        return np.full(len(queries), -np.inf)
    rows = nearest(vectors, queries, allowed, space)
    exact = [
        _exact(np.asarray(vectors[found]), query[None, :], space)[0].max()
        for found, query in zip(rows, queries, strict=True)
    ]
    limit = np.asarray(exact)
    return np.asarray(limit + _TOLERANCE * np.maximum(1.0, np.abs(limit)))


def nearest(vectors: Matrix, queries: Matrix, allowed: Rows, space: str) -> Rows:
    """Return the nearest allowed rows of each query, nearest first; shape (queries, min(10, allowed))."""
    best = np.empty((len(queries), 0), dtype=np.intp)
    distances = np.empty((len(queries), 0), dtype=np.float32)
    for start in range(0, len(allowed), _BLOCK):
        rows = allowed[start : start + _BLOCK]
        block = np.asarray(vectors[rows[0] : rows[-1] + 1] if _contiguous(rows) else vectors[rows])
        best = np.concatenate([best, np.broadcast_to(rows, (len(queries), len(rows)))], axis=1)
        distances = np.concatenate([distances, _fast(block, queries, space)], axis=1)
        if best.shape[1] > RESULTS + _SPARE:
            kept = np.argpartition(distances, RESULTS + _SPARE - 1, axis=1)[:, : RESULTS + _SPARE]
            best = np.take_along_axis(best, kept, axis=1)
            distances = np.take_along_axis(distances, kept, axis=1)
    ordered = [
        found[np.argsort(_exact(np.asarray(vectors[found]), query[None, :], space)[0], kind="stable")[:RESULTS]]
        for found, query in zip(best, queries, strict=True)
    ]
    return np.asarray(ordered, dtype=np.intp).reshape(len(queries), -1)


def _contiguous(rows: Rows) -> bool:
    return len(rows) == int(rows[-1]) - int(rows[0]) + 1


def _fast(block: Matrix, queries: Matrix, space: str) -> Matrix:
    products = queries @ block.T
    if space == "ip":
        return np.asarray(-products)
    squares = np.einsum("ij,ij->i", block, block)
    if space == "l2":
        return np.asarray(squares[None, :] - 2 * products)
    return np.asarray(-products / np.sqrt(squares)[None, :])


def _exact(chosen: Matrix, queries: Matrix, space: str) -> npt.NDArray[np.float64]:
    rows, wanted = chosen.astype(np.float64), queries.astype(np.float64)
    if space == "l2":
        return np.asarray(((wanted[:, None, :] - rows[None, :, :]) ** 2).sum(axis=2))
    products = wanted @ rows.T
    if space == "ip":
        return np.asarray(1 - products)
    return np.asarray(1 - products / np.linalg.norm(rows, axis=1) / np.linalg.norm(wanted, axis=1)[:, None])
