"""Four processes that write and four that read one directory at once: nothing lost, nothing stale, no error."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import chromadb

from . import crowd, history
from .processes import THOROUGH, start

SECONDS = 60 if THOROUGH else 5
LEAST = 3 * crowd.KEPT_ROUNDS
"""How many calls each of the processes makes at least, however long that takes."""


@pytest.mark.slow
def test_four_writers_and_four_readers_agree(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    with chromadb.PersistentClient(directory) as client:
        client.create_collection(crowd.NAME, embedding_function=None)
    counts = crowd.mapped_counts(directory)
    processes = [start("crowd", directory, "writer", number) for number in range(crowd.WRITERS)]
    processes += [start("crowd", directory, "reader", number) for number in range(crowd.READERS)]
    until = time.monotonic() + SECONDS
    while time.monotonic() < until or counts[:-1].min() < LEAST:
        time.sleep(0.1)
        if any(process.poll() is not None for process in processes):
            break
    counts[-1] = 1
    for process in processes:
        process.communicate()

    assert [process.returncode for process in processes] == [0] * len(processes)
    with chromadb.PersistentClient(directory) as client:
        collection = client.get_collection(crowd.NAME)
        found = collection.get(include=["metadatas", "embeddings"])
        embeddings = dict(zip(found["ids"], found["embeddings"], strict=True))
        expected = {
            id_: record
            for writer in range(crowd.WRITERS)
            for id_, record in crowd.records_after(writer, int(counts[writer])).items()
        }
        assert {id_: vector.tolist() for id_, vector in embeddings.items()} == {
            id_: record["embedding"] for id_, record in expected.items()
        }
        history.check_query(collection, history.query_for(expected), expected)
        history.check_order(client)
        client.compact()
        history.check_query(collection, history.query_for(expected), expected)
        history.check_order(client)
