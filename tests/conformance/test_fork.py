"""fork: an independent copy under another name."""

from __future__ import annotations

from typing import Any

import pytest

from chromadb.errors import InvalidArgumentError

from .backends import Backend
from .contents import records
from .embedding_functions import Letters


@pytest.fixture
def original(client: Any) -> Any:
    """Give a collection with a past: changed and deleted records, metadata, a configuration, a function."""
    collection = client.create_collection(
        "original", metadata={"a": 1}, configuration={"hnsw": {"space": "cosine"}}, embedding_function=Letters(2)
    )
    collection.add(
        ids=["a", "b", "c", "d"],
        embeddings=[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]],
        documents=["one", "two", None, "four"],
        metadatas=[{"n": 1}, None, {"l": ["x"]}, {"n": 4}],
        uris=["file:///a", None, None, None],
    )
    collection.update(ids=["b"], embeddings=[[0, 2, 0]], documents=["zwei"])
    collection.update(ids=["d"], metadatas=[{"n": 5}])
    collection.delete(ids=["c"])
    collection.add(ids=["c"], embeddings=[[3, 3, 0]])
    return collection


def test_a_fork_is_a_copy(client: Any, original: Any) -> None:
    copy = original.fork("copy")

    assert copy.id != original.id
    assert copy.name == "copy"
    assert copy.metadata == original.metadata == {"a": 1}
    assert copy.configuration_json == original.configuration_json
    assert records(copy) == records(original)
    assert [record[0] for record in records(copy)] == ["a", "b", "d", "c"]
    assert copy.count() == client.get_collection("copy").count() == 4
    assert client.get_collection("copy").get_model().dimension == 3
    for call in (
        lambda collection: collection.query(query_embeddings=[[3, 3, 0]], n_results=9),
        lambda collection: collection.query(query_texts=["abc"], n_results=9),
        lambda collection: collection.get(where={"n": {"$gt": 0}}),
        lambda collection: collection.get(where_document={"$contains": "zwei"}),
        lambda collection: collection.get(where_document={"$regex": "^o"}),
    ):
        assert call(copy) == call(original)


def test_a_fork_and_its_original_change_independently(client: Any, original: Any) -> None:
    before = records(original)
    copy = original.fork("copy")
    copy.update(ids=["a"], documents=["uno"], embeddings=[[9, 9, 9]], metadatas=[{"n": 9}])
    copy.delete(ids=["b"])
    copy.add(ids=["e"], embeddings=[[5, 5, 5]])
    copy.modify(metadata={"other": 1})

    assert records(original) == before
    assert client.get_collection("original").metadata == {"a": 1}
    changed = records(copy)
    assert [record[0] for record in changed] == ["a", "d", "c", "e"]
    original.delete(ids=["a", "b", "c", "d"])
    client.delete_collection("original")
    assert records(copy) == changed
    assert copy.get(where_document={"$contains": "uno"})["ids"] == ["a"]
    assert copy.query(query_embeddings=[[9, 9, 9]], n_results=99)["ids"][0][-1] != "b"


def test_an_empty_collection_can_be_forked(client: Any) -> None:
    copy = client.create_collection("original").fork("copy")

    assert copy.count() == 0
    copy.add(ids=["a"], embeddings=[[1, 2]])
    assert records(copy) == [("a", None, None, None, (1, 2))]


def test_forks_of_forks(original: Any) -> None:
    generations = [original]
    for number in range(5):
        generations.append(generations[-1].fork(f"copy-{number}"))
        generations[-1].add(ids=[f"new-{number}"], embeddings=[[number, 1, 1]], documents=[f"new {number}"])

    assert [collection.count() for collection in generations] == [4, 5, 6, 7, 8, 9]
    last = generations[-1]
    assert last.get()["ids"] == ["a", "b", "d", "c", *(f"new-{number}" for number in range(5))]
    assert last.get(where_document={"$contains": "new "})["ids"] == [f"new-{number}" for number in range(5)]
    assert last.query(query_embeddings=[[4, 1, 1]], n_results=1)["ids"] == [["new-4"]]


def test_a_taken_or_bad_name_makes_no_fork(client: Any, original: Any, backend: Backend) -> None:
    with pytest.raises(backend.taken, match=r"\[original\] already exists"):
        original.fork("original")
    with pytest.raises(InvalidArgumentError, match="Expected a name"):
        original.fork("no")
    assert client.count_collections() == 1
