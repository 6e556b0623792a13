"""What a query did: its stages, how many rows each looked at and how long it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from chromadb.model.explanation import Explanation, Stage


class Trace:
    """Notes of one query's stages, in the order in which they ended."""

    def __init__(self) -> None:
        self._stages: list[Stage] = []
        self._matches = self._slots = self._widened = 0

    @contextmanager
    def stage(self, name: str, rows: int) -> Iterator[None]:
        """Note what the block does, with the number of rows that it looks at."""
        start = time.perf_counter()
        yield
        self._stages.append(Stage(name, rows, (time.perf_counter() - start) * 1000))

    def note_matches(self, matches: int, slots: int) -> None:
        """Note how many slots are selected, of how many."""
        self._matches, self._slots = matches, slots

    def note_widening(self, queries: int) -> None:
        """Note that the estimates of some queries asked for more candidates."""
        self._widened += queries

    def explanation(self) -> Explanation:
        """Return what was noted."""
        return Explanation(self._matches, self._slots, self._widened, tuple(self._stages))
