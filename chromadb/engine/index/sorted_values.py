"""The values of a column in order: which slots hold given ones is then read off, without looking at all slots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

_LARGEST_COUNTED = 1 << 16
"""Ints that span no more values are sorted by counting, eight times as fast as by comparing."""


class SortedValues(Struct, frozen=True):
    """Values of one kind of the first slots of a column, ascending, without NaN, which is in no order.

    covered: how many slots were looked at. values: int64 or float64 (n,). slots: int32 (n,), of each value.
    """

    covered: int
    values: npt.NDArray[Any]
    slots: npt.NDArray[np.int32]

    @classmethod
    def of(cls, covered: int, values: npt.NDArray[Any], slots: npt.NDArray[np.int32]) -> SortedValues:
        """Sort the values, int64 or float64, of some of the ``covered`` slots."""
        if values.dtype == np.float64:
            ordered = ~np.isnan(values)
            values, slots = values[ordered], slots[ordered]
            order = np.argsort(values)
        else:
            order = _order_of_ints(values)
        return cls(covered, values[order], slots[order])

    @property
    def nbytes(self) -> int:
        """How much memory the arrays take, in bytes."""
        return self.values.nbytes + self.slots.nbytes

    def among(self, operands: Sequence[float]) -> list[slice]:
        """Return where the values lie that equal one of the operands, which are of their type."""
        wanted = np.array(operands, dtype=self.values.dtype)
        if len(operands) > 1:
            wanted = np.unique(wanted)
        firsts, lasts = self.values.searchsorted(wanted, "left"), self.values.searchsorted(wanted, "right")
        return [slice(first, last) for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)]


def _order_of_ints(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    if len(values):
        lowest = int(values.min())
        if int(values.max()) - lowest < _LARGEST_COUNTED:
            return np.argsort((values - lowest).astype(np.uint16), kind="stable")
    return np.argsort(values)
