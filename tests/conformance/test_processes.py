"""Several processes on one directory: nothing is lost, and each sees what the others were told is done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import chromadb

_WORKER = """
import sys
import chromadb

directory, name, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
collection = chromadb.PersistentClient(directory).get_or_create_collection("shared", embedding_function=None)
print("ready", flush=True)
sys.stdin.readline()
for number in range(rounds):
    ids = [f"{name}-{number}-{row}" for row in range(20)]
    collection.add(ids=ids, embeddings=[[len(name), number, row] for row in range(20)],
                   documents=[f"{name} wrote {number}"] * 20, metadatas=[{"by": name, "n": number}] * 20)
    collection.update(ids=ids[:1], metadatas=[{"changed": True}])
    collection.delete(ids=ids[19:])
    assert collection.get(where={"$and": [{"by": name}, {"n": number}]})["ids"] == ids[:19]
"""

_ECHO = """
import json, sys
import chromadb

collection = chromadb.PersistentClient(sys.argv[1]).get_or_create_collection("shared", embedding_function=None)
for line in sys.stdin:
    method, arguments = json.loads(line)
    answer = getattr(collection, method)(**arguments)
    print(json.dumps(answer, default=lambda array: array.tolist()), flush=True)
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    names, rounds = ["a", "bb", "ccc"], 15
    processes = [start(_WORKER, str(tmp_path), name, str(rounds)) for name in names]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.get_collection("shared")
        while any(process.poll() is None for process in processes):
            found = collection.get(include=["embeddings", "metadatas"])
            assert len(found["ids"]) == len(found["embeddings"]) or not found["ids"]
            answer = collection.query(query_embeddings=[[1, 1, 1]], n_results=5)
            assert len(answer["ids"][0]) in (0, 5)
        for process in processes:
            process.communicate()
            assert process.returncode == 0
        found = collection.get(include=["documents", "metadatas", "embeddings"])
    assert sorted(found["ids"]) == sorted(
        f"{name}-{number}-{row}" for name in names for number in range(rounds) for row in range(19)
    )
    rows = zip(found["ids"], found["documents"], found["metadatas"], found["embeddings"].tolist(), strict=True)
    for id_, document, metadata, vector in rows:
        name, number, row = id_.split("-")
        assert document == f"{name} wrote {number}"
        assert metadata == {"by": name, "n": int(number), **({"changed": True} if row == "0" else {})}
        assert vector == [len(name), int(number), int(row)]


@pytest.fixture
def other(tmp_path: Path) -> Any:
    """Give a function that calls a method of the collection in another process and returns the answer."""
    import json

    with start(_ECHO, str(tmp_path)) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def call(method: str, **arguments: Any) -> Any:
            process.stdin.write(json.dumps([method, arguments]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield call


def test_each_process_sees_the_others_in_its_next_call(tmp_path: Path, other: Any) -> None:
    other("count")
    with chromadb.PersistentClient(tmp_path) as client:
        mine = client.get_collection("shared")
        for number in range(10):
            mine.add(
                ids=[f"mine-{number}"],
                embeddings=[[number, 0]],
                documents=[f"mine {number}"],
                metadatas=[{"n": number}],
            )
            assert other("count") == 2 * number + 1
            found = other("query", query_embeddings=[[number, 0]], n_results=1, where={"n": number})
            assert found["ids"] == [[f"mine-{number}"]]
            assert other("get", where_document={"$contains": f"mine {number}"})["ids"] == [f"mine-{number}"]
            other("upsert", ids=[f"theirs-{number}"], embeddings=[[0, number]], metadatas=[{"m": number}])
            assert mine.get(where={"m": number})["ids"] == [f"theirs-{number}"]
            assert mine.query(query_embeddings=[[0, number]], n_results=1)["distances"] == [[0.0]]
        other("update", ids=["mine-3"], embeddings=[[50, 50]], documents=["changed"], metadatas=[{"n": None}])
        assert mine.query(query_embeddings=[[50, 50]], n_results=1)["documents"] == [["changed"]]
        assert mine.get(where={"n": 3})["ids"] == []
        other("delete", where={"n": {"$gte": 0}})
        assert mine.count() == 11
        assert mine.query(query_embeddings=[[4, 0]], n_results=99, where={"n": 4})["ids"] == [[]]
        mine.modify(name="renamed")
        assert other("count") == 11
        client.delete_collection("renamed")
