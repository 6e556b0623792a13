"""1-bit codes: a sketch of every vector that a scan compares first, so that only the best few rows are read.

RaBitQ (Gao and Long, SIGMOD 2024) keeps one bit a dimension of a rotated, centred vector, and two numbers that make its
estimate of a distance unbiased. FAISS has two layouts of the same codes: one for scans of all rows, several at a time
in SIMD registers, and one that takes a selection of rows.

Vectors are coded as they are compared: for ``l2`` as they are, for ``ip`` as they are under the inner product, for
``cosine`` with length 1 under the inner product.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.kernels import faiss, threads
from chromadb.model.embeddings import Matrix

SMALLEST_DIMENSION = 64
"""Below, so few bits say little of a vector, and reading the vectors themselves is cheap."""

_ROTATION_ROUNDS = 3
_QUERY_BITS = 8

LocalRows = npt.NDArray[np.int64]
Estimates = npt.NDArray[np.float32]


@lru_cache(maxsize=8)
def rotation(dimension: int) -> Matrix:
    """Return an orthogonal matrix, shape (dimension, dimension), the same on every machine.

    Random signs and Walsh-Hadamard transforms of the first and the last power of two of the dimensions in turn: they
    spread what a few dominant dimensions hold over all bits. The signs are drawn from the generator PCG64.
    """
    width = 1 << (dimension.bit_length() - 1)
    bits = np.random.PCG64(dimension).random_raw(_ROTATION_ROUNDS * 2 * dimension) >> np.uint64(63)
    signs = (1 - 2 * bits.astype(np.float32)).reshape(_ROTATION_ROUNDS * 2, dimension, 1)
    matrix = np.eye(dimension, dtype=np.float32)
    for round_ in range(_ROTATION_ROUNDS):
        for half, start in enumerate((0, dimension - width)):
            matrix *= signs[2 * round_ + half]
            _hadamard(matrix[start : start + width])
    return np.ascontiguousarray(matrix.T)


def _hadamard(rows: Matrix) -> None:
    """Apply the orthonormal Walsh-Hadamard transform to the columns, in place; the number of rows is a power of two."""
    step = 1
    while step < len(rows):
        pairs = rows.reshape(len(rows) // (2 * step), 2, step, rows.shape[1])
        upper = pairs[:, 0] + pairs[:, 1]
        np.subtract(pairs[:, 0], pairs[:, 1], out=pairs[:, 1])
        pairs[:, 0] = upper
        step *= 2
    rows /= np.float32(np.sqrt(len(rows)))


def comparable(rows: Matrix, space: str) -> Matrix:
    """Return the rows as codes and graphs compare them: of length 1 for ``cosine`` (zero stays zero)."""
    if space != "cosine":
        return rows
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    lengths[lengths == 0] = 1
    return (rows / lengths[:, None]).astype(np.float32)


class Codes:
    """The codes of some rows, numbered from 0. Immutable once built; any number of threads may search."""

    def __init__(self, fast: Any, plain: Any, space: str) -> None:
        self._fast = fast
        self._plain = plain
        self._space = space

    @classmethod
    def build(cls, blocks: Iterable[Matrix], centre: Matrix, space: str) -> Codes:
        """Encode rows given in blocks of shape (n, dimension).

        centre: mean of the comparable rows, shape (1, dimension).
        """
        library = faiss()
        dimension = centre.shape[1]
        turn = rotation(dimension)
        plain = library.IndexRaBitQ(dimension, _metric(space))
        plain.qb = _QUERY_BITS
        plain.train(np.ascontiguousarray(centre @ turn))
        for rows in blocks:
            plain.add(comparable(rows, space) @ turn)
        return cls(library.IndexRaBitQFastScan(plain), plain, space)

    @classmethod
    def open(cls, fast: Path, plain: Path, space: str) -> Codes:
        """Map the two layouts from files; the caller has verified these."""
        library = faiss()
        flags = library.IO_FLAG_MMAP_IFC
        return cls(library.read_index(str(fast), flags), library.read_index(str(plain), flags), space)

    def write_fast(self, path: Path) -> None:
        """Write the layout for scans of all rows."""
        faiss().write_index(self._fast, str(path))

    def write_plain(self, path: Path) -> None:
        """Write the layout for selected rows."""
        faiss().write_index(self._plain, str(path))

    def __len__(self) -> int:
        return int(self._plain.ntotal)

    @property
    def nbytes(self) -> int:
        """How many bytes both layouts take."""
        return 2 * int(self._plain.ntotal) * int(self._plain.code_size)

    def nearest(
        self, queries: Matrix, count: int, allowed: npt.NDArray[np.bool_] | None, thread_count: int
    ) -> tuple[LocalRows, Estimates]:
        """Return the rows that look nearest and what their distances are estimated to be, nearest first.

        queries: (n, dimension), comparable. allowed: which rows may be returned, None: all.
        Both results have shape (n, min(count, rows)); where fewer rows are allowed, rows are -1 and estimates infinite.
        """
        library = faiss()
        count = min(count, len(self))
        turned = queries @ rotation(queries.shape[1])
        with threads(thread_count):
            if allowed is None:
                estimates, rows = self._fast.search(turned, count)
            else:
                bits = np.packbits(allowed, bitorder="little")
                selector = library.IDSelectorBitmap(bits)
                parameters = library.RaBitQSearchParameters(sel=selector)
                parameters.qb = _QUERY_BITS
                estimates, rows = self._plain.search(turned, count, params=parameters)
        if self._space != "l2":
            np.subtract(1, estimates, out=estimates)
        estimates[rows < 0] = np.inf
        return rows, estimates


def _metric(space: str) -> int:
    library = faiss()
    return int(library.METRIC_L2 if space == "l2" else library.METRIC_INNER_PRODUCT)
