"""Making sparse vectors from pairs in any order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chromadb.model.sparse import SparseVector


def normalize_sparse_vector(
    indices: Sequence[int] | npt.NDArray[Any],
    values: Sequence[float] | npt.NDArray[Any],
    labels: Sequence[str] | None = None,
) -> SparseVector:
    """Return the sparse vector of these pairs, sorted by index; an empty vector has no labels.

    Raises ValueError when the lengths differ, when an index occurs twice, and for what SparseVector refuses.
    """
    if len(indices) != len(values):
        raise ValueError(f"Expected one value for each index, got {len(indices)} indices and {len(values)} values")
    if labels is not None and len(labels) != len(indices):
        raise ValueError(f"Expected one label for each index, got {len(indices)} indices and {len(labels)} labels")
    index_list, value_list = _as_list(indices), _as_list(values)
    order = sorted(range(len(index_list)), key=index_list.__getitem__)
    return SparseVector(
        indices=[index_list[position] for position in order],
        values=[value_list[position] for position in order],
        labels=[labels[position] for position in order] if labels else None,
    )


def _as_list(numbers: Sequence[Any] | npt.NDArray[Any]) -> list[Any]:
    return list(numbers.tolist() if isinstance(numbers, np.ndarray) else numbers)
