"""Memory that was freed goes back to the system: the C library keeps what many small pieces of work left behind."""

from __future__ import annotations

import ctypes
import sys


def return_freed_memory() -> None:
    """Give back what this process has freed; costs milliseconds, so after work that took much. Only glibc needs it."""
    if sys.platform == "linux":
        malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if malloc_trim is not None:
            malloc_trim(0)
