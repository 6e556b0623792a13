"""The sparse vectors under one metadata key, slot by slot, as inverted lists that grow at the end.

Slots lie in parts: those of sealed segments as their files have them, then what readers added since. Small neighbours
are joined as more come, so that there are few parts and each posting is moved a few times at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chromadb.engine.index.postings import Postings, joined
from chromadb.engine.index.vectors import Slots

_LARGEST_JOINED = 131_072


class SparseColumn:
    """The sparse vectors of one metadata key.

    parts: first slot and inverted lists of each part, one behind the other. It is replaced, never changed, so that a
    reader that has taken it needs no lock.
    """

    def __init__(self, parts: Sequence[tuple[int, Postings]] = (), sealed: int = 0) -> None:
        self.parts: tuple[tuple[int, Postings], ...] = tuple(parts)
        self._sealed = sealed

    def __len__(self) -> int:
        if not self.parts:
            return 0
        start, postings = self.parts[-1]
        return start + postings.count

    @property
    def nbytes(self) -> int:
        """How much memory of its own it takes, in bytes; lists mapped from files are left out."""
        return sum(postings.nbytes for _, postings in self.parts[self._sealed :])

    @classmethod
    def mapped(cls, postings: Postings) -> SparseColumn:
        """Return the column of one segment, whose lists lie in a file."""
        return cls([(0, postings)], sealed=1)

    def append(self, values: Sequence[Any]) -> None:
        """Add the vectors of the next slots as stored JSON has them; whatever else a slot has is none."""
        self._add(Postings.of_vectors(values))

    def taken(self, slots: Slots) -> SparseColumn:
        """Return a column of some slots, numbered anew in the order given."""
        row_of = np.full(len(self), -1, dtype=np.int32)
        row_of[slots] = np.arange(len(slots), dtype=np.int32)
        parts = [(postings, row_of[start : start + postings.count]) for start, postings in self.parts]
        return SparseColumn([(0, joined(parts, len(slots)))])

    def extend(self, other: SparseColumn, positions: Slots, count: int) -> None:
        """Add ``count`` slots: at the positions, ascending, what another column holds, and nothing at the others."""
        if len(positions) == count and other._sealed == len(other.parts) and self._sealed == len(self.parts):
            first = len(self)
            self.parts += tuple((first + start, postings) for start, postings in other.parts)
            self._sealed = len(self.parts)
            return
        rows = positions.astype(np.int32)
        parts = [(postings, rows[start : start + postings.count]) for start, postings in other.parts]
        self._add(joined(parts, count))

    def whole(self) -> Postings:
        """Return all as one part."""
        if len(self.parts) == 1:
            return self.parts[0][1]
        return self.taken(np.arange(len(self))).parts[0][1]

    def _add(self, postings: Postings) -> None:
        """Put lists behind the last, joined with those before that are no larger."""
        parts = list(self.parts)
        first = len(self)
        while len(parts) > self._sealed:
            start, before = parts[-1]
            together = before.count + postings.count
            if before.count > postings.count or together > _LARGEST_JOINED:
                break
            rows = np.arange(together, dtype=np.int32)
            postings = joined([(before, rows[: before.count]), (postings, rows[before.count :])], together)
            first = start
            parts.pop()
        self.parts = (*parts, (first, postings))
