"""Dense vectors as callers give them: every accepted shape becomes float32 arrays of one row each."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Embedding: TypeAlias = npt.NDArray[np.float32]
Embeddings: TypeAlias = list[Embedding]
PyEmbedding: TypeAlias = list[float]
PyEmbeddings: TypeAlias = list[PyEmbedding]
Matrix: TypeAlias = npt.NDArray[np.float32]
"""float32 of shape (records, dimension), C-contiguous."""


def normalize_embeddings(target: Any) -> Embeddings | None:
    """Return the vectors as a list of one-dimensional arrays: float32 for lists, the given dtype for arrays.

    target: one vector (sequence of numbers, 1-D array) or several (sequence of sequences, 2-D array, sequence of 1-D
    arrays). None stays None. Raises ValueError for an empty input and for any other shape.
    """
    if target is None:
        return None
    if (isinstance(target, (list, tuple)) and not target) or (isinstance(target, np.ndarray) and target.shape == (0,)):
        raise ValueError(f"Expected Embeddings to be non-empty list or numpy array, got {target}")
    if isinstance(target, np.ndarray):
        if target.ndim == 1:
            return [target]
        if target.ndim == 2:
            return list(target)
    elif isinstance(target, (list, tuple)):
        first = target[0]
        if _is_number(first):
            return [_row_of_numbers(target)]
        if isinstance(first, np.ndarray):
            return list(target)
        if isinstance(first, (list, tuple)):
            if not first:
                raise ValueError(
                    "Expected each embedding in the embeddings to hold at least 1 int/float value, "
                    "got an empty list at pos 0"
                )
            if _is_number(first[0]):
                return _rows_of_numbers(target)
    raise _unknown_shape(target)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _rows_of_numbers(rows: Any) -> Embeddings:
    try:
        with np.errstate(over="ignore"):
            matrix = np.asarray(rows, dtype=np.float32)
    except (TypeError, ValueError, OverflowError):
        # Of different lengths, or something in them is no number: each row by itself says what.
        return [_row_of_numbers(row) for row in rows]
    return list(matrix) if matrix.ndim == 2 else [_row_of_numbers(row) for row in rows]


def _row_of_numbers(row: Any) -> Embedding:
    try:
        # A number too large for binary32 becomes infinite here, and is refused with the other values that are.
        with np.errstate(over="ignore"):
            array = np.asarray(row, dtype=np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise _unknown_shape(row) from error
    if array.ndim != 1:
        raise ValueError(f"Expected a 1-dimensional array, got a {array.ndim}-dimensional array {array}")
    return array


def _unknown_shape(target: object) -> ValueError:
    return ValueError(
        "Expected embeddings to be a list of floats or ints, a list of lists, a numpy array, or a list of "
        f"numpy arrays, got {target}"
    )


def validate_embeddings(embeddings: Any) -> Embeddings:
    """Return the normalised vectors when each is a non-empty 1-D array of numbers; raises ValueError otherwise."""
    if not isinstance(embeddings, (list, np.ndarray)):
        raise ValueError(f"Expected embeddings to be a list, got {type(embeddings).__name__}")
    if len(embeddings) == 0:
        raise ValueError(f"Expected embeddings to be a list with at least one item, got {len(embeddings)} embeddings")
    for position, embedding in enumerate(embeddings):
        if not isinstance(embedding, np.ndarray):
            raise ValueError(
                "Expected each embedding in the embeddings to be a numpy array, got "
                f"{list({type(item).__name__ for item in embeddings})}"
            )
        if embedding.ndim != 1:
            raise ValueError(f"Expected a 1-dimensional array, got a {embedding.ndim}-dimensional array {embedding}")
        if embedding.size == 0:
            raise ValueError(
                "Expected each embedding in the embeddings to be a 1-dimensional numpy array with at least 1 "
                f"int/float value. Got a 1-dimensional numpy array with no values at pos {position}"
            )
        if embedding.dtype.kind not in "fiu":
            raise ValueError(
                "Expected each value in the embedding to be a int or float, got an embedding with "
                f"{embedding.dtype} - {embedding}"
            )
    return list(embeddings)
