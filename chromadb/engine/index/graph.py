"""A graph over the rows of a large segment: a search follows links towards the query and meets few rows.

HNSW (Malkov and Yashunin, TPAMI 2020). What it compares on its way are not the vectors but codes of one byte a
dimension: a quarter of the memory, quicker to build and to search than codes of two bytes, and as good once the
candidates have been compared exactly.

Vectors are linked as they are compared: for ``l2`` as they are, for ``ip`` as they are under the inner product, for
``cosine`` with length 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.columns import Mask
from chromadb.engine.index.comparable import Estimates, LocalRows, comparable
from chromadb.engine.index.kernels import faiss, threads
from chromadb.model.embeddings import Matrix

_FEWEST_NEIGHBORS, _MOST_NEIGHBORS = 4, 512
_ROUNDS_OF_LINKING, _LINK_CHOICES = 4, 64
_RANGE_SAMPLE = 16_384
"""Rows from which the range of each dimension's byte is learnt; what lies beyond it is coded as its end."""
_USUAL_SHARE, _FAR = 0.9, 8
"""Rows whose largest component is so many times that which this share of rows keeps to would leave others no range."""


class Graph:
    """The graph of some rows, numbered from 0. Immutable once built; any number of threads may search."""

    def __init__(self, index: Any, space: str) -> None:
        self._index = index
        self._space = space

    @classmethod
    def build(
        cls,
        blocks: Callable[[], Iterator[Matrix]],
        rows: int,
        space: str,
        max_neighbors: int,
        ef_construction: int,
        thread_count: int,
    ) -> Graph:
        """Link rows given in blocks of shape (n, dimension), each time ``blocks`` is called; there is at least one.

        rows: how many these are. max_neighbors: links a row keeps to others (twice as many on the lowest level), held
        within 4 and 512. ef_construction: candidates from which these are chosen, at least as many as links.
        What ``blocks`` raises ends the work and reaches the caller.
        """
        library = faiss()
        sample = _sample(blocks(), max(1, rows // _RANGE_SAMPLE), space)
        neighbors = min(max(max_neighbors, _FEWEST_NEIGHBORS), _MOST_NEIGHBORS)
        metric = library.METRIC_INNER_PRODUCT if space == "ip" else library.METRIC_L2
        index = library.IndexHNSWSQ(sample.shape[1], library.ScalarQuantizer.QT_8bit, neighbors, metric)
        index.hnsw.efConstruction = min(max(ef_construction, neighbors), max(rows, neighbors))
        index.train(sample)
        with threads(thread_count):
            for block in blocks():
                index.add(np.ascontiguousarray(comparable(block, space)))
            _link_lost(index)
        return cls(index, space)

    @classmethod
    def open(cls, path: Path, space: str) -> Graph:
        """Map a graph from its file; the caller has verified that."""
        library = faiss()
        return cls(library.read_index(str(path), library.IO_FLAG_MMAP_IFC), space)

    def write(self, path: Path) -> None:
        """Write the graph, codes included, to a file."""
        faiss().write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(
        self, queries: Matrix, count: int, ef: int, allowed: Mask | None, thread_count: int
    ) -> tuple[LocalRows, Estimates]:
        """Return rows that look nearest and what their distances are estimated to be, nearest first.

        queries: (n, dimension), comparable. count: at least 1. ef: candidates held on the way, at least ``count``.
        allowed: which rows may be returned, None: all; the way may lead over the others.
        Both results have shape (n, min(count, rows)); where fewer rows were met, rows are -1 and estimates infinite.
        """
        library = faiss()
        count = min(count, len(self))
        selector = None if allowed is None else library.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        # Room for so many candidates is taken at once, however many there are.
        held = min(max(ef, count), len(self))
        parameters = library.SearchParametersHNSW(efSearch=held, sel=selector)
        with threads(thread_count):
            estimates, rows = self._index.search(np.ascontiguousarray(queries), count, params=parameters)
        if self._space == "ip":
            np.subtract(1, estimates, out=estimates)
        elif self._space == "cosine":
            estimates /= 2
        estimates[rows < 0] = np.inf
        return rows, estimates

    def unreachable(self) -> int:
        """Return to how many rows no links of the lowest level lead from the entry point.

        Links of the upper levels are left out: these only choose among the lowest level's rows where to begin.
        """
        return len(self) - int(np.count_nonzero(_reached(self._index)))


def _lowest_links(index: Any) -> tuple[npt.NDArray[np.int32], LocalRows, LocalRows]:
    """Return all links, -1 for none; where those of each row begin; and the places of its lowest level after that."""
    library = faiss()
    hnsw = index.hnsw
    links = library.rev_swig_ptr(hnsw.neighbors.data(), hnsw.neighbors.size())
    offsets = library.rev_swig_ptr(hnsw.offsets.data(), index.ntotal).astype(np.int64)
    return links, offsets, np.arange(hnsw.nb_neighbors(0))


def _reached(index: Any) -> Mask:
    """Return to which rows links of the lowest level lead from the entry point."""
    links, offsets, places = _lowest_links(index)
    met = np.zeros(index.ntotal, dtype=np.bool_)
    frontier = np.array([index.hnsw.entry_point], dtype=np.int64)
    while len(frontier):
        met[frontier] = True
        ends = links[offsets[frontier][:, None] + places]
        ends = ends[ends >= 0]
        frontier = np.unique(ends[~met[ends]])
    return met


def _link_lost(index: Any) -> None:
    """Add links to rows that none lead to: a row is given up by all its neighbours where these have nearer ones."""
    links, offsets, places = _lowest_links(index)
    for _ in range(_ROUNDS_OF_LINKING):
        met = _reached(index)
        lost = np.flatnonzero(~met)
        if len(lost) == 0:
            return
        _, near = index.search(index.reconstruct_batch(lost), min(_LINK_CHOICES, index.ntotal))
        for row, choices in zip(lost.tolist(), near, strict=True):
            for other in choices[(choices >= 0) & met[choices]].tolist():
                here = offsets[other] + places
                free = here[links[here] < 0]
                if len(free):
                    links[free[0]] = row
                    break


def _sample(blocks: Iterator[Matrix], step: int, space: str) -> Matrix:
    """Return every ``step``-th row or a little more, as it is compared, without any that lie far from the others."""
    sample = np.concatenate([comparable(block[::step], space) for block in blocks])
    largest = np.abs(sample).max(axis=1)
    usual = np.quantile(largest, _USUAL_SHARE)
    return np.ascontiguousarray(sample[largest <= _FAR * usual] if usual > 0 else sample)
