"""Processes killed at random moments, and logs torn at random places: what was acknowledged is there, whole."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest

import chromadb
from chromadb.api.shared_system_client import SharedSystemClient

from . import history, processes


def kill_while_writing(directory: Path, seed: int) -> int:
    """Let a writer work for a random number of calls, kill it, and return how many it acknowledged."""
    process = processes.start("writer", directory, seed, 0)
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


ROUNDS = 10
SERIES = 20 if processes.THOROUGH else 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 100 + SERIES))
def test_a_directory_whose_processes_are_killed_again_and_again_is_in_order(tmp_path: Path, seed: int) -> None:
    """While they write, seal, merge and trim; in every other round beside a process that reads."""
    chance = random.Random(seed)
    calls = 0
    for number in range(ROUNDS):
        process = processes.start("writer", tmp_path, seed, calls, "compacting")
        assert process.stdout is not None
        acknowledged = int(process.stdout.readline())
        beside = chromadb.PersistentClient(tmp_path) if number % 2 else None
        for _ in range(chance.randint(0, 25)):
            acknowledged = int(process.stdout.readline())
        time.sleep(chance.uniform(0, 0.03))
        acknowledged = processes.kill(process, acknowledged)
        if beside is not None:
            found = history.stored(beside)
            history.check_answers(beside, found)
            history.check_order(beside)
            beside.close()
        with chromadb.PersistentClient(tmp_path) as client:
            assert beside is None or history.stored(client) == found
            found = history.stored(client)
            possible = [history.records_after(seed, acknowledged + more) for more in (0, 1)]
            assert found in possible
            calls = acknowledged + possible.index(found)
            history.check_answers(client, found)
            history.check_order(client)
    with chromadb.PersistentClient(tmp_path) as client:
        client.compact()
        history.check_answers(client, history.records_after(seed, calls))
        report = client.check()
        assert report.ok
        # Nothing is left of what the killed were making.
        assert len(list(tmp_path.glob("*/*/vectors"))) == report.segments > 0
        assert list(tmp_path.glob("*/*.writing")) == []


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
