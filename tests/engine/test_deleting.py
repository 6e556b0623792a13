"""Deleted records are gone at once, though their rows are removed behind the writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest

import chromadb

_IDS = [*map(str, range(40)), "with \0 inside"]
_DELETED = ["3", "17", "with \0 inside"]


@pytest.fixture(params=["persistent", "in memory"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with chromadb.PersistentClient(tmp_path) if request.param == "persistent" else chromadb.EphemeralClient() as made:
        yield made
        for collection in made.list_collections():
            made.delete_collection(collection.name)


def _filled(client: Any) -> Any:
    things = client.create_collection("things", embedding_function=None)
    vectors = np.eye(len(_IDS), dtype=np.float32)
    things.add(ids=_IDS, embeddings=vectors, documents=[f"text number {id_}" for id_ in _IDS])
    things.delete(ids=_DELETED)
    return things


def test_no_way_of_reading_finds_them(client: Any) -> None:
    things = _filled(client)
    left = [id_ for id_ in _IDS if id_ not in _DELETED]

    assert things.count() == len(left)
    assert things.get()["ids"] == left
    assert things.get(limit=5, offset=2)["ids"] == left[2:7]
    assert things.get(ids=_DELETED)["ids"] == []
    assert things.get(where_document={"$contains": "number 17"})["ids"] == []
    assert things.get(where_document={"$regex": "number (3|5)$"})["ids"] == ["5"]
    assert "17" not in things.query(query_embeddings=np.eye(len(_IDS))[17], n_results=40)["ids"][0]
    things.delete(ids=_DELETED)
    assert things.count() == len(left)


def test_their_ids_can_be_given_again_and_again(client: Any) -> None:
    things = _filled(client)
    for text in ("first", "second"):
        things.upsert(ids=_DELETED, embeddings=np.eye(len(_IDS))[:3], documents=[text] * 3)
        assert things.get(ids=_DELETED)["documents"] == [text] * 3
        assert things.get()["ids"][-3:] == _DELETED
        things.delete(ids=_DELETED)
        client.compact()
    things.update(ids=_DELETED, embeddings=np.eye(len(_IDS))[:3])
    assert things.get(ids=_DELETED)["ids"] == []
    assert client.check().problems == ()


def test_a_fork_has_none_of_them(client: Any) -> None:
    copy = _filled(client).fork("copy")
    assert copy.count() == len(_IDS) - len(_DELETED)
    assert copy.get(ids=_DELETED)["ids"] == []
    copy.add(ids=_DELETED, embeddings=np.eye(len(_IDS))[:3])
    assert copy.get()["ids"][-3:] == _DELETED
    assert client.check().problems == ()


def test_a_collection_is_deleted_with_them(client: Any) -> None:
    _filled(client)
    client.delete_collection("things")
    assert client.check().problems == ()


def _rows(directory: Path, table: str) -> int:
    with closing(apsw.Connection(str(directory / "chroma.sqlite3"))) as connection:
        ((count,),) = connection.execute(f"SELECT count(*) FROM {table}")
        return int(count)


def test_compaction_removes_their_rows(tmp_path: Path) -> None:
    with chromadb.PersistentClient(tmp_path) as client:
        _filled(client)
        assert _rows(tmp_path, "records") == len(_IDS)
        assert _rows(tmp_path, "deleted_records") == len(_DELETED)
        client.compact()
        assert _rows(tmp_path, "records") == len(_IDS) - len(_DELETED)
        assert _rows(tmp_path, "deleted_records") == 0


def test_they_stay_deleted_when_the_store_is_opened_again(tmp_path: Path) -> None:
    with chromadb.PersistentClient(tmp_path) as client:
        _filled(client)
    with chromadb.PersistentClient(tmp_path) as client:
        things = client.get_collection("things", embedding_function=None)
        assert things.get(ids=_DELETED)["ids"] == []
        assert things.count() == len(_IDS) - len(_DELETED)
        assert client.check().problems == ()
