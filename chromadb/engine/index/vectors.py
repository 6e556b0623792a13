"""Vectors of a collection's slots: append-only float32 rows in chunks that never move.

The rows of sealed segments are mapped from their files, later ones lie in memory. A reader that knows how many slots it
may see reads them without a lock while a writer appends behind them.
"""

from __future__ import annotations

import mmap
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.kernels import faiss, threads
from chromadb.model.embeddings import Matrix

Slots = npt.NDArray[np.int64]

_FIRST_CHUNK_ROWS = 256
_LARGEST_CHUNK_ROWS = 16_384


def _mapped(rows: int, dimension: int) -> Matrix:
    """Return an array in memory of its own.

    The system commits it page by page, as rows are written, and has it back at once when the array goes; what an
    allocator is given back it may keep.
    """
    memory = mmap.mmap(-1, rows * dimension * 4, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return np.frombuffer(memory, dtype=np.float32).reshape(rows, dimension)


class SealedRows(Protocol):
    """Rows of a sealed segment, which are verified before they are first used."""

    @property
    def matrix(self) -> Matrix:
        """The rows, shape (n, dimension), not verified by looking at them."""

    def verify(self, rows: Slots | None) -> None:
        """Raise DamagedSegmentError if one of the rows (None: any) is not what was written."""


class VectorRows:
    """Rows of one length, each written once."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._starts = [0]
        self._chunks: list[Matrix] = []
        self._sealed: dict[int, SealedRows] = {}
        self._size = 0

    @property
    def capacity(self) -> int:
        """How many rows fit into the chunks made so far."""
        return self._starts[-1]

    @property
    def nbytes(self) -> int:
        """How much memory of its own the rows take, in bytes.

        Room that nothing was written to costs none, nor do the rows of segments, whose pages belong to the file cache.
        """
        sealed = sum(len(rows.matrix) for rows in self._sealed.values())
        return (self._size - sealed) * self.dimension * 4

    def attach(self, rows: SealedRows) -> None:
        """Add the rows of a sealed segment behind the last; only where all before are sealed, too."""
        matrix = rows.matrix
        self._sealed[len(self._chunks)] = rows
        self._chunks.append(matrix)
        self._size += len(matrix)
        self._starts.append(self._size)

    def append(self, rows: Matrix) -> None:
        """Add rows of shape (n, dimension) behind the last."""
        start = self._size
        self.extend(len(rows))
        self.write(np.arange(start, start + len(rows), dtype=np.int64), rows)

    def extend(self, count: int) -> None:
        """Make room for ``count`` more rows; their content is undefined until ``write``."""
        while self.capacity < self._size + count:
            rows = min(max(self.capacity, _FIRST_CHUNK_ROWS), _LARGEST_CHUNK_ROWS)
            self._chunks.append(_mapped(rows, self.dimension))
            self._starts.append(self.capacity + rows)
        self._size += count

    def write(self, slots: Slots, rows: Matrix) -> None:
        """Set the rows of slots that no reader may see yet; of a repeated slot the last one stays."""
        if len(slots) == 0:
            return
        lowest, highest = int(slots.min()), int(slots.max())
        in_a_row = len(slots) == highest - lowest + 1 and bool((slots[1:] > slots[:-1]).all())
        for number in range(self._chunk_of(lowest), self._chunk_of(highest) + 1):
            start, stop = self._starts[number], self._starts[number + 1]
            chunk = self._chunks[number]
            if in_a_row:
                first, last = max(lowest, start), min(highest + 1, stop)
                chunk[first - start : last - start] = rows[first - lowest : last - lowest]
            else:
                inside = (slots >= start) & (slots < stop)
                chunk[slots[inside] - start] = rows[inside]

    def take(self, slots: Slots) -> Matrix:
        """Return a copy of the rows of the given slots, shape (len(slots), dimension)."""
        if len(slots) == 0:
            return np.empty((0, self.dimension), dtype=np.float32)
        if len(self._chunks) == 1:
            return self._rows(0, slots)
        chunk_of = np.searchsorted(self._starts, slots, side="right") - 1
        first = int(chunk_of[0])
        if (chunk_of == first).all():
            return self._rows(first, slots)
        taken = np.empty((len(slots), self.dimension), dtype=np.float32)
        for number in set(chunk_of.tolist()):
            inside = chunk_of == number
            taken[inside] = self._rows(number, slots[inside])
        return taken

    def inner_products(self, queries: Matrix, slots: Slots, thread_count: int) -> Matrix:
        """Return the inner product of each query with the rows of its slots, minus infinity for slot -1.

        queries: (n, dimension). slots: (n, k), of each query. The result has the shape of ``slots``.
        """
        return self._compared("fvec_inner_products_by_idx", np.maximum, queries, slots, thread_count)

    def squared_distances(self, queries: Matrix, slots: Slots, thread_count: int) -> Matrix:
        """Return the sums of squared differences instead of the inner products, infinity for slot -1."""
        return self._compared("fvec_L2sqr_by_idx", np.minimum, queries, slots, thread_count)

    def _compared(
        self,
        kernel: str,
        united: Callable[[Matrix, Matrix], Matrix],
        queries: Matrix,
        slots: Slots,
        thread_count: int,
    ) -> Matrix:
        library = faiss()
        pointer = library.swig_ptr
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        result: Matrix | None = None
        lowest, highest = int(slots.min()), int(slots.max())
        for number in range(self._chunk_of(max(lowest, 0)), self._chunk_of(highest) + 1):
            start, stop = self._starts[number], self._starts[number + 1]
            rows = present = slots - start
            if lowest < start or highest >= stop:
                inside = (slots >= start) & (slots < stop)
                if not inside.any():
                    continue
                rows[~inside] = -1
                present = rows[inside]
            if number in self._sealed:
                self._sealed[number].verify(present.ravel())
            its = np.empty(slots.shape, dtype=np.float32)
            chunk = self._chunks[number]
            with threads(thread_count):
                getattr(library, kernel)(
                    pointer(its), pointer(queries), pointer(chunk), pointer(rows), self.dimension, *slots.shape
                )
            result = its if result is None else united(result, its)
        missing = np.float32(-np.inf if united is np.maximum else np.inf)
        return np.full(slots.shape, missing) if result is None else result

    def _rows(self, number: int, slots: Slots) -> Matrix:
        """Return a copy of the rows of slots that lie in one chunk."""
        rows = slots - self._starts[number]
        if number in self._sealed:
            self._sealed[number].verify(rows)
        return self._chunks[number][rows]

    def chunks(self, start: int, stop: int) -> Iterator[tuple[int, Matrix]]:
        """Yield (first slot, rows without copying them) of what lies between two slots, chunk by chunk."""
        for number, chunk in enumerate(self._chunks):
            first = self._starts[number]
            lowest, highest = max(start - first, 0), min(stop - first, len(chunk))
            if lowest < highest:
                if number in self._sealed:
                    self._sealed[number].verify(None)
                yield first + lowest, chunk[lowest:highest]

    def _chunk_of(self, slot: int) -> int:
        return bisect_right(self._starts, slot) - 1
