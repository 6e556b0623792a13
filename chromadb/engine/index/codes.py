"""Codes: a sketch of every vector, one bit a dimension, that a scan compares first, so that few vectors are read.

There are two kinds of one size: *fast* ones for scans of all rows in SIMD registers, *plain* ones for selected rows.

Plain codes are those of RaBitQ (Gao and Long, SIGMOD 2024): one bit a dimension of a rotated, centred vector, and two
numbers that make its estimate of a distance unbiased. Fast codes are products of quantisers of four dimensions and four
bits each (Jegou, Douze and Schmid, TPAMI 2011; Andre, Kermarrec and Le Scouarnec, VLDB 2015), learnt from the rows:
these need no arithmetic but sums of table entries, and are scanned four times as fast as RaBitQ's. They overestimate
what is near, and where lengths differ much they may say less, for their steps do not grow with a vector; where a sample
shows that, fast codes are RaBitQ's, too.

Vectors are coded as they are compared: for ``l2`` as they are, for ``ip`` as they are under the inner product, for
``cosine`` with length 1 under the inner product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.kernels import faiss, matrix_product, threads
from chromadb.model.embeddings import Matrix

SMALLEST_DIMENSION = 64
"""Below, so few bits say little of a vector, and reading the vectors themselves is cheap."""

_ROTATION_ROUNDS = 3
_LARGEST_CACHED_ROTATION = 512
"""Dimensions up to which a core's own cache holds the whole matrix; beyond, its steps are less work for one row."""
_QUERY_BITS = 8
_DIMENSIONS_A_QUANTISER = 4
_ROUNDS_OF_TRAINING = 6
_SAMPLE_ROWS = 4_096
"""Rows from which quantisers are learnt: 256 for each of their 16 values."""
_FEWEST_LEARNT_FROM = 64
_SMALLEST_SQUARE, _LARGEST_SQUARE = 1e-30, 1e30
"""Between these, sums of squares in binary32 have all their digits."""
_TRIALS, _TRIAL_RESULTS, _TRIAL_CANDIDATES = 64, 10, 20
_WORTH_THEIR_SPEED = 0.85
"""Share of what RaBitQ finds in the sample that products must find, to be scanned in its place."""

LocalRows = npt.NDArray[np.int64]
Estimates = npt.NDArray[np.float32]


@lru_cache(maxsize=8)
def rotation(dimension: int) -> Matrix:
    """Return an orthogonal matrix to multiply rows by, shape (dimension, dimension), the same on every machine.

    Random signs and Walsh-Hadamard transforms of the first and the last power of two of the dimensions in turn: they
    spread what a few dominant dimensions hold over all bits. The signs are drawn from the generator PCG64.
    """
    return _transformed(np.eye(dimension, dtype=np.float32))


def turned(rows: Matrix) -> Matrix:
    """Return rows after the rotation. One row is turned without waiting for another core, as matrix products do."""
    dimension = rows.shape[1]
    if len(rows) > 1:
        return matrix_product(rows, _rotation_columns(dimension))
    if dimension > _LARGEST_CACHED_ROTATION:
        return _transformed(rows.copy())
    library = faiss()
    row, result = np.ascontiguousarray(rows, dtype=np.float32), np.empty((1, dimension), dtype=np.float32)
    columns, pointer = _rotation_columns(dimension), library.swig_ptr
    library.fvec_inner_products_ny(pointer(result), pointer(row), pointer(columns), dimension, dimension)
    return result


@lru_cache(maxsize=8)
def _rotation_columns(dimension: int) -> Matrix:
    return np.ascontiguousarray(rotation(dimension).T)


def _transformed(rows: Matrix) -> Matrix:
    """Rotate rows, shape (n, dimension), in place, and return them."""
    dimension = rows.shape[1]
    signs, upper, lower = _steps(dimension)
    width = len(upper) * len(lower)
    for number, its_signs in enumerate(signs):
        rows *= its_signs
        part = rows[:, :width] if number % 2 == 0 else rows[:, dimension - width :]
        # A Walsh-Hadamard transform is the Kronecker product of two smaller ones.
        part[:] = (upper @ part.reshape(len(rows), len(upper), len(lower)) @ lower).reshape(part.shape)
    return rows


