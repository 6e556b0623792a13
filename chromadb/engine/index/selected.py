"""Which live slots of a snapshot somebody selects, as a mask or as the slots themselves."""

from __future__ import annotations

import numpy as np

from chromadb.engine.index.columns import Mask
from chromadb.engine.index.vectors import Slots


class Selected:
    """Some slots, given in one form; the other is made when it is first asked for.

    So a filter that selects a few of very many slots never touches all of them. Immutable, as are its arrays.
    """

    __slots__ = ("_mask", "_size", "_slots", "count")

    count: int
    """How many slots are selected."""

    def __init__(self, size: int, mask: Mask | None, slots: Slots | None, count: int) -> None:
        self._size = size
        self._mask = mask
        self._slots = slots
        self.count = count

    @classmethod
    def of_mask(cls, mask: Mask) -> Selected:
        """Return the slots at which a mask over all of them is true."""
        return cls(len(mask), mask, None, int(np.count_nonzero(mask)))

    @classmethod
    def of_slots(cls, slots: Slots, size: int) -> Selected:
        """Return slots, given in ascending order. size: how many there are in all."""
        return cls(size, None, slots, len(slots))

    @property
    def mask(self) -> Mask:
        """Which slots are selected, shape (size,)."""
        if self._mask is None:
            mask = np.zeros(self._size, dtype=np.bool_)
            mask[self._slots] = True
            self._mask = mask
        return self._mask

    @property
    def slots(self) -> Slots:
        """The slots, ascending."""
        if self._slots is None:
            self._slots = np.flatnonzero(self.mask)
        return self._slots

    def among(self, slots: Slots) -> Selected:
        """Return those of some slots, given in ascending order, that are selected."""
        return Selected.of_slots(slots[self.mask[slots]], self._size)
