"""Vectors as codes and graphs compare them."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.rotation import turned
from chromadb.model.embeddings import Matrix

LocalRows = npt.NDArray[np.int64]
"""Rows of a part of the collection, numbered from 0; -1: none."""
Estimates = npt.NDArray[np.float32]
"""What their distances are estimated to be."""

_SMALLEST_SQUARE, _LARGEST_SQUARE = 1e-30, 1e30
"""Between these, sums of squares in binary32 have all their digits."""


def comparable(rows: Matrix, space: str) -> Matrix:
    """Return the rows as codes and graphs compare them: of length 1 for ``cosine`` (zero stays zero)."""
    if space != "cosine":
        return rows
    if len(rows) == 1:
        # A query by itself waits for each array operation longer than for what it does.
        square = float(np.vdot(rows, rows))
        if _SMALLEST_SQUARE < square < _LARGEST_SQUARE:
            return rows * np.float32(1 / math.sqrt(square))
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
