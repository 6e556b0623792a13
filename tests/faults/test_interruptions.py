"""Processes that fork, are interrupted, die while opening or beside others: nothing half done."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import chromadb
from chromadb.errors import StorageError

from . import history, processes
from .processes import run

_FORKS = """
import os, sys
import chromadb

client = chromadb.PersistentClient(sys.argv[1])
collection = client.create_collection("records", embedding_function=None)
collection.add(ids=["before"], embeddings=[[1, 2]])
collection.query(query_embeddings=[[1, 2]])
children = []
for number in range(3):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            client.close()  # what the parent opened is not the child's to close
            with chromadb.PersistentClient(sys.argv[1]) as mine:
                own = mine.get_collection("records")
                for row in range(20):
                    own.add(ids=[f"{number}-{row}"], embeddings=[[number, row]])
                    assert own.query(query_embeddings=[[number, row]], n_results=1)["distances"] == [[0.0]]
            status = 0
        finally:
            os._exit(status)
    children.append(child)
for row in range(20):
    collection.add(ids=[f"parent-{row}"], embeddings=[[9, row]])
assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
assert collection.count() == 81
client.close()
"""


def test_forked_processes_open_the_directory_for_themselves(tmp_path: Path) -> None:
    finished = run(_FORKS, str(tmp_path))

    assert finished.returncode == 0, finished.stderr
    with chromadb.PersistentClient(tmp_path) as client:
        expected = {"before", *(f"{who}-{row}" for who in (0, 1, 2, "parent") for row in range(20))}
        assert set(client.get_collection("records").get()["ids"]) == expected


class InterruptError(Exception):
    """Raised by the signal handler below."""


class Alarm:
    """Raises InterruptError once in the main thread, some time after it was set, unless it is turned off before."""

    def __init__(self) -> None:
        self._armed = False

    def __call__(self, *_: object) -> None:
        # Python may call a handler after the timer was turned off, for a signal that came before.
        if self._armed:
            self._armed = False
            raise InterruptError

    def set(self, seconds: float) -> None:
        self._armed = True
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def off(self) -> None:
        self._armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    """Give an alarm that SIGALRM sets off."""
    made = Alarm()
    previous = signal.signal(signal.SIGALRM, made)
    yield made
    made.off()
    signal.signal(signal.SIGALRM, previous)


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="signals reach the main thread")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("in_memory", [False, True])
def test_an_interrupted_call_is_done_or_not_done_and_the_client_goes_on(
    tmp_path: Path, in_memory: bool, alarm: Alarm, no_open_databases: None
) -> None:
    """As when someone presses Ctrl-C in a notebook: a signal handler raises anywhere in the call."""
    chance = random.Random(3)
    with chromadb.EphemeralClient() if in_memory else chromadb.PersistentClient(tmp_path) as client:
        interrupted = 0
        for number in range(6):
            collection = client.create_collection(f"records-{number}", embedding_function=None)
            for call in range(50):
                ids = [f"{call}-{row}" for row in range(chance.choice([1, 3, 60]))]
                try:
                    try:
                        alarm.set(chance.uniform(0.0001, 0.004))
                        collection.add(ids=ids, embeddings=[[1, 2]] * len(ids), metadatas=[{"n": call}] * len(ids))
                        collection.query(query_embeddings=[[1, 2]], where={"n": {"$gte": 0}})
                        collection.upsert(ids=ids, embeddings=[[1, 3]] * len(ids))
                    finally:
                        alarm.off()
                except InterruptError:
                    interrupted += 1
                assert len(collection.get(ids=ids)["ids"]) in (0, len(ids))
                everything = set(collection.get(include=[])["ids"])
                assert set(collection.query(query_embeddings=[[1, 2]], n_results=10**6)["ids"][0]) == everything
                with_key = collection.get(where={"n": call}, include=["embeddings"])
                assert with_key["ids"] == [id_ for id_ in ids if id_ in everything]
                assert len({tuple(vector) for vector in with_key["embeddings"].tolist()}) <= 1
                assert len(everything) == collection.count()
        assert interrupted > 20


def test_a_process_that_dies_while_it_opens_leaves_a_directory_that_opens(tmp_path: Path) -> None:
    program = "import sys, chromadb; print('on', flush=True); chromadb.PersistentClient(sys.argv[1]).heartbeat()"
    chance = random.Random(8)
    for attempt in range(6):
        directory = tmp_path / str(attempt)
        with subprocess.Popen([sys.executable, "-c", program, str(directory)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.4))
            process.kill()
        with chromadb.PersistentClient(directory) as client:
            client.create_collection("records").add(ids=["a"], embeddings=[[1, 2]])
            assert client.get_collection("records").count() == 1


def test_a_process_that_dies_does_not_trouble_the_others(tmp_path: Path) -> None:
    with chromadb.PersistentClient(tmp_path) as client:
        mine = client.create_collection("mine", embedding_function=None)
        for seed in range(3):
            process = processes.start("writer", tmp_path, seed, 0)
            assert process.stdout is not None
            acknowledged = 0
            for row in range(12):
                acknowledged = int(process.stdout.readline())
                mine.add(ids=[f"{seed}-{row}"], embeddings=[[seed, row]], documents=[f"row {row}"])
            acknowledged = processes.kill(process, acknowledged)
            mine.add(ids=[f"after-{seed}"], embeddings=[[seed, 99]])
            assert history.stored(client) in (
                history.records_after(seed, acknowledged), history.records_after(seed, acknowledged + 1),
            )  # fmt: skip
            client.delete_collection("records")
        assert mine.count() == 39
        assert len(mine.query(query_embeddings=[[0, 0]], n_results=99)["ids"][0]) == 39


def test_damage_in_the_log_leaves_a_prefix_of_the_calls(tmp_path: Path) -> None:
    """Pages that were overwritten with noise, as a disk may leave them that lied about what it had written."""
    seed, calls = 5, 30
    original = tmp_path / "original"
    process = processes.start("writer", original, seed, 0)
    assert process.stdout is not None
    for _ in range(calls):
        process.stdout.readline()
    calls = processes.kill(process, calls)
    prefixes = [history.records_after(seed, number) for number in range(calls + 2)]
    chance = random.Random(seed)
    for attempt in range(6):
        damaged = tmp_path / f"damaged-{attempt}"
        shutil.copytree(original, damaged)
        (damaged / "chroma.sqlite3-shm").unlink(missing_ok=True)
        wal = damaged / "chroma.sqlite3-wal"
        with wal.open("r+b") as file:
            file.seek(chance.randrange(32, wal.stat().st_size))
            file.write(chance.randbytes(64))
        assert history.stored_in(str(damaged)) in prefixes


_READS_ONLY = """
import os, sys
import chromadb

