"""The bare kernel: a scan of small codes with FAISS, exact rescoring of the best, nothing else, one thread.

Of all codes tried here these were fastest at the recall asked for: product quantisers of four dimensions and four bits
for scans of all rows, RaBitQ for those of some.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.engine.vectors import Matrix

faiss: Any = importlib.import_module("faiss")  # whose own types do not describe what its methods take

RESCORED = 240
_RESULTS = 10
_QUERY_BITS = 8
_BLOCK = 20_000
_DIMENSIONS_A_QUANTISER, _BITS_A_QUANTISER = 4, 4
_LEARNT_FROM = 4_096
_FILES = ("codes.plain", "codes.fast")
_ROTATION_FILE = "rotation.npy"


class Kernel:
    """The codes of all vectors, and the vectors. space: l2, cosine or ip."""

    def __init__(self, vectors: Matrix, space: str, folder: Path | None = None) -> None:
        """Encode the vectors, or read the codes that write() left in the folder."""
        self._vectors = np.asarray(vectors)
        self._space = space
        dimension = self._vectors.shape[1]
        if folder is not None:
            self._plain, self._fast = (faiss.read_index(str(folder / name)) for name in _FILES)
            self._rotation: Matrix = np.load(folder / _ROTATION_FILE)
            return
        drawn = np.random.default_rng(0).normal(size=(dimension, dimension))
        self._rotation = np.linalg.qr(drawn)[0].astype(np.float32)
        metric = faiss.METRIC_L2 if space == "l2" else faiss.METRIC_INNER_PRODUCT
        self._plain = faiss.IndexRaBitQ(dimension, metric)
        self._plain.qb = _QUERY_BITS
        self._fast = faiss.IndexPQFastScan(dimension, dimension // _DIMENSIONS_A_QUANTISER, _BITS_A_QUANTISER, metric)
        self._plain.train(self._turned(self._vectors[:_BLOCK]))
        self._fast.train(self._turned(self._vectors[:: max(1, len(self._vectors) // _LEARNT_FROM)]))
        for start in range(0, len(self._vectors), _BLOCK):
            rows = self._turned(self._vectors[start : start + _BLOCK])
            self._plain.add(rows)
            self._fast.add(rows)

    def write(self, folder: Path) -> None:
        """Write the codes and what they were rotated by."""
        for index, name in zip((self._plain, self._fast), _FILES, strict=True):
            faiss.write_index(index, str(folder / name))
        np.save(folder / _ROTATION_FILE, self._rotation)

    def query(self, vector: Matrix) -> list[int]:
        """Return the rows of the 10 nearest of all; vector has shape (dimension,)."""
        return self._rescored(vector, self._fast.search(self._turned(vector[None, :]), RESCORED)[1][0])

    def query_masked(self, vector: Matrix, allowed: npt.NDArray[np.bool_]) -> list[int]:
        """Return the rows of the 10 nearest among those allowed."""
        bits = np.packbits(allowed, bitorder="little")
        parameters = faiss.RaBitQSearchParameters(sel=faiss.IDSelectorBitmap(bits))
        parameters.qb = _QUERY_BITS
        found = self._plain.search(self._turned(vector[None, :]), RESCORED, params=parameters)
        return self._rescored(vector, found[1][0])

    def _turned(self, rows: Matrix) -> Matrix:
        if self._space == "cosine":
            rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows @ self._rotation)

    def _rescored(self, vector: Matrix, rows: npt.NDArray[np.int64]) -> list[int]:
        rows = rows[rows >= 0]
        chosen = self._vectors[rows]
        if self._space == "l2":
            distances = ((chosen - vector) ** 2).sum(axis=1)
        else:
            distances = -(chosen @ vector)
            if self._space == "cosine":
                distances /= np.sqrt(np.einsum("ij,ij->i", chosen, chosen))
        return [int(row) for row in rows[np.argsort(distances, kind="stable")[:_RESULTS]]]


@contextmanager
def one_thread() -> Iterator[None]:
    """Let FAISS use one thread for the calls inside the block."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
