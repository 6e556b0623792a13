"""Lists of codes over the rows of a large segment: a search reads the lists around the query and no others.

After SPANN (Chen et al., NeurIPS 2021): short lists of rows that lie together, found through a graph over their
centres. A row between several lists is put into each of them, so that a few lists hold what is near the query. Lists
hold 1-bit codes of rows relative to their centres (FAISS IndexIVFRaBitQ); a file of them is memory-mapped, and of it
only the graph and the lists that are read need memory.

Vectors are compared as those of codes.py are.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from chromadb.engine.index.columns import Mask
from chromadb.engine.index.comparable import Estimates, LocalRows
from chromadb.engine.index.kernels import faiss, threads
from chromadb.engine.index.partition import (
    Partition,
    PartitionOptions,
    RowSource,
    centre_graph,
    chunks,
    draft_graph,
    nearest_centres,
    partition,
)
from chromadb.engine.index.rotation import turned
from chromadb.model.embeddings import Matrix

_QUERY_BITS = 8
_FEWEST_NEIGHBORS, _MOST_NEIGHBORS = 4, 512
_CLOSURE = 1.3
"""How many times as far as its nearest centre another may lie whose list takes a row in as well."""
_SPARE = 1.2
_MORE = 4


class ListOptions(Struct, frozen=True):
    """How lists are made.

    max_neighbors, ef_construction: of the graph over their centres. write_nprobe: lists that a row is put
    into at most. split_threshold, merge_threshold, reassign_neighbor_count: see PartitionOptions.
    """

    max_neighbors: int = 64
    ef_construction: int = 200
    write_nprobe: int = 32
    split_threshold: int = 50
    merge_threshold: int = 25
    reassign_neighbor_count: int = 64


class Lists:
    """The lists of some rows, numbered from 0. Immutable once built; any number of threads may search."""

    def __init__(self, index: Any, rows: int, space: str) -> None:
        self._index = index
        self._rows = rows
        self._space = space

    @classmethod
    def build(
        cls,
        vectors: Matrix,
        space: str,
        options: ListOptions,
        thread_count: int,
        interrupt: Callable[[], None] = lambda: None,
    ) -> Lists:
        """Make lists of rows.

        vectors: (n, dimension), n at least 1, as they were given, perhaps memory-mapped: they are read in order, some
        times over, and never held in memory at once. interrupt: called now and then; what it raises ends the work.
        """
        source = RowSource(vectors, space, interrupt)
        library = faiss()
        bounds = PartitionOptions.within_bounds(
            options.split_threshold, options.merge_threshold, options.reassign_neighbor_count
        )
        lists = partition(source, bounds, thread_count)
        neighbors = min(max(options.max_neighbors, _FEWEST_NEIGHBORS), _MOST_NEIGHBORS)
        candidates = max(options.ef_construction, neighbors)
        centres = turned(lists.centres)
        metric = library.METRIC_INNER_PRODUCT if space == "ip" else library.METRIC_L2
        with threads(thread_count):
            rows, others = _replicas(source, lists, options.write_nprobe, bounds.split_threshold)
            graph = centre_graph(centres, metric, neighbors, candidates)
            index = library.IndexIVFRaBitQ(graph, vectors.shape[1], len(centres), metric)
            index.train(centres)
            for chunk in chunks(len(vectors)):
                here = slice(*np.searchsorted(rows, [chunk.start, chunk.stop]))
                members = np.concatenate([np.arange(chunk.start, chunk.stop), rows[here]])
                assignment = np.concatenate([lists.homes[chunk], others[here]])
                block = turned(source.take(chunk))
                block = np.ascontiguousarray(block[members - chunk.start])
                # The public add_with_ids would search the list of each row anew, and put it into one only.
                index.add_core(len(members), *(library.swig_ptr(array) for array in (block, members, assignment)))
        return cls(index, len(vectors), space)

    @classmethod
    def open(cls, path: Path, rows: int, space: str) -> Lists:
        """Map the lists of so many rows from a file; the caller has verified that."""
        library = faiss()
        return cls(library.read_index(str(path), library.IO_FLAG_MMAP_IFC), rows, space)

    def write(self, path: Path) -> None:
        """Write the lists and the graph over their centres to a file."""
        faiss().write_index(self._index, str(path))

    def __len__(self) -> int:
        return self._rows

    @property
    def lists(self) -> int:
        """How many lists there are."""
        return int(self._index.nlist)

    @property
    def copies(self) -> float:
        """In how many lists a row is, on average."""
        return int(self._index.ntotal) / self._rows

    def sizes(self) -> npt.NDArray[np.int64]:
        """Return how many rows each list holds."""
        return np.array([self._index.invlists.list_size(number) for number in range(self.lists)], dtype=np.int64)

    def members(self, number: int) -> LocalRows:
        """Return the rows of one list."""
        size = self._index.invlists.list_size(number)
        return np.array(faiss().rev_swig_ptr(self._index.invlists.get_ids(number), size), dtype=np.int64)

    def nearest(
        self, queries: Matrix, count: int, nprobe: int, ef_search: int, allowed: Mask | None, thread_count: int
    ) -> tuple[LocalRows, Estimates]:
        """Return distinct rows that look nearest and what their distances are estimated to be, nearest first.

        queries: (n, dimension), comparable. count: at least 1. nprobe: how many lists to read. ef_search: candidates
        held while these are looked for, at least ``nprobe``. allowed: which rows may be returned, None: all.
        Both results have shape (n, min(count, rows)); where the lists hold fewer, rows are -1 and estimates infinite.
        """
        library = faiss()
        count = min(count, self._rows)
        nprobe = min(max(nprobe, 1), self.lists)
        selector = None if allowed is None else library.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        search = library.SearchParametersHNSW(efSearch=min(max(ef_search, nprobe), self.lists))
        parameters = library.IVFRaBitQSearchParameters(nprobe=nprobe, quantizer_params=search, sel=selector)
        parameters.qb = _QUERY_BITS
        prepared = turned(queries)
        entries = int(self._index.ntotal)
        asked = min(int(count * (1 if self.copies == 1 else _SPARE * self.copies)), entries)
        with threads(thread_count):
            while True:
                estimates, rows = self._index.search(prepared, asked, params=parameters)
                distinct = rows >= 0
                if self.copies > 1:
                    distinct &= _first_of_each(rows)
                enough = (distinct.sum(axis=1) >= count) | (rows[:, -1] < 0)
                if enough.all() or asked == entries:
                    break
                asked = min(asked * _MORE, entries)
        order = np.argsort(~distinct, axis=1, kind="stable")[:, :count]
        kept = np.take_along_axis(distinct, order, axis=1)
        rows = np.where(kept, np.take_along_axis(rows, order, axis=1), -1)
        estimates = np.where(kept, np.take_along_axis(estimates, order, axis=1), np.float32(np.inf))
        if self._space == "ip":
            estimates = np.where(kept, 1 - estimates, estimates)
        elif self._space == "cosine":
            estimates /= 2
        return rows, estimates


def _first_of_each(rows: LocalRows) -> Mask:
    """Return where each row of numbers holds a number for the first time."""
    order = np.argsort(rows, axis=1, kind="stable")
    ordered = np.take_along_axis(rows, order, axis=1)
    first = np.ones(rows.shape, dtype=np.bool_)
    np.put_along_axis(first, order[:, 1:], ordered[:, 1:] != ordered[:, :-1], axis=1)
    return first


def _replicas(source: RowSource, lists: Partition, write_nprobe: int, longest: int) -> tuple[LocalRows, LocalRows]:
    """Return rows, ascending, and lists that hold them beside their own, as far as these lists have room."""
    parts = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))]
    probes = min(write_nprobe, len(lists.centres))
    if probes > 1:
        graph = draft_graph(lists.centres)
        for chunk in chunks(len(source)):
            block = source.take(chunk)
            distances, numbers = nearest_centres(graph, block, probes, 2 * probes)
            rows, others, far = _closure(lists.centres, lists.homes[chunk], distances, numbers)
            parts.append((rows + chunk.start, others, far))
    rows, others, far = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((far, others))
    rows, others = rows[order], others[order]
    # The place of each among those that want to join the same list, nearest first.
    place = np.arange(len(others)) - np.searchsorted(others, others)
    kept = place < (longest - lists.sizes())[others]
    rows, others = rows[kept], others[kept]
    order = np.argsort(rows, kind="stable")
    return rows[order], others[order]


def _closure(
    centres: Matrix, homes: LocalRows, distances: Matrix, numbers: LocalRows
) -> tuple[LocalRows, LocalRows, Estimates]:
    """Return rows, further lists for them, and how far the centres of these lie.

    homes: (n,), their lists. distances, numbers: (n, m), of near centres, nearest first, and m the most lists of a row.
    A list that lies in the same direction as one that has the row already is left out: a search that meets the
    one meets the other.
    """
    taken = np.full(numbers.shape, -1, dtype=np.int64)
    taken[:, 0] = homes
    held = np.ones(len(homes), dtype=np.int64)
    limits = distances[:, 0] * np.float32(_CLOSURE**2)
    found = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))]
    for rank in range(numbers.shape[1]):
        number, distance = numbers[:, rank], distances[:, rank]
        rows = np.flatnonzero((number >= 0) & (number != homes) & (distance <= limits) & (held < numbers.shape[1]))
        for place in range(int(held[rows].max(initial=0))):
            here = rows[held[rows] > place]
            between = centres[number[here]] - centres[taken[here, place]]
            hidden = here[np.einsum("ij,ij->i", between, between) < distance[here]]
            rows = np.setdiff1d(rows, hidden, assume_unique=True)
        taken[rows, held[rows]] = number[rows]
        held[rows] += 1
        found.append((rows, number[rows], distance[rows]))
    rows, others, far = (np.concatenate(column) for column in zip(*found, strict=True))
    return rows, others, far
