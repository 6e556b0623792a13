"""Collections of a client: made, found, listed, changed, deleted."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from chromadb.errors import InvalidArgumentError, NotFoundError

from .backends import Backend
from .contents import records


def names(client: Any, **page: Any) -> list[str]:
    return [collection.name for collection in client.list_collections(**page)]


def test_a_new_collection_describes_itself(client: Any) -> None:
    made = client.create_collection("things", metadata={"kind": "test", "n": 3, "f": 1.5, "b": True})

    assert isinstance(made.id, UUID)
    assert made.name == "things"
    assert made.metadata == {"kind": "test", "n": 3, "f": 1.5, "b": True}
    assert (made.tenant, made.database) == ("default_tenant", "default_database")
    assert made.count() == 0
    assert repr(made) in ("Collection(name=things)", "AsyncCollection(name=things)")
    assert made.get_model().name == made.get_model()["name"] == "things"


def test_a_collection_without_metadata_has_none(client: Any) -> None:
    assert client.create_collection("things").metadata is None
    assert client.get_collection("things").metadata is None


def test_numbers_in_collection_metadata_keep_their_type(client: Any) -> None:
    given = {
        "int": np.int64(7),
        "float": np.float32(0.5),
        "big": 2**63 - 1,
        "small": -(2**63),
        "whole": 1.0,
        "no": False,
    }
    client.create_collection("things", metadata=given)
    found = client.get_collection("things").metadata

    assert found == {"int": 7, "float": 0.5, "big": 2**63 - 1, "small": -(2**63), "whole": 1.0, "no": False}
    assert {key: type(value) for key, value in found.items()} == {
        "int": int, "float": float, "big": int, "small": int, "whole": float, "no": bool,
    }  # fmt: skip


def test_a_collection_is_found_by_name_and_by_id(client: Any) -> None:
    made = client.create_collection("things")

    assert client.get_collection("things") == made
    assert client.get_collection_by_id(made.id) == made
    assert client.get_collection_by_id(str(made.id)).name == "things"


def test_what_does_not_exist_is_not_found(client: Any) -> None:
    with pytest.raises(NotFoundError, match=r"Collection \[nothing\] does not exist"):
        client.get_collection("nothing")
    with pytest.raises(NotFoundError, match=r"Collection \[nothing\] does not exist"):
        client.delete_collection("nothing")
    with pytest.raises(NotFoundError):
        client.get_collection_by_id(uuid4())
    with pytest.raises(InvalidArgumentError, match=r"expected UUID.*'things'"):
        client.get_collection_by_id("things")


def test_a_name_is_taken_until_it_is_deleted(client: Any, backend: Backend) -> None:
    first = client.create_collection("things")
    first.add(ids=["a"], embeddings=[[1, 2]])
    with pytest.raises(backend.taken, match=r"Collection \[things\] already exists"):
        client.create_collection("things", metadata={"other": 1})
    assert client.get_collection("things").metadata is None

    client.delete_collection("things")
    second = client.create_collection("things")
    assert second.id != first.id
    assert second.count() == 0


def test_get_or_create_makes_what_is_missing_and_leaves_what_is_there(client: Any) -> None:
    made = client.get_or_create_collection("things", metadata={"hnsw:space": "cosine"})
    found = client.get_or_create_collection("things", metadata={"other": 1}, configuration={"hnsw": {"space": "ip"}})
    again = client.create_collection("things", get_or_create=True)

    assert found.id == made.id == again.id
    assert found.metadata == {"hnsw:space": "cosine"}
    assert found.configuration_json["hnsw"]["space"] == "cosine"
    assert client.count_collections() == 1


def test_collections_are_listed_in_pages_by_id(client: Any) -> None:
    for number in range(7):
        client.create_collection(f"things-{number}")
    whole = names(client)
    ids = [collection.id for collection in client.list_collections()]

    assert sorted(whole) == [f"things-{number}" for number in range(7)]
    assert ids == sorted(ids, key=str)
    assert names(client, limit=3) == whole[:3]
    assert names(client, limit=3, offset=3) == whole[3:6]
    assert names(client, offset=5) == whole[5:]
    assert names(client, limit=0) == []
    assert names(client, offset=7) == []
    assert client.count_collections() == 7


def test_listed_collections_work(client: Any) -> None:
    client.create_collection("things").add(ids=["a"], embeddings=[[1, 2]])
    (listed,) = client.list_collections()

    assert listed.get()["ids"] == ["a"]


def test_good_names_are_accepted(client: Any) -> None:
    for name in ("abc", "A-1", "a.b_c-d", "0" * 512, "left+right", "1.2.3", "256.1.1.1"):
        assert client.create_collection(name).name == name
        assert client.get_collection(name).name == name


_BAD_NAMES = (
    "", "ab", "a" * 513, "-abc", "abc-", "_abc", "abc_", "a..b", "127.0.0.1", "a b c", "a/b", "ünl", "abc\n", "a+b+c",
    "ab+cde",
)  # fmt: skip


def test_bad_names_are_refused_on_create_and_rename(client: Any) -> None:
    collection = client.create_collection("things")
    for name in _BAD_NAMES:
        with pytest.raises(InvalidArgumentError, match="Validation error: name: Expected a name"):
            client.create_collection(name)
        with pytest.raises(InvalidArgumentError, match="Validation error: new_name: Expected a name"):
            collection.modify(name=name)
        with pytest.raises(NotFoundError):
            client.get_collection(name)
    assert names(client) == ["things"]


def test_modify_renames(client: Any) -> None:
    collection = client.create_collection("things", metadata={"a": 1})
    collection.add(ids=["a"], embeddings=[[1, 2]])
    collection.modify(name="objects")

    assert collection.name == "objects"
    assert names(client) == ["objects"]
    assert client.get_collection("objects").id == collection.id
    assert client.get_collection("objects").metadata == {"a": 1}
    assert records(collection) == [("a", None, None, None, (1.0, 2.0))]
    with pytest.raises(NotFoundError):
        client.get_collection("things")
    assert client.create_collection("things").count() == 0


def test_modify_to_a_taken_name_changes_nothing(client: Any, backend: Backend) -> None:
    collection = client.create_collection("things", metadata={"a": 1})
    client.create_collection("objects")
    with pytest.raises(backend.taken, match=r"\[objects\] already exists"):
        collection.modify(name="objects", metadata={"b": 2})

    assert collection.name == "things"
    assert client.get_collection("things").metadata == {"a": 1}
    collection.modify(name="things")
    assert collection.name == "things"


def test_modify_replaces_all_metadata(client: Any) -> None:
    collection = client.create_collection("things", metadata={"a": 1, "b": "x"})
    collection.modify(metadata={"b": "y", "c": None, "d": 2.5})

    assert collection.metadata == {"b": "y", "c": None, "d": 2.5}
    assert client.get_collection("things").metadata == {"b": "y", "d": 2.5}


def test_the_distance_of_a_collection_cannot_be_changed(client: Any) -> None:
    collection = client.create_collection("things", metadata={"hnsw:space": "cosine"})
    with pytest.raises(ValueError, match="Changing the distance function"):
        collection.modify(metadata={"hnsw:space": "l2"})

    assert client.get_collection("things").configuration_json["hnsw"]["space"] == "cosine"


def test_a_deleted_collection_stays_dead(client: Any) -> None:
    collection = client.create_collection("things")
    collection.add(ids=["a"], embeddings=[[1, 2]], documents=["x"])
    client.delete_collection("things")
    reborn = client.create_collection("things")

    for call in (
        lambda: collection.count(),
        lambda: collection.get(),
        lambda: collection.peek(),
        lambda: collection.add(ids=["b"], embeddings=[[1, 2]]),
        lambda: collection.upsert(ids=["b"], embeddings=[[1, 2]]),
        lambda: collection.update(ids=["a"], embeddings=[[1, 2]]),
        lambda: collection.delete(ids=["a"]),
        lambda: collection.query(query_embeddings=[[1, 2]]),
        lambda: collection.modify(name="other"),
        lambda: collection.fork("other"),
    ):
        with pytest.raises(NotFoundError, match=str(collection.id)):
            call()
    assert reborn.count() == 0
    assert names(client) == ["things"]


def test_nothing_of_a_deleted_collection_turns_up_in_another(client: Any) -> None:
    doomed = client.create_collection("doomed")
    doomed.add(
        ids=["a", "b"], embeddings=[[1, 2], [3, 4]], metadatas=[{"z": ["a"]}, {"z": [1]}], documents=["lost", "gone"]
    )
    client.delete_collection("doomed")
    heir = client.create_collection("heir")
    heir.add(ids=["x", "y"], embeddings=[[1, 2, 3], [3, 4, 5]])

    assert heir.get()["metadatas"] == [None, None]
    assert heir.get(where={"z": {"$contains": "a"}})["ids"] == []
    assert heir.get(where_document={"$contains": "lost"})["ids"] == []
    assert heir.query(query_embeddings=[[1, 2, 3]])["ids"] == [["x", "y"]]


def test_collections_compare_by_what_they_are(client: Any) -> None:
    one, two = client.create_collection("one"), client.create_collection("two")

    assert one == client.get_collection("one")
    assert one != two
    assert one != client.get_collection("one", embedding_function=None)
    assert one != "one"
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)
