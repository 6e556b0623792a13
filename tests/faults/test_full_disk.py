"""A file system that is full: writes and compaction say so and change nothing, and room is all that they need."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import chromadb
from chromadb.errors import StorageError

from . import history
from .processes import run

ROWS = 2000

_FILLS = """
import sys
import chromadb
from chromadb.errors import StorageError

client = chromadb.PersistentClient(sys.argv[1])
collection = client.get_or_create_collection("records", embedding_function=None)
collection.add(ids=["a"], embeddings=[[1.0, 2.0]], documents=["first"])
full = 0
for call in range(200):
    before = collection.get(include=["embeddings", "documents"])
    ids = [f"{call}-{row}" for row in range(200)]
    try:
        collection.add(ids=ids, embeddings=[[call, row] for row in range(200)], documents=["x" * 500] * 200)
    except StorageError as error:
        full += 1
        assert "nothing was changed" in str(error), error
        after = collection.get(include=["embeddings", "documents"])
        assert after["ids"] == before["ids"]
        assert after["documents"] == before["documents"]
        assert after["embeddings"].tolist() == before["embeddings"].tolist()
        if full == 3:
            break
assert full == 3
assert collection.query(query_embeddings=[[1, 2]], n_results=1)["ids"][0] != []
print(collection.count())
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a directory on a file system of eight megabytes, with a file that can be removed to make room."""
    if os.geteuid() != 0:
        pytest.skip("only the superuser may mount a small file system")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.decode().strip()}")
    (disk / "ballast").write_bytes(bytes(3_000_000))
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_changes_nothing_and_room_is_all_it_needs(small_disk: Path) -> None:
    finished = run(_FILLS, str(small_disk / "data"))
    assert finished.returncode == 0, finished.stderr
    count = int(finished.stdout)
    (small_disk / "ballast").unlink()

    with chromadb.PersistentClient(small_disk / "data") as client:
        collection = client.get_collection("records")
        assert collection.count() == len(collection.get()["ids"]) == count
        collection.add(ids=["later"], embeddings=[[5.0, 6.0]], documents=["room again"])
        assert collection.get(where_document={"$contains": "room"})["ids"] == ["later"]


def fill(ballast: Path, room: int) -> None:
    """Leave `room` bytes beside the ballast, though the database's own threads may write meanwhile."""
    while True:
        status = os.statvfs(ballast.parent)
        try:
            ballast.write_bytes(bytes(status.f_bavail * status.f_frsize - room))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            ballast.unlink()
        else:
            return


def test_compaction_that_finds_no_room_leaves_all_as_it_was(small_disk: Path) -> None:
    """Wherever it runs out of it: in SQLite's files, in those that Python writes, in those that FAISS writes."""
    ballast = small_disk / "ballast"
    ballast.unlink()
    vectors = np.random.default_rng(1).normal(size=(ROWS, history.DIMENSION)).astype(np.float32)
    records = {
        f"{row}": {"embedding": vector, "document": f"row {row}", "metadata": {"call": row}}
        for row, vector in enumerate(vectors.tolist())
    }
    refused: list[str] = []
    with chromadb.PersistentClient(small_disk / "data") as client:
        collection = client.create_collection(history.NAME, embedding_function=None)
        collection.add(
            ids=list(records),
            embeddings=vectors,
            documents=[record["document"] for record in records.values()],
            metadatas=[record["metadata"] for record in records.values()],
        )
        history.check_answers(client, records)
        for room in range(20_000, 900_000, 25_000):
            fill(ballast, room)
            try:
                client.compact()
            except StorageError as error:
                refused.append(str(error))
            history.check_answers(client, records)
            ballast.unlink()
            history.check_order(client)
        assert all("nothing was changed" in sentence for sentence in refused)
        assert any("chroma.sqlite3 is full" in sentence for sentence in refused)
        assert any(".writing failed" in sentence for sentence in refused)
        assert any("codes." in sentence for sentence in refused)
        client.compact()
        history.check_answers(client, records)
        history.check_order(client)
        assert len(list(small_disk.glob("data/*/*"))) == client.check().segments == 1
