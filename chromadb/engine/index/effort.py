"""How many candidates the codes of a collection's vectors make necessary, learned from query to query."""

from __future__ import annotations

_FIRST_RUNG = 1
_SUCCESSES_BEFORE_LESS, _MOST_BEFORE_LESS = 32, 1024
"""After how many searches that found enough less is tried: at first, and where that has been in vain time and again."""
_MEMORY = (0.95, 0.8)
"""Share of what is known of earlier searches that stays with each further one: on the lowest rung, and above."""
_TOO_MUCH_DOUBT = (0.12, 0.4)
"""On the lowest rung, which saves little, few searches may be in vain."""


class Effort:
    """The rung of a ladder of efforts on which a search begins: where the last ones have mostly not been in vain.

    Noise without any structure is hard to tell apart by codes, and hard for every query; vectors of few latent
    dimensions are easy. Threads may share it: a lost update costs a search some time.
    """

    def __init__(self) -> None:
        self.rung = _FIRST_RUNG
        self._doubt = 0.0
        self._successes = 0
        self._patience = _SUCCESSES_BEFORE_LESS
        self._has_descended = False

    def note(self, rung: int, doubtful: float) -> None:
        """Learn for what share of its queries a search on a rung has not found enough; after a while less is tried."""
        if rung != self.rung:
            return
        memory, too_much = _MEMORY[min(rung, 1)], _TOO_MUCH_DOUBT[min(rung, 1)]
        self._doubt = memory * self._doubt + (1 - memory) * doubtful
        if self._doubt > too_much:
            if self._has_descended:
                self._patience = min(2 * self._patience, _MOST_BEFORE_LESS)
            self._move(rung + 1, descends=False)
        elif rung > 0 and doubtful < too_much:
            self._successes += 1
            if self._successes >= self._patience:
                self._move(rung - 1, descends=True)

    def _move(self, rung: int, *, descends: bool) -> None:
        self.rung, self._doubt, self._successes, self._has_descended = rung, 0.0, 0, descends


class Efforts:
    """An `Effort` for each order of magnitude of how many results are asked for: more are harder to be sure of."""

    def __init__(self) -> None:
        self._by_magnitude: dict[int, Effort] = {}

    def of(self, count: int) -> Effort:
        """Return the effort of searches for so many results."""
        return self._by_magnitude.setdefault((count - 1).bit_length() // 2, Effort())
