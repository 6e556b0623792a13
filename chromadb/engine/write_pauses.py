"""When writers pause, so that what is done behind them is done between their calls and not in their way."""

from __future__ import annotations

import threading
import time

_SHORTEST_SECONDS = 0.001
"""Long enough for a writer that waits for the lock to take it."""


class WritePauses:
    """The time of the last write, and how to wait for it to be a while ago. Thread-safe."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = time.monotonic()

    def notice(self) -> None:
        """Say that a write begins or ends."""
        self._last = time.monotonic()

    def wait(self, closed: threading.Event, seconds: float, longest: float) -> bool:
        """Wait until nothing has been written for ``seconds``, ``longest`` at most; return whether closed meanwhile."""
        end = time.monotonic() + longest
        closed.wait(_SHORTEST_SECONDS)
        while not closed.is_set():
            left = min(self._last + seconds, end) - time.monotonic()
            if left <= 0:
                return False
            closed.wait(left)
        return True
