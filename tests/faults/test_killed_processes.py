"""Processes killed at random moments, and logs torn at random places: what was acknowledged is there, whole."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from chromadb.api.shared_system_client import SharedSystemClient

from . import history, processes


def kill_while_writing(directory: Path, seed: int) -> int:
    """Let a writer work for a random number of calls, kill it, and return how many it acknowledged."""
    process = processes.start("writer", directory, seed)
    assert process.stdout is not None
    acknowledged = 0
    for _ in range(random.Random(seed).randint(1, 60)):
        acknowledged = int(process.stdout.readline())
    return processes.kill(process, acknowledged)


@pytest.mark.parametrize("seed", range(6))
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, seed: int) -> None:
    acknowledged = kill_while_writing(tmp_path, seed)
    after_reopening = history.stored_in(str(tmp_path))
    # The call in progress may have been committed before the process could say so.
    assert after_reopening in (
        history.records_after(seed, acknowledged), history.records_after(seed, acknowledged + 1),
    )  # fmt: skip


def test_a_torn_log_leaves_a_prefix_of_the_calls(tmp_path: Path) -> None:
    seed = 99
    original = tmp_path / "original"
    acknowledged = kill_while_writing(original, seed)
    wal = original / "chroma.sqlite3-wal"
    size = wal.stat().st_size
    prefixes = [history.records_after(seed, calls) for calls in range(acknowledged + 2)]
    for cut in random.Random(seed).sample(range(size), 8):
        torn = tmp_path / f"torn-{cut}"
        shutil.copytree(original, torn)
        with (torn / wal.name).open("r+b") as file:
            file.truncate(cut)
        (torn / "chroma.sqlite3-shm").unlink(missing_ok=True)
        assert history.stored_in(str(torn)) in prefixes
        SharedSystemClient.clear_system_cache()
