"""How the rows of a segment are divided into lists of rows that lie together, none too long and few too short.

After SPANN (Chen et al., NeurIPS 2021) and SPFresh (Xu et al., SOSP 2023): lists around centres found by k-means; long
ones split in two, after which rows of the lists around may have a nearer centre; short ones merged into a neighbour.
Distances are squared differences whatever the space: what lies together has similar inner products, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from chromadb.engine.index.comparable import LocalRows, comparable
from chromadb.engine.index.kernels import faiss, threads
from chromadb.model.embeddings import Matrix

ROWS_AT_ONCE = 16_384
_ROUNDS_OF_MEANS = 2
_ROUNDS_OF_SPLITS = 4
_HALVING_SAMPLE = 4_096
_HALVING_STEPS = 4
_MERGE_CHOICES = 8
_DRAFT_NEIGHBORS, _DRAFT_CANDIDATES = 16, 64
"""Links of the graph over centres that are yet to change, and candidates held when it is built and searched."""

_Assignment = npt.NDArray[np.int64]


class RowSource(Struct, frozen=True):
    """Rows to be divided.

    vectors: (n, dimension), n at least 1, as they were given, perhaps memory-mapped: they are read in order, some times
    over, and those of long lists again. interrupt: called whenever rows are read; what it raises ends the work.
    """

    vectors: Matrix
    space: str
    interrupt: Callable[[], None]

    def __len__(self) -> int:
        return len(self.vectors)

    def take(self, rows: LocalRows | slice) -> Matrix:
        """Return some rows as they are compared."""
        self.interrupt()
        return np.ascontiguousarray(comparable(self.vectors[rows], self.space))


class PartitionOptions(Struct, frozen=True):
    """Bounds of the lists.

    split_threshold: no list is longer, at least 2. merge_threshold: shorter ones are merged into a neighbour that has
    room, at most half of split_threshold. reassign_neighbor_count: of how many lists around a split one the rows move
    to a nearer centre.
    """

    split_threshold: int
    merge_threshold: int
    reassign_neighbor_count: int

    @classmethod
    def within_bounds(
        cls, split_threshold: int, merge_threshold: int, reassign_neighbor_count: int
    ) -> PartitionOptions:
        """Return the options nearest to those given that can be kept."""
        split_threshold = max(split_threshold, 2)
        return cls(split_threshold, min(max(merge_threshold, 0), split_threshold // 2), max(reassign_neighbor_count, 0))


class Partition(Struct, frozen=True):
    """Lists of rows. centres: (lists, dimension). homes: (rows,), the list of each row."""

    centres: Matrix
    homes: _Assignment

    def sizes(self) -> _Assignment:
        """Return the number of rows of each list."""
        return np.bincount(self.homes, minlength=len(self.centres))


def centre_graph(centres: Matrix, metric: int, max_neighbors: int, ef_construction: int) -> Any:
    """Return a graph over exact centres under a metric of FAISS."""
    index = faiss().IndexHNSWFlat(centres.shape[1], max_neighbors, metric)
    # Else centres that all lie far apart are left without links that lead to them.
    index.keep_max_size_level0 = True
    index.hnsw.efConstruction = ef_construction
    index.add(np.ascontiguousarray(centres))
    return index


def nearest_centres(graph: Any, rows: Matrix, count: int, ef_search: int) -> tuple[Matrix, _Assignment]:
    """Return squared distances and numbers of the ``count`` centres nearest to each row, nearest first.

    Where fewer were met, numbers are -1.
    """
    held = min(max(ef_search, count), int(graph.ntotal))
    parameters = faiss().SearchParametersHNSW(efSearch=held)
    distances, numbers = graph.search(np.ascontiguousarray(rows), count, params=parameters)
    return distances, numbers


def partition(source: RowSource, options: PartitionOptions, thread_count: int) -> Partition:
    """Divide rows into lists."""
    rows = len(source)
    target = (options.split_threshold + options.merge_threshold) / 2
    count = max(1, round(rows / target))
    seeds = np.linspace(0, rows - 1, count).astype(np.int64)
    with threads(thread_count):
        lists = Partition(source.take(seeds), np.zeros(rows, dtype=np.int64))
        for _ in range(_ROUNDS_OF_MEANS):
            lists = _improved(source, lists)
        for round_ in range(_ROUNDS_OF_SPLITS + 1):
            split = _split(source, lists, options.split_threshold)
            if split is None:
                break
            lists, changed = split
            if round_ < _ROUNDS_OF_SPLITS and options.reassign_neighbor_count:
                lists = _reassigned(source, lists, changed, options.reassign_neighbor_count)
        return _merged(lists, options)


def chunks(rows: int) -> Iterator[slice]:
    """Yield slices that cover so many rows, each small enough to be worked on in memory."""
    for first in range(0, rows, ROWS_AT_ONCE):
        yield slice(first, min(first + ROWS_AT_ONCE, rows))


def draft_graph(centres: Matrix) -> Any:
    """Return a graph over centres that is quick to build, for squared differences."""
    return centre_graph(centres, faiss().METRIC_L2, _DRAFT_NEIGHBORS, _DRAFT_CANDIDATES)


def _improved(source: RowSource, lists: Partition) -> Partition:
    """Return every row at its nearest centre, and the centres moved to the means of their rows."""
    graph = draft_graph(lists.centres)
    homes = np.empty_like(lists.homes)
    sums = np.zeros_like(lists.centres)
    for chunk in chunks(len(source)):
        block = source.take(chunk)
        homes[chunk] = nearest_centres(graph, block, 1, _DRAFT_CANDIDATES)[1][:, 0]
        order = np.argsort(homes[chunk], kind="stable")
        numbers, starts = np.unique(homes[chunk][order], return_index=True)
        sums[numbers] += np.add.reduceat(block[order], starts, axis=0)
    sizes = np.bincount(homes, minlength=len(sums))[:, None]
    return Partition(np.where(sizes > 0, sums / np.maximum(sizes, 1), lists.centres).astype(np.float32), homes)


def _split(source: RowSource, lists: Partition, longest: int) -> tuple[Partition, _Assignment] | None:
    """Return the lists with the long ones split until none is long, and which lists are parts of these.

    None when no list is long.
    """
    sizes = lists.sizes()
    large = np.flatnonzero(sizes > longest)
    if len(large) == 0:
        return None
    order = np.argsort(lists.homes, kind="stable")
    ends = np.cumsum(sizes)
    homes = lists.homes.copy()
    centres, fresh, changed = lists.centres.copy(), list[Matrix](), list[int]()
    for number in large.tolist():
        pending = [order[ends[number] - sizes[number] : ends[number]]]
        target = number
        while pending:
            rows = pending.pop()
            if len(rows) > longest:
                pending.extend(_halves(source, rows))
                continue
            homes[rows] = target
            mean = source.take(rows).mean(axis=0)
            if target == number:
                centres[number] = mean
            else:
                fresh.append(mean)
            changed.append(target)
            target = len(centres) + len(fresh)
    return Partition(np.vstack([centres, *fresh]), homes), np.array(changed)


def _halves(source: RowSource, rows: LocalRows) -> tuple[LocalRows, LocalRows]:
    """Return the rows divided around two means; in the middle, where these leave one side empty."""
    sample = source.take(rows[:: max(1, len(rows) // _HALVING_SAMPLE)])
    first = sample[np.argmax(_squares(sample - sample.mean(axis=0)))]
    second = sample[np.argmax(_squares(sample - first))]
    for _ in range(_HALVING_STEPS):
        nearer = _side(sample, first, second)
        if not nearer.any() or nearer.all():
            break
        first, second = sample[nearer].mean(axis=0), sample[~nearer].mean(axis=0)
    sides = [_side(source.take(rows[chunk]), first, second) for chunk in chunks(len(rows))]
    side = np.concatenate(sides)
    if not side.any() or side.all():
        side = np.arange(len(rows)) < len(rows) // 2
    return rows[side], rows[~side]


def _side(rows: Matrix, first: Matrix, second: Matrix) -> npt.NDArray[np.bool_]:
    """Return which rows are nearer to the first of two points."""
    return rows @ (first - second) > (first @ first - second @ second) / 2


def _squares(rows: Matrix) -> Matrix:
    return np.einsum("ij,ij->i", rows, rows)


def _reassigned(source: RowSource, lists: Partition, changed: _Assignment, neighbors: int) -> Partition:
    """Return the lists after rows of those around changed ones have moved to their nearest centres."""
    graph = draft_graph(lists.centres)
    around = nearest_centres(graph, lists.centres[changed], min(neighbors + 1, len(lists.centres)), _DRAFT_CANDIDATES)[
        1
    ]
    concerned = np.zeros(len(lists.centres), dtype=np.bool_)
    concerned[around[around >= 0]] = True
    rows = np.flatnonzero(concerned[lists.homes])
    homes = lists.homes.copy()
    for chunk in chunks(len(rows)):
        block = source.take(rows[chunk])
        homes[rows[chunk]] = nearest_centres(graph, block, 1, _DRAFT_CANDIDATES)[1][:, 0]
    return Partition(lists.centres, homes)


def _merged(lists: Partition, options: PartitionOptions) -> Partition:
    """Return the lists without empty ones, and short ones merged into a near list that has room, where there is one."""
    sizes = lists.sizes()
    centres = lists.centres.copy()
    short = np.flatnonzero(sizes < max(options.merge_threshold, 1))
    short = short[np.argsort(sizes[short], kind="stable")]
    target = np.arange(len(centres))
    if len(short):
        count = min(_MERGE_CHOICES + 1, len(centres))
        choices = nearest_centres(draft_graph(centres), centres[short], count, _DRAFT_CANDIDATES)[1]
        for number, near in zip(short.tolist(), choices.tolist(), strict=True):
            size = sizes[number]
            for other in near:
                room = other >= 0 and other != number and target[other] == other and sizes[other] > 0
                if room and sizes[other] + size <= options.split_threshold:
                    centres[other] = (centres[other] * sizes[other] + centres[number] * size) / (sizes[other] + size)
                    sizes[other] += size
                    sizes[number] = 0
                    target[number] = other
                    break
    while not np.array_equal(further := target[target], target):
        target = further
    kept = sizes > 0
    numbers = np.cumsum(kept) - 1
    return Partition(centres[kept], numbers[target[lists.homes]])
