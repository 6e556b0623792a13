"""How many candidates the codes of a collection's vectors make necessary, learned from query to query."""

from __future__ import annotations

_SUCCESSES_BEFORE_LESS = 32


class Effort:
    """The rung of a ladder of efforts on which a search begins: where the last ones have not been in vain.

    Noise without any structure is hard to tell apart by codes, and hard for every query. Threads may share it: a lost
    update costs a search some time.
    """

    def __init__(self) -> None:
        self.rung = 0
        self._successes = 0

    def note(self, rung: int, *, sure: bool) -> None:
        """Learn whether a search on a rung has found enough; after many that did, less is tried again."""
        if not sure:
            self.rung, self._successes = rung + 1, 0
            return
        self._successes += 1
        if rung == self.rung > 0 and self._successes >= _SUCCESSES_BEFORE_LESS:
            self.rung, self._successes = rung - 1, 0
