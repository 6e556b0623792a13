"""Any number of threads may use one client: nothing is lost, and every read is one moment."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .backends import Backend

_THREADS = 8


@pytest.fixture(autouse=True)
def _not_one_at_a_time(kind: str) -> None:
    if kind in ("reopened", "compacted"):
        pytest.skip("calls of this kind take turns")


def in_threads(work: Callable[[int], Any], threads: int = _THREADS) -> list[Any]:
    """Call the function with 0, 1, 2 ... at once; raise what any of them raises."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(threads)))


def test_what_many_threads_write_is_all_there(collection: Any) -> None:
    rounds = 12

    def work(thread: int) -> None:
        for number in range(rounds):
            ids = [f"{thread}-{number}-{row}" for row in range(5)]
            vector = [float(thread), float(number), 1.0]
            collection.add(
                ids=ids, embeddings=[vector] * 5, documents=[f"by {thread}"] * 5, metadatas=[{"n": number}] * 5
            )
            collection.update(ids=ids[:1], metadatas=[{"updated": True}])
            collection.upsert(ids=ids[1:2], embeddings=[[*vector[:2], 2.0]])
            collection.delete(ids=ids[4:])
            found = collection.query(query_embeddings=[[*vector[:2], 2.0]], n_results=1)
            assert found["ids"] == [[ids[1]]]
            assert collection.get(ids=ids)["ids"] == ids[:4]

    in_threads(work)
    found = collection.get(include=["documents", "metadatas", "embeddings"])
    assert sorted(found["ids"]) == sorted(
        f"{thread}-{number}-{row}" for thread in range(_THREADS) for number in range(rounds) for row in range(4)
    )
    assert collection.count() == len(found["ids"])
    rows = zip(found["ids"], found["documents"], found["metadatas"], found["embeddings"].tolist(), strict=True)
    for id_, document, metadata, vector in rows:
        thread, number, row = map(int, id_.split("-"))
        assert document == f"by {thread}"
        assert metadata == ({"n": number, "updated": True} if row == 0 else {"n": number})
        assert vector == [thread, number, 2 if row == 1 else 1]
    for thread in range(_THREADS):
        own = [id_ for id_ in found["ids"] if id_.startswith(f"{thread}-")]
        assert own == sorted(own, key=lambda id_: list(map(int, id_.split("-"))))


def test_threads_that_change_the_same_records(collection: Any) -> None:
    """Each call writes one value to every record; no reader may ever see two values."""
    ids = [str(number) for number in range(20)]

    def columns(value: int) -> dict[str, Any]:
        return {"embeddings": [[value, 0, 0]] * 20, "documents": [f"v{value}"] * 20, "metadatas": [{"v": value}] * 20}

    collection.add(ids=ids, **columns(0))

    def work(thread: int) -> None:
        chance = random.Random(thread)
        for number in range(15):
            value = thread * 100 + number
            if thread % 2:
                chance.choice([collection.update, collection.upsert])(ids=ids, **columns(value))
                continue
            found = collection.get(include=["documents", "metadatas", "embeddings"])
            (seen,) = {metadata["v"] for metadata in found["metadatas"]}
            assert set(found["documents"]) == {f"v{seen}"}
            assert {tuple(vector) for vector in found["embeddings"].tolist()} == {(seen, 0, 0)}
            answer = collection.query(query_embeddings=[[0, 0, 0]], n_results=20, where={"v": {"$gte": 0}})
            (seen,) = {metadata["v"] for metadata in answer["metadatas"][0]}
            assert answer["distances"] == [[float(seen**2)] * 20]
            assert len(collection.get(where={"v": {"$gte": 0}}, where_document={"$contains": "v"})["ids"]) == 20

    in_threads(work)
    assert collection.get()["ids"] == ids


def test_one_thread_makes_a_collection_and_the_others_get_it(backend: Backend, client: Any) -> None:
    made = in_threads(lambda thread: client.get_or_create_collection("things", metadata={"by": thread}).id)
    assert len(set(made)) == 1
    assert client.count_collections() == 1

    def create(thread: int) -> bool:
        try:
            client.create_collection("others")
        except backend.taken:
            return False
        return True

    assert sum(in_threads(create)) == 1


def test_threads_that_add_the_same_ids_add_each_once(collection: Any) -> None:
    ids = [str(number) for number in range(50)]
    in_threads(
        lambda thread: collection.add(ids=ids, embeddings=[[thread, 0, 0]] * 50, metadatas=[{"by": thread}] * 50)
    )

    found = collection.get(include=["metadatas", "embeddings"])
    assert found["ids"] == ids
    (winner,) = {metadata["by"] for metadata in found["metadatas"]}
    assert found["embeddings"].tolist() == [[winner, 0, 0]] * 50


def test_threads_that_delete_count_every_record_once(collection: Any) -> None:
    collection.add(ids=[str(number) for number in range(400)], embeddings=[[1, 0, 0]] * 400, metadatas=[{"k": 1}] * 400)

    def work(thread: int) -> int:
        deleted: int = sum(collection.delete(where={"k": 1}, limit=10)["deleted"] for _ in range(7))
        return deleted

    assert sum(in_threads(work)) == 400
    assert collection.count() == 0
