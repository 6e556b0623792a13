"""What a query did: its stages, how many rows each looked at and how long it took."""

from __future__ import annotations

import time

from chromadb.model.explanation import Explanation, Stage


class Trace:
    """Notes of one query's stages, in the order in which they ended."""

    def __init__(self) -> None:
        self._stages: list[Stage] = []
        self._matches = self._slots = self._widened = 0

    def stage(self, name: str, rows: int) -> _Block:
        """Return a block; when it ends, what it did is noted, with the number of rows that it looked at."""
        return _Block(self._stages, name, rows)

    def note_matches(self, matches: int, slots: int) -> None:
        """Note how many slots are selected, of how many."""
        self._matches, self._slots = matches, slots

    def note_widening(self, queries: int) -> None:
        """Note that the estimates of some queries asked for more candidates."""
        self._widened += queries

    def explanation(self) -> Explanation:
        """Return what was noted."""
        return Explanation(self._matches, self._slots, self._widened, tuple(self._stages))


class _Block:
    """One stage in progress. Not a generator, which costs each query some microseconds."""

    __slots__ = ("_name", "_rows", "_stages", "_start")

    def __init__(self, stages: list[Stage], name: str, rows: int) -> None:
        self._stages, self._name, self._rows = stages, name, rows

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self._stages.append(Stage(self._name, self._rows, (time.perf_counter() - self._start) * 1000))
