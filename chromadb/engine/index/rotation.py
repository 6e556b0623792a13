"""A rotation that spreads what a few dominant dimensions hold over all, so that each bit of a code says as much."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from chromadb.engine.index.kernels import faiss, matrix_product
from chromadb.model.embeddings import Matrix

_ROTATION_ROUNDS = 3
_LARGEST_CACHED_ROTATION = 512
"""Dimensions up to which a core's own cache holds the whole matrix; beyond, its steps are less work for one row."""


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
