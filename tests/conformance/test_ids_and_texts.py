"""Ids, documents and metadata hold any text."""

from __future__ import annotations

from typing import Any

import pytest

from chromadb.errors import NotFoundError

from .contents import records

_IDS = [
    "ü日本", "  ", " ", "x\ny", "a\0b", "a\0", "a", "\0", "😀", "A", "a ", "i" * 2000,
    "'; DROP TABLE records; --", "%", "_",
    "*", "é", "e\u0301", "\u202eabc", "\ufeff", "null", "None", "1", "1.0", "\\x00", "\U0010ffff", "\t", "e\0", "e\0f",
]  # fmt: skip


@pytest.fixture
def named(collection: Any) -> Any:
    """Give a collection of records with every kind of id; documents and metadata repeat it."""
    collection.add(
        ids=_IDS,
        embeddings=[[number, 1, 0] for number in range(len(_IDS))],
        documents=_IDS,
        metadatas=[{"text": id_, "list": [id_, "other"]} for id_ in _IDS],
        uris=_IDS,
    )
    return collection


def test_any_text_reads_back(named: Any) -> None:
    assert records(named) == [
        (id_, id_, {"text": id_, "list": [id_, "other"]}, id_, (float(number), 1.0, 0.0))
        for number, id_ in enumerate(_IDS)
    ]


def test_each_id_names_its_record(named: Any) -> None:
    for number, id_ in enumerate(_IDS):
        assert named.get(ids=[id_])["documents"] == [id_]
        assert named.query(query_embeddings=[[0, 0, 0]], ids=[id_])["ids"] == [[id_]]
        assert named.query(query_embeddings=[[number, 1, 0]], n_results=1)["ids"] == [[id_]]
    assert named.get(ids=_IDS)["ids"] == _IDS
    assert named.get(ids=_IDS[::2])["ids"] == _IDS[::2]


def test_each_id_changes_and_deletes_its_record_only(named: Any) -> None:
    for id_ in _IDS:
        named.update(ids=[id_], documents=[f"new {id_}"], embeddings=[[9, 9, 9]])
    named.add(ids=_IDS, embeddings=[[0, 0, 0]] * len(_IDS))
    assert named.get()["documents"] == [f"new {id_}" for id_ in _IDS]
    named.upsert(ids=_IDS, embeddings=[[8, 8, 8]] * len(_IDS), metadatas=[{"text": None}] * len(_IDS))
    assert named.get()["metadatas"] == [{"list": [id_, "other"]} for id_ in _IDS]
    left = list(_IDS)
    for id_ in _IDS[::3]:
        assert named.delete(ids=[id_]) == {"deleted": 1}
        left.remove(id_)
        assert named.get(include=[])["ids"] == left


def test_each_text_is_found_by_filters(named: Any) -> None:
    for id_ in _IDS:
        assert named.get(where={"text": id_})["ids"] == [id_]
        assert named.get(where={"list": {"$contains": id_}})["ids"] == [id_]
        assert set(named.get(where_document={"$contains": id_})["ids"]) == {other for other in _IDS if id_ in other}


def test_collection_metadata_holds_any_text(client: Any) -> None:
    metadata = {f"key {text}": text for text in _IDS}
    client.create_collection("things", metadata=metadata)

    assert client.get_collection("things").metadata == metadata


def test_database_and_tenant_names_hold_any_text(backend: Any) -> None:
    admin = backend.admin()
    for name in ("日本語", "a b/c", "x\0y", "'\"\\", "../..", "d" * 1000):
        # A server refuses databases that are not named as collections are.
        database = "plain" if backend.is_remote else name
        admin.create_tenant(name)
        admin.create_database(database, tenant=name)
        client = backend.client(name, database)
        client.create_collection("things").add(ids=["a"], embeddings=[[1, 2]], documents=[name])
        assert client.get_collection("things").get()["documents"] == [name]
        assert [found["name"] for found in admin.list_databases(tenant=name)] == [database]


def test_names_that_are_steps_of_a_path_lead_nowhere_else(client: Any) -> None:
    client.create_collection("things")
    for name in ("..", ".", "", "../things", "%2E%2E"):
        for call in (client.delete_collection, client.get_collection):
            with pytest.raises(NotFoundError):
                call(name)
    assert client.count_collections() == 1


def test_long_texts(collection: Any) -> None:
    long = "0123456789 " * 200_000
    collection.add(ids=["a"], embeddings=[[1, 0, 0]], documents=[long], metadatas=[{"long": long, "list": [long]}])

    found = collection.get(where_document={"$contains": "789 0"})
    assert found["documents"] == [long]
    assert found["metadatas"] == [{"long": long, "list": [long]}]
    assert collection.get(where={"long": long}, include=[])["ids"] == ["a"]
