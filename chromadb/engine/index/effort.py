"""How many candidates the codes of a collection's vectors make necessary, learned from query to query."""

from __future__ import annotations

_SUCCESSES_BEFORE_LESS = 32
_MEMORY = 0.8
"""Share of what is known of earlier searches that stays, with each further one."""
_TOO_MUCH_DOUBT = 0.4


class Effort:
    """The rung of a ladder of efforts on which a search begins: where the last ones have mostly not been in vain.

    Noise without any structure is hard to tell apart by codes, and hard for every query. Threads may share it: a lost
    update costs a search some time.
    """

    def __init__(self) -> None:
        self.rung = 0
        self._doubt = 0.0
        self._successes = 0

    def note(self, rung: int, doubtful: float) -> None:
        """Learn for what share of its queries a search on a rung has not found enough; after a while less is tried."""
        if rung != self.rung:
            return
        self._doubt = _MEMORY * self._doubt + (1 - _MEMORY) * doubtful
        if self._doubt > _TOO_MUCH_DOUBT:
            self._move(rung + 1)
        elif rung > 0 and doubtful < _TOO_MUCH_DOUBT:
            self._successes += 1
            if self._successes >= _SUCCESSES_BEFORE_LESS:
                self._move(rung - 1)

    def _move(self, rung: int) -> None:
        self.rung, self._doubt, self._successes = rung, 0.0, 0


class Efforts:
    """An `Effort` for each order of magnitude of how many results are asked for: more are harder to be sure of."""

    def __init__(self) -> None:
        self._by_magnitude: dict[int, Effort] = {}

    def of(self, count: int) -> Effort:
        """Return the effort of searches for so many results."""
        return self._by_magnitude.setdefault((count - 1).bit_length() // 2, Effort())
