"""One-dimensional arrays that grow at the end; what was appended never changes, so that readers need no lock."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Scalar = TypeVar("Scalar", bound=np.generic)

_FIRST_CAPACITY = 64


class Growable(Generic[Scalar]):
    """An array of one dtype with room behind its last element."""

    def __init__(self, dtype: type[Scalar]) -> None:
        self._buffer: npt.NDArray[Scalar] = np.empty(_FIRST_CAPACITY, dtype=dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def nbytes(self) -> int:
        """How much memory it takes, in bytes."""
        return self._buffer.nbytes

    @property
    def values(self) -> npt.NDArray[Scalar]:
        """The elements so far, without copying them; not affected by later appends."""
        return self._buffer[: self._size]

    def append(self, values: npt.NDArray[Scalar]) -> None:
        """Add elements behind the last; amortised constant time an element."""
        needed = self._size + len(values)
        if needed > len(self._buffer):
            buffer = np.empty(max(needed, 2 * len(self._buffer)), dtype=self._buffer.dtype)
            buffer[: self._size] = self._buffer[: self._size]
            self._buffer = buffer
        self._buffer[self._size : needed] = values
        self._size = needed
