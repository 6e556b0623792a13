"""How many processors there are for this process, which may be fewer than the machine has."""

from __future__ import annotations

import os


def usable_processors() -> int:
    """Return on how many processors this process may run at the moment."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