chromadb.EphemeralClient().close()
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
chromadb.PersistentClient(sys.argv[1])
"""


def test_a_file_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        if not all(folder.stat().st_mode & 0o001 for folder in Path(chromadb.__file__).parents):
            pytest.skip("nobody but root may read the package where it is installed")
        # Below the temporary directory of root, nobody else may pass.
        tmp_path = Path(subprocess.check_output(["mktemp", "-d", "-p", "/var/tmp"], text=True).strip())
        tmp_path.chmod(0o755)
    try:
        directory = tmp_path / "data"
        chromadb.PersistentClient(directory).close()
        directory.chmod(0o777)
        (directory / "chroma.sqlite3").chmod(0o444)
        before = (directory / "chroma.sqlite3").read_bytes()
        finished = run(_READS_ONLY, str(directory))

        assert "StorageError" in finished.stderr
        assert "nothing was changed" in finished.stderr
        assert (directory / "chroma.sqlite3").read_bytes() == before
    finally:
        if os.geteuid() == 0:
            shutil.rmtree(tmp_path)


def test_a_damaged_file_is_named_and_not_made_worse(tmp_path: Path) -> None:
    with chromadb.PersistentClient(tmp_path) as client:
        client.create_collection("records").add(
            ids=[str(row) for row in range(2000)],
            embeddings=[[row, 1] for row in range(2000)],
            documents=["x" * 99] * 2000,
        )
    file = tmp_path / "chroma.sqlite3"
    content = bytearray(file.read_bytes())
    content[8192 * 2 :] = random.Random(1).randbytes(len(content) - 8192 * 2)
    file.write_bytes(content)
    with (
        pytest.raises(StorageError, match=r"chroma\.sqlite3 is damaged"),
        chromadb.PersistentClient(tmp_path) as client,
    ):
        client.get_collection("records").get()
    assert file.stat().st_size == len(content)