@lru_cache(maxsize=8)
def _steps(dimension: int) -> tuple[Matrix, Matrix, Matrix]:
    """Return the signs of each step of a rotation, and the two transforms that make up its Walsh-Hadamard transform."""
    bits = dimension.bit_length() - 1
    drawn = np.random.PCG64(dimension).random_raw(_ROTATION_ROUNDS * 2 * dimension) >> np.uint64(63)
    signs = (1 - 2 * drawn.astype(np.float32)).reshape(_ROTATION_ROUNDS * 2, dimension)
    return signs, _hadamard(bits // 2), _hadamard(bits - bits // 2)


def _hadamard(bits: int) -> Matrix:
    """Return the orthonormal Walsh-Hadamard transform of 2 to the power of ``bits`` dimensions, its own transpose."""
    matrix = np.ones((1, 1), dtype=np.float32)
    for _ in range(bits):
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix / np.float32(np.sqrt(len(matrix)))


def comparable(rows: Matrix, space: str) -> Matrix:
    """Return the rows as codes and graphs compare them: of length 1 for ``cosine`` (zero stays zero)."""
    if space != "cosine":
        return rows
    squares = np.einsum("ij,ij->i", rows, rows)
    if not (squares.min(initial=1) > _SMALLEST_SQUARE and squares.max(initial=1) < _LARGEST_SQUARE):
        # Binary32 holds the rows of length 1, but not the squares on the way to them.
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
        lengths[lengths == 0] = 1
        return (rows / lengths[:, None]).astype(np.float32)
    return rows * np.reciprocal(np.sqrt(squares, out=squares), out=squares)[:, None]


class Queries:
    """Query vectors, shape (n, dimension), as codes and graphs compare them; turned only if codes ask for that.

    given: as they were given. rows: as `comparable` returns them.
    """

    def __init__(self, given: Matrix, space: str) -> None:
        self.given = given
        self.rows = np.ascontiguousarray(comparable(given, space))

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def turned(self) -> Matrix:
        """The rows after the rotation."""
        return turned(self.rows)


class Codes:
    """The codes of some rows, numbered from 0. Immutable once built; any number of threads may search."""

    def __init__(self, fast: Any, plain: Any, space: str) -> None:
        self._fast = fast
        self._plain = plain
        self._space = space

    @classmethod
    def build(cls, blocks: Callable[[], Iterator[Matrix]], count: int, space: str) -> Codes:
        """Encode ``count`` rows, given in blocks of shape (n, dimension) each time ``blocks`` is called."""
        library = faiss()
        step = max(1, count // _SAMPLE_ROWS)
        sample = turned(np.concatenate([comparable(rows[::step], space) for rows in blocks()]))
        centre = sample.mean(axis=0)
        plain = _bits(centre, space)
        products = _products(sample, space) if len(sample) >= _FEWEST_LEARNT_FROM else None
        if products is not None and not _worthwhile(products, centre, sample, space):
            products = None
        for rows in blocks():
            prepared = turned(comparable(rows, space))
            plain.add(prepared)
            if products is not None:
                products.add(_padded(prepared))
        return cls(library.IndexRaBitQFastScan(plain) if products is None else products, plain, space)

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
                estimates, rows = self._fast.search(_padded(queries.turned, self._fast.d), count)
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
        library = faiss()
        if not isinstance(self._fast, library.IndexPQFastScan):
            return None
        index = library.clone_index(self._fast)
        index.remove_ids(library.IDSelectorBitmap(np.packbits(~allowed, bitorder="little")))
        return NarrowCodes(index, np.flatnonzero(allowed), self._space)


class NarrowCodes:
    """The fast codes of some of the rows of `Codes`, which keep their numbers. Immutable."""

    def __init__(self, fast: Any, rows: LocalRows, space: str) -> None:
        self._fast = fast
        self._rows = rows
        self._space = space

    def __len__(self) -> int:
        return len(self._rows)

    def nearest(self, queries: Queries, count: int, thread_count: int) -> tuple[LocalRows, Estimates]:
        """Return what `Codes.nearest` returns of these rows."""
        with threads(thread_count):
            estimates, places = self._fast.search(_padded(queries.turned, self._fast.d), min(count, len(self)))
        if self._space != "l2":
            np.subtract(1, estimates, out=estimates)
        return self._rows[places], estimates


def _metric(space: str) -> int:
    library = faiss()
    return int(library.METRIC_L2 if space == "l2" else library.METRIC_INNER_PRODUCT)


def _bits(centre: npt.NDArray[np.float32], space: str) -> Any:
    """Return an index of RaBitQ codes without rows."""
    index = faiss().IndexRaBitQ(len(centre), _metric(space))
    index.qb = _QUERY_BITS
    index.train(centre[None])
    return index


def _products(sample: Matrix, space: str) -> Any:
    """Return an index of product codes without rows, learnt from turned rows."""
    library = faiss()
    sample = _padded(sample)
    dimension = sample.shape[1]
    index = library.IndexPQFastScan(dimension, dimension // _DIMENSIONS_A_QUANTISER, 4, _metric(space))
    index.pq.cp.niter = _ROUNDS_OF_TRAINING
    index.pq.cp.min_points_per_centroid = 1  # few rows are learnt by heart, without a warning
    index.train(sample)
    return index


def _worthwhile(products: Any, centre: npt.NDArray[np.float32], sample: Matrix, space: str) -> bool:
    """Return whether product codes find nearly as many neighbours among the rows of a sample as RaBitQ codes do."""
    library = faiss()
    queries = np.ascontiguousarray(sample[:: max(1, len(sample) // _TRIALS)])
    products, bits = library.clone_index(products), _bits(centre, space)
    products.add(_padded(sample))
    bits.add(sample)
    exact = library.knn(queries, sample, _TRIAL_RESULTS, metric=_metric(space))[1]

    def found(rows: LocalRows) -> int:
        return int(np.count_nonzero((exact[:, :, None] == rows[:, None, :]).any(axis=2)))

    by_products = products.search(_padded(queries), _TRIAL_CANDIDATES)[1]
    return found(by_products) >= _WORTH_THEIR_SPEED * found(bits.search(queries, _TRIAL_CANDIDATES)[1])


def _padded(rows: Matrix, width: int | None = None) -> Matrix:
    """Return rows with zeros behind them up to a width, or to a whole number of quantisers."""
    dimension = rows.shape[1]
    missing = -dimension % _DIMENSIONS_A_QUANTISER if width is None else width - dimension
    return np.pad(rows, ((0, 0), (0, missing))) if missing else rows
