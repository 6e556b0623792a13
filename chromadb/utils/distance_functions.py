"""The distances of the three spaces, between two vectors; for checking results, not for searching."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[Any]
"""One-dimensional, of numbers; both arguments have the same length."""


def l2(x: Vector, y: Vector) -> float:
    """Return the squared Euclidean distance."""
    return float(np.linalg.norm(x - y) ** 2)


def cosine(x: Vector, y: Vector) -> float:
    """Return one minus the cosine of the angle; 1.0 when either vector is all zeros."""
    # The usual 1e-30 is zero in half precision.
    nonzero = 1e-7 if np.float16 in (x.dtype, y.dtype) else 1e-30
    return float(1.0 - np.dot(x, y) / (np.linalg.norm(x) * np.linalg.norm(y) + nonzero))


def ip(x: Vector, y: Vector) -> float:
    """Return one minus the inner product."""
    return float(1.0 - np.dot(x, y))
