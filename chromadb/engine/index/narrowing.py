"""Codes of what a filter selects, taken out of the codes of all slots, for filters that are used time and again.

Fast codes lie in blocks of many rows, so that a scan for a few of them reads all, and plain codes are slow to compare.
Taken out, selected fast codes are scanned as fast as if no others were there. That costs as much as some searches
without them: a filter has to be used as often before (the ski rental problem; Karlin et al., Algorithmica 1988).
"""

from __future__ import annotations

from threading import Lock

from msgspec import Struct

from chromadb.engine.index.codes import Codes, NarrowCodes
from chromadb.engine.index.columns import Mask

_TAKEN_OUT_A_BYTE = 2
"""Nanoseconds that taking codes out costs, for each byte of all that they are among."""
_LARGEST_SHARE = 0.5
"""Of all rows: of more, a scan of all is about as fast."""
_MASKS_KNOWN = 32


class _Use(Struct):
    """What is known of a mask's rows of a part. The mask is held, so that its identity stays its own."""

    mask: Mask
    spent: float = 0
    taken: NarrowCodes | None = None


class Narrowing:
    """The codes that were taken out for the masks of one snapshot. Any number of threads may ask.

    limit: of how many rows codes are held at most, those of the masks used last.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._uses: dict[tuple[int, int], _Use] = {}
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        """How many bytes the codes take that are held."""
        return sum(use.taken.nbytes for use in list(self._uses.values()) if use.taken is not None)

    def codes(
        self, mask: Mask, start: int, codes: Codes, allowed: Mask, matches: int, saved: float
    ) -> NarrowCodes | None:
        """Return the codes of the allowed rows of a part, None as long as taking them out was not worth it.

        mask: over all slots, written to by nobody. start: the part's first slot. codes, allowed: of the part; matches:
        how many rows are allowed. saved: nanoseconds that a search takes which has to do without.
        """
        if matches > len(codes) * _LARGEST_SHARE or not self._lock.acquire(blocking=False):
            return None
        try:
            use = self._used(mask, start)
            if use.taken is None:
                use.spent += saved
                if use.spent >= len(codes) * codes.scanned_bytes * _TAKEN_OUT_A_BYTE:
                    use.taken = codes.narrowed(allowed)
                self._forget()
            return use.taken
        finally:
            self._lock.release()

    def _used(self, mask: Mask, start: int) -> _Use:
        """Return the use of a mask, from now on the last one."""
        key = id(mask), start
        use = self._uses.pop(key, None) or _Use(mask)
        self._uses[key] = use
        return use

    def _forget(self) -> None:
        """Let go of the masks used least recently, until those that are left hold no more than they may."""
        held = sum(len(use.taken) for use in self._uses.values() if use.taken is not None)
        for key in list(self._uses):
            if held <= self._limit and len(self._uses) <= _MASKS_KNOWN:
                return
            taken = self._uses.pop(key).taken
            held -= 0 if taken is None else len(taken)
