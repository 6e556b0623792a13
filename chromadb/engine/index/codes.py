"""Codes: a sketch of every vector, at most one bit a dimension, that a scan compares first, so that few are read.

There are two kinds: *fast* ones (fast_codes.py) for scans of all rows, *plain* ones for selected rows.

Plain codes are those of RaBitQ (Gao and Long, SIGMOD 2024): one bit a dimension of a rotated, centred vector, and two
numbers that make its estimate of a distance unbiased.

Vectors are coded as they are compared: for ``l2`` as they are, for ``ip`` as they are under the inner product, for
``cosine`` with length 1 under the inner product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.comparable import Estimates, LocalRows, Queries, comparable
from chromadb.engine.index.fast_codes import FastCodes
from chromadb.engine.index.kernels import faiss, metric, threads
from chromadb.engine.index.rotation import turned
from chromadb.model.embeddings import Matrix

SMALLEST_DIMENSION = 64
"""Below, so few bits say little of a vector, and reading the vectors themselves is cheap."""

_QUERY_BITS = 8
_SAMPLE_ROWS = 4_096
"""Rows from which codes are learnt: 256 for each of the 16 values of a quantiser."""


class Codes:
    """The codes of some rows, numbered from 0. Immutable once built; any number of threads may search."""

    def __init__(self, fast: FastCodes, plain: Any, space: str) -> None:
        self._fast = fast
        self._plain = plain
        self._space = space

    @classmethod
    def build(cls, blocks: Callable[[], Iterator[Matrix]], count: int, space: str) -> Codes:
        """Encode ``count`` rows, given in blocks of shape (n, dimension) each time ``blocks`` is called."""
        step = max(1, count // _SAMPLE_ROWS)
        sample = np.concatenate([comparable(rows[::step], space) for rows in blocks()])
        turned_sample = turned(sample)
        plain = faiss().IndexRaBitQ(sample.shape[1], metric(space))
        plain.qb = _QUERY_BITS
        plain.train(turned_sample.mean(axis=0)[None])
        fast = FastCodes.learnt(sample, turned_sample, plain, count, space)
        for rows in blocks():
            prepared = comparable(rows, space)
            turned_rows = turned(prepared)
            plain.add(turned_rows)
            if fast is not None:
                fast.add(prepared, turned_rows)
        return cls(FastCodes.of_plain(plain) if fast is None else fast, plain, space)

    @classmethod
    def open(cls, fast: Path, plain: Path, space: str) -> Codes:
        """Map the two layouts from files; the caller has verified these."""
        library = faiss()
        return cls(FastCodes.open(fast), library.read_index(str(plain), library.IO_FLAG_MMAP_IFC), space)

    def write_fast(self, path: Path) -> None:
        """Write the layout for scans of all rows."""
        self._fast.write(path)

    def write_plain(self, path: Path) -> None:
        """Write the layout for selected rows."""
        faiss().write_index(self._plain, str(path))

    def __len__(self) -> int:
        return len(self._fast)

    @property
    def nbytes(self) -> int:
        """How many bytes both layouts take."""
        return len(self) * (self.scanned_bytes + int(self._plain.code_size))

    @property
    def scanned_bytes(self) -> int:
        """How many bytes a scan of all rows reads for each."""
        return self._fast.bytes_a_row

    @property
    def bits_a_dimension(self) -> float:
        """How many bits a scan of all rows reads for each dimension of each."""
        return 8 * self.scanned_bytes / int(self._plain.d)

    def nearest(
        self, queries: Queries, count: int, allowed: npt.NDArray[np.bool_] | None, thread_count: int
    ) -> tuple[LocalRows, Estimates]:
        """Return the rows that look nearest and what their distances are estimated to be, nearest first.

        allowed: which rows may be returned, None: all.
        Both results have shape (n, min(count, rows)); where fewer rows are allowed, rows are -1 and estimates infinite.
        """
        library = faiss()
        count = min(count, len(self))
        with threads(thread_count):
            if allowed is None:
                estimates, rows = self._fast.search(queries, count)
            else:
                selector = library.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
                parameters = library.RaBitQSearchParameters(sel=selector)
                parameters.qb = _QUERY_BITS
                estimates, rows = self._plain.search(queries.turned, count, params=parameters)
        if self._space != "l2":
            np.subtract(1, estimates, out=estimates)
        if allowed is not None:
            estimates[rows < 0] = np.inf
        return rows, estimates

    def narrowed(self, allowed: npt.NDArray[np.bool_]) -> NarrowCodes | None:
        """Return a copy of the fast codes of the allowed rows; None where fast codes cannot be taken apart."""
        fast = self._fast.narrowed(allowed)
        return None if fast is None else NarrowCodes(fast, np.flatnonzero(allowed), self._space)


class NarrowCodes:
    """The fast codes of some of the rows of `Codes`, which keep their numbers. Immutable."""

    def __init__(self, fast: FastCodes, rows: LocalRows, space: str) -> None:
        self._fast = fast
        self._rows = rows
        self._space = space

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        """How many bytes they take."""
        return len(self) * self._fast.bytes_a_row + self._rows.nbytes

    def nearest(self, queries: Queries, count: int, thread_count: int) -> tuple[LocalRows, Estimates]:
        """Return what `Codes.nearest` returns of these rows."""
        with threads(thread_count):
            estimates, places = self._fast.search(queries, min(count, len(self)))
        if self._space != "l2":
            np.subtract(1, estimates, out=estimates)
        return self._rows[places], estimates
