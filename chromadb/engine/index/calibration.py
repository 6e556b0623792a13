"""How much effort a graph or lists need to find what exact search finds, measured when they are built.

Neither promises a recall: how far a search has to go depends on the vectors. So queries like those to come are answered
exactly and with rising effort, until the answers agree.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from chromadb.engine.index.comparable import LocalRows, comparable
from chromadb.engine.index.distances import exact_distances
from chromadb.model.embeddings import Matrix

RECALL = 0.995
RESULTS = 10
_QUERIES = 100
_APART = 37
"""How far apart in the sample the row is whose direction another takes."""

Finder = Callable[[Matrix, int], LocalRows]
"""Given queries of shape (n, dimension) and a number, returns rows, shape (n, any), -1 for none."""


class Calibration(Struct, frozen=True):
    """The least effort (ef of a graph, nprobe of lists) that found enough.

    recall: share of the ten nearest that were among the candidates. microseconds: median time of a search for them,
    one query at a time, without the exact comparison of the candidates.
    """

    effort: int
    recall: float
    microseconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the members as a JSON object."""
        return {"effort": self.effort, "recall": self.recall, "microseconds": self.microseconds}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Calibration:
        """Return the calibration that ``to_json`` described."""
        return cls(int(value["effort"]), float(value["recall"]), float(value["microseconds"]))


def sample_queries(vectors: Matrix, space: str, exact: Finder) -> Matrix:
    """Return about 100 comparable queries like those that users ask: near rows, but none of them.

    vectors: (n, dimension), n at least 1, as they were given. exact: given queries and a count, returns their nearest
    rows.
    A row itself would be too easy: links and lists were made around it, and it finds itself; so would be the middle
    between two rows. What lies in any direction from a row lies where no rows are, and is harder than real queries. So
    each is a row moved in the direction from another row to that one's tenth neighbour, as far as its own tenth
    neighbour lies: such queries needed the effort that vectors like the rows, but not among them, needed.
    """
    chosen = np.unique(np.linspace(0, len(vectors) - 1, _QUERIES).astype(np.int64))
    own = np.ascontiguousarray(comparable(vectors[chosen], space))
    near = exact(own, min(RESULTS + 1, len(vectors)))
    steps = comparable(vectors[near[:, -1]], space) - own
    lengths = np.linalg.norm(steps, axis=1, keepdims=True)
    directions = np.roll(steps / np.where(lengths > 0, lengths, 1), _APART, axis=0)
    return np.ascontiguousarray(comparable((own + lengths * directions).astype(np.float32), space))


def calibrate(
    vectors: Matrix, space: str, exact: Finder, candidates: Finder, ladder: Sequence[int]
) -> Calibration | None:
    """Return the first rung of the ladder at which the candidates hold the ten nearest, None when no rung does.

    vectors: (n, dimension), as they were given. exact: given queries and a count, returns their nearest rows.
    candidates: given one query and an effort, returns the rows that would then be compared exactly. ladder: efforts,
    ascending.
    """
    queries = sample_queries(vectors, space, exact)
    truth = exact(queries, min(RESULTS, len(vectors)))
    limits = [_distances(query, vectors, rows, space).max() for query, rows in zip(queries, truth, strict=True)]
    wanted = truth.shape[1]
    for effort in ladder:
        seconds, found = [], 0
        for query, limit in zip(queries, limits, strict=True):
            started = time.perf_counter()
            rows = candidates(query[None], effort)[0]
            seconds.append(time.perf_counter() - started)
            # Rows as far away as the last of the nearest are as good: copies of one vector are all the same to users.
            near = _distances(query, vectors, rows[rows >= 0], space) <= limit
            found += min(int(np.count_nonzero(near)), wanted)
        recall = found / (wanted * len(queries))
        if recall >= RECALL:
            return Calibration(effort, recall, float(np.median(seconds)) * 1e6)
    return None


def _distances(query: Matrix, vectors: Matrix, rows: LocalRows, space: str) -> Matrix:
    return exact_distances(query, vectors[rows], space)
