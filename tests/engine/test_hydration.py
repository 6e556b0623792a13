"""What reads show of records, whichever queries they were found by."""

from __future__ import annotations

from typing import Any

import pytest

import chromadb


@pytest.fixture
def collection() -> Any:
    with chromadb.EphemeralClient() as client:
        made = client.get_or_create_collection("shown-records", embedding_function=None)
        made.add(
            ids=["a", "b", "c", "d"],
            embeddings=[[0, 1], [0, 2], [0, 3], [0, 4]],
            documents=["first", "second", "third", "fourth"],
            metadatas=[{"n": 1, "parts": ["x", "y"]}, {"chroma:hidden": 5, "n": 2}, {"chroma:hidden": 6}, None],
            uris=["u:a", "u:b", None, "u:d"],
        )
        yield made
        client.delete_collection("shown-records")


def test_every_query_of_a_call_has_its_own_hits(collection: Any) -> None:
    found = collection.query(
        query_embeddings=[[0, 1], [0, 4], [0, 1]], n_results=2, include=["documents", "metadatas", "uris"]
    )

    assert found["ids"] == [["a", "b"], ["d", "c"], ["a", "b"]]
    assert found["documents"] == [["first", "second"], ["fourth", "third"], ["first", "second"]]
    assert found["uris"] == [["u:a", "u:b"], ["u:d", None], ["u:a", "u:b"]]
    assert found["metadatas"] == [
        [{"n": 1, "parts": ["x", "y"]}, {"n": 2}],
        [{}, {}],
        [{"n": 1, "parts": ["x", "y"]}, {"n": 2}],
    ]


def test_changing_one_hit_changes_no_other(collection: Any) -> None:
    found = collection.query(query_embeddings=[[0, 1], [0, 1]], n_results=1)

    found["metadatas"][0][0]["n"] = 99
    found["metadatas"][0][0]["parts"].append("z")
    assert found["metadatas"][1][0] == {"n": 1, "parts": ["x", "y"]}


def test_queries_that_find_nothing_have_empty_columns(collection: Any) -> None:
    found = collection.query(query_embeddings=[[0, 1], [0, 4]], n_results=2, where={"n": 12345})

    assert found["ids"] == [[], []]
    assert found["metadatas"] == [[], []]
    assert found["distances"] == [[], []]
