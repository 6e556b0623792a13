"""Large calls: no limit of the storage shows."""

from __future__ import annotations

import numpy as np
import pytest

from .backends import Backend
from .embedding_functions import Letters

_MANY = 100_000


@pytest.fixture
def ids() -> list[str]:
    return [f"id-{number}" for number in range(_MANY)]


def test_calls_of_a_hundred_thousand_records(backend: Backend, ids: list[str]) -> None:
    client = backend.client()
    if backend.is_remote:
        pytest.skip("a server takes as many records in a call as its pre-flight answer says")
    collection = client.create_collection("things", embedding_function=Letters())
    vectors = np.arange(2 * _MANY, dtype=np.float32).reshape(_MANY, 2)
    collection.add(ids=ids, embeddings=vectors, metadatas=[{"n": number} for number in range(_MANY)])

    assert collection.count() == _MANY
    assert collection.get(ids=ids, include=[])["ids"] == ids
    found = collection.query(query_embeddings=[[100_000, 100_001]], n_results=3, ids=ids[50_001:])
    assert found["ids"] == [["id-50001", "id-50002", "id-50003"]]
    everything = collection.get(include=["embeddings"])
    assert everything["ids"] == ids
    assert np.array_equal(everything["embeddings"], vectors)

    collection.update(ids=ids[::-1], metadatas=[{"n": -number} for number in range(_MANY)][::-1])
    assert collection.get(where={"n": {"$lt": -99_997}}, include=[])["ids"] == ids[99_998:]
    wanted = collection.query(query_embeddings=[[0, 0]], n_results=_MANY, include=["distances"])
    assert wanted["ids"] == [ids]
    assert collection.delete(ids=ids[10:]) == {"deleted": _MANY - 10}
    assert collection.get(include=[])["ids"] == ids[:10]
    assert collection.query(query_embeddings=[[0, 0]], n_results=99, include=[])["ids"] == [ids[:10]]
