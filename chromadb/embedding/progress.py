"""How far a long embedding run has come, on a terminal."""

from __future__ import annotations

import sys


def show_progress(done: int, total: int) -> None:
    """Write the number of texts embedded over the last such line; does nothing unless standard error is a terminal."""
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        sys.stderr.write(f"\rEmbedded {done:,} of {total:,} texts{end}")
        sys.stderr.flush()
