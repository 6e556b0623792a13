"""What a process has freed goes back to the system."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from chromadb.freed_memory import return_freed_memory


def _resident() -> int:
    status = Path("/proc/self/smaps_rollup").read_text()
    return int(re.findall(r"^Rss:\s+(\d+)", status, re.MULTILINE)[0]) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the C library gives back what is freed by itself")
def test_freed_blocks_between_used_ones_go_back_to_the_system() -> None:
    blocks = [bytearray(64_000) for _ in range(2_000)]
    kept = blocks[::50]
    del blocks
    before = _resident()
    return_freed_memory()

    assert _resident() < before - 80_000_000
    assert len(kept) == 40
