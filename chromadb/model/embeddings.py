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

_ALLOWED_DTYPES = tuple(np.dtype(name) for name in ("float16", "float32", "float64", "int32", "int64"))


def normalize_embeddings(target: Any) -> Embeddings | None:
    """Return the vectors as a list of one-dimensional float32 (lists) or original-dtype (NumPy) arrays.

    target: one vector (list of numbers, 1-D array) or several (list of lists, 2-D array, list of 1-D arrays).
    None stays None. Raises ValueError for an empty input and for any other shape.
    """
    if target is None:
        return None
    if isinstance(target, np.ndarray):
        if target.size == 0 and target.ndim == 1:
            raise ValueError(f"Expected Embeddings to be non-empty list or numpy array, got {target}")
        if target.ndim == 1:
            return [target]
        if target.ndim == 2:
            return list(target)
    elif isinstance(target, list):
        if not target:
            raise ValueError(f"Expected Embeddings to be non-empty list or numpy array, got {target}")
        first = target[0]
        if isinstance(first, (int, float)) and not isinstance(first, bool):
            return [_row_of_numbers(target)]
        if isinstance(first, list):
            if not first:
                raise ValueError(
                    "Expected each embedding in the embeddings to hold at least 1 int/float value, "
                    "got an empty list at pos 0"
                )
            if isinstance(first[0], (int, float)) and not isinstance(first[0], bool):
                return [_row_of_numbers(row) for row in target]
        if isinstance(first, np.ndarray):
            return list(target)
    raise ValueError(
        "Expected embeddings to be a list of floats or ints, a list of lists, a numpy array, or a list of "
        f"numpy arrays, got {target}"
    )


def _row_of_numbers(row: Any) -> Embedding:
    try:
        array = np.asarray(row, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "Expected embeddings to be a list of floats or ints, a list of lists, a numpy array, or a list of "
            f"numpy arrays, got {row}"
        ) from error
    if array.ndim != 1:
        raise ValueError(f"Expected a 1-dimensional array, got a {array.ndim}-dimensional array {array}")
    return array


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
            raise ValueError(
                f"Expected a 1-dimensional array, got a {embedding.ndim}-dimensional array {embedding}"
            )
        if embedding.size == 0:
            raise ValueError(
                "Expected each embedding in the embeddings to be a 1-dimensional numpy array with at least 1 "
                f"int/float value. Got a 1-dimensional numpy array with no values at pos {position}"
            )
        if embedding.dtype not in _ALLOWED_DTYPES:
            raise ValueError(
                "Expected each value in the embedding to be a int or float, got an embedding with "
                f"{embedding.dtype} - {embedding}"
            )
    return list(embeddings)
