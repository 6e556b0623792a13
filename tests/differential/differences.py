"""Where our answer is meant to be another one than that of Chroma 1.5.9, and why.

Keys are "area/case". A list of ids that only gains or loses some is written as `gains` or `loses`; anything
else is the whole outcome. A test checks each exactly, and fails when an entry is no difference any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .cases.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that differs.

    expected: our outcome, or what makes it from the recorded one.
    """

    expected: Outcome | Callable[[Outcome], Outcome]
    reason: str

    def outcome(self, recorded: Outcome) -> Outcome:
        """Return the outcome that ours must be."""
        return self.expected(recorded) if callable(self.expected) else self.expected


def gains(*ids: str) -> Callable[[Outcome], Outcome]:
    """Return the recorded ids and these, in the order of the collection."""
    return lambda recorded: {"answer": [*recorded["answer"], *ids]}


def loses(*ids: str) -> Callable[[Outcome], Outcome]:
    """Return the recorded ids without these."""
    return lambda recorded: {"answer": [id_ for id_ in recorded["answer"] if id_ not in ids]}


DIFFERENCES: dict[str, Difference] = {}
