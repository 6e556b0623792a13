"""Processes killed at random moments, and logs torn at random places: what was acknowledged is there, whole."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chromadb.api.shared_system_client import SharedSystemClient

from . import writer


def kill_while_writing(directory: Path, seed: int) -> int:
    """Let a writer work for a random number of calls, kill it, and return how many it acknowledged."""
    process = subprocess.Popen(
        [sys.executable, writer.__file__, str(directory), str(seed)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    acknowledged = 0
    for _ in range(random.Random(seed).randint(1, 60)):
        acknowledged = int(process.stdout.readline())
    process.kill()
    # What it wrote to the pipe before it died counts, too.
    for line in process.stdout:
        acknowledged = int(line)
    process.stdout.close()
    process.wait()
    return acknowledged


@pytest.mark.parametrize("seed", range(6))
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, seed: int) -> None:
    acknowledged = kill_while_writing(tmp_path, seed)
    after_reopening = writer.stored(str(tmp_path))
    # The call in progress may have been committed before the process could say so.
    assert after_reopening in (writer.history(seed, acknowledged), writer.history(seed, acknowledged + 1))


def test_a_torn_log_leaves_a_prefix_of_the_calls(tmp_path: Path) -> None:
    seed = 99
    original = tmp_path / "original"
    acknowledged = kill_while_writing(original, seed)
    wal = original / "chroma.sqlite3-wal"
    size = wal.stat().st_size
    prefixes = [writer.history(seed, calls) for calls in range(acknowledged + 2)]
    for cut in random.Random(seed).sample(range(size), 8):
        torn = tmp_path / f"torn-{cut}"
        shutil.copytree(original, torn)
        with (torn / wal.name).open("r+b") as file:
            file.truncate(cut)
        (torn / "chroma.sqlite3-shm").unlink(missing_ok=True)
        assert writer.stored(str(torn)) in prefixes
        SharedSystemClient.clear_system_cache()
