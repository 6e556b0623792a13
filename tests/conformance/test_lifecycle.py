"""Clients from first to last: what they say of themselves, reset, close, and what they share."""

from __future__ import annotations

import time
from typing import Any

import pytest

import chromadb
from chromadb.errors import AuthorizationError, ChromaError, InternalError, NotFoundError
from chromadb.utils.batch_utils import create_batches

from .backends import Backend
from .conftest import OpenBackend


def test_a_client_answers_for_its_database(backend: Backend, client: Any) -> None:
    assert abs(client.heartbeat() - time.time_ns()) < 60 * 10**9
    assert isinstance(client.heartbeat(), int)
    # Of a server, the version of its interface.
    assert client.get_version() == ("1.0.0" if backend.is_remote else chromadb.__version__)
    assert client.get_max_batch_size() == client.max_batch_size == 5461
    assert client.get_settings().allow_reset is False
    assert client.get_user_identity().tenant == "default_tenant"


def test_batches_are_cut_where_the_client_says(client: Any) -> None:
    ids = [str(number) for number in range(client.max_batch_size + 1)]
    batches = create_batches(client, ids, embeddings=[[float(number)] for number in range(len(ids))])

    assert [len(batch[0]) for batch in batches] == [client.max_batch_size, 1]
    collection = client.create_collection("things")
    for batch_ids, embeddings, metadatas, documents in batches:
        collection.add(batch_ids, embeddings, metadatas, documents)
    assert collection.count() == len(ids)


def test_reset_is_refused_unless_it_is_allowed(backend: Backend, client: Any) -> None:
    client.create_collection("things").add(ids=["a"], embeddings=[[1, 2]])
    refusal = ChromaError if backend.is_remote else AuthorizationError
    with pytest.raises(refusal, match="Reset is disabled by config"):
        client.reset()

    assert client.get_collection("things").count() == 1


def test_reset_leaves_an_empty_database_that_works(open_backend: OpenBackend) -> None:
    backend = open_backend(allow_reset=True)
    client, admin = backend.client(), backend.admin()
    admin.create_tenant("acme")
    admin.create_database("books")
    old = client.create_collection("things")
    old.add(ids=["a", "b"], embeddings=[[1, 2], [3, 4]], documents=["x", "y"], metadatas=[{"k": "v"}, {"k": "w"}])

    assert client.reset() is True
    assert list(client.list_collections()) == []
    assert [database["name"] for database in admin.list_databases()] == ["default_database"]
    with pytest.raises(NotFoundError):
        admin.get_tenant("acme")
    with pytest.raises(NotFoundError):
        old.count()
    new = client.create_collection("things")
    assert new.id != old.id
    new.add(ids=["a"], embeddings=[[1, 2, 3]], documents=["z"])
    assert new.get(where_document={"$contains": "z"})["ids"] == ["a"]
    assert new.query(query_embeddings=[[1, 2, 3]])["documents"] == [["z"]]
    assert new.get(where={"k": "v"})["ids"] == []
    client.reset()
    assert client.count_collections() == 0


def test_clients_of_one_database_see_what_the_others_do(backend: Backend) -> None:
    first, second = backend.client(), backend.client()
    mine = first.create_collection("things")
    theirs = second.get_collection("things")
    mine.add(ids=["a"], embeddings=[[1, 2]], metadatas=[{"n": 1}])

    assert theirs.get(where={"n": 1})["ids"] == ["a"]
    theirs.update(ids=["a"], metadatas=[{"n": 2}], embeddings=[[5, 6]])
    assert mine.query(query_embeddings=[[5, 6]], where={"n": 2})["distances"] == [[0.0]]
    theirs.modify(name="objects")
    assert first.get_collection("objects").count() == 1
    second.delete_collection("objects")
    with pytest.raises(NotFoundError):
        mine.count()


def test_a_closed_client_says_so_and_others_go_on(backend: Backend, kind: str) -> None:
    if kind in ("reopened", "compacted"):
        pytest.skip("opens itself again for each call")
    first, second = backend.client(), backend.client()
    collection = first.create_collection("things")
    collection.add(ids=["a"], embeddings=[[1, 2]])
    first.close()
    first.close()

    assert second.get_collection("things").count() == 1
    second.close()
    for call in (first.heartbeat, first.list_collections, second.count_collections, collection.count, collection.peek):
        if backend.is_remote:
            call()  # opens its connections again
            continue
        with pytest.raises(InternalError, match="closed"):
            call()


def test_a_with_block_closes_its_client(backend: Backend, kind: str) -> None:
    if kind in ("reopened", "compacted"):
        pytest.skip("opens itself again for each call")
    if backend.is_remote:
        pytest.skip("a client of a server opens its connections again")
    with backend.client() as client:
        client.create_collection("things")
    with pytest.raises(InternalError, match="closed"):
        client.count_collections()
    with backend.admin() as admin:
        admin.create_tenant("acme")
    with pytest.raises(InternalError, match="closed"):
        admin.get_tenant("acme")


def test_what_is_on_disk_outlives_its_clients_and_what_is_in_memory_does_not(backend: Backend, kind: str) -> None:
    client = backend.client()
    client.create_collection("things", metadata={"a": 1}).add(ids=["a"], embeddings=[[1, 2]], documents=["x"])
    if kind not in ("reopened", "compacted"):
        client.close()
    later = backend.client()

    if kind == "ephemeral":
        assert later.count_collections() == 0
    else:
        assert later.get_collection("things").metadata == {"a": 1}
        assert later.get_collection("things").get()["documents"] == ["x"]
