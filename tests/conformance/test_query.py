"""query: the nearest records, nearest first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

_KEYS = ["ids", "embeddings", "documents", "uris", "included", "data", "metadatas", "distances"]


@pytest.fixture
def line(collection: Any) -> Any:
    """Give a collection of the points 0 to 9 on a line."""
    numbers = range(10)
    collection.add(
        ids=[str(number) for number in numbers],
        embeddings=[[number, 0, 0] for number in numbers],
        documents=[f"number {number}" for number in numbers],
        metadatas=[{"even": number % 2 == 0} for number in numbers],
        uris=[f"n:{number}" for number in numbers],
    )
    return collection


def test_the_nearest_come_first(line: Any) -> None:
    found = line.query(query_embeddings=[[6.9, 0, 0]], n_results=3)

    assert list(found) == _KEYS
    assert found["ids"] == [["7", "6", "8"]]
    assert found["documents"] == [["number 7", "number 6", "number 8"]]
    assert found["metadatas"] == [[{"even": False}, {"even": True}, {"even": True}]]
    assert found["distances"] == [pytest.approx([0.01, 0.81, 1.21], rel=1e-5)]
    assert all(type(distance) is float for distance in found["distances"][0])
    assert sorted(found["included"]) == ["distances", "documents", "metadatas"]
    assert (found["embeddings"], found["uris"], found["data"]) == (None, None, None)


def test_each_query_gets_its_own_answer(line: Any) -> None:
    found = line.query(query_embeddings=[[0, 0, 0], [9, 0, 0], [4, 0, 0]], n_results=2)

    assert [ids[0] for ids in found["ids"]] == ["0", "9", "4"]
    assert [len(ids) for ids in found["ids"]] == [2, 2, 2]
    assert len(found["documents"]) == len(found["metadatas"]) == len(found["distances"]) == 3
    alone = [line.query(query_embeddings=[[number, 0, 0]], n_results=2)["distances"][0] for number in (0, 9, 4)]
    assert found["distances"] == alone


def test_ten_results_unless_asked_otherwise(line: Any) -> None:
    line.add(ids=["10", "11"], embeddings=[[10, 0, 0], [11, 0, 0]])

    assert len(line.query(query_embeddings=[[0, 0, 0]])["ids"][0]) == 10
    assert len(line.query(query_embeddings=[[0, 0, 0]], n_results=11)["ids"][0]) == 11


@pytest.mark.parametrize("n_results", [10, 11, 100_000])
def test_more_results_than_records_are_all_records(line: Any, n_results: int) -> None:
    found = line.query(query_embeddings=[[0, 0, 0]], n_results=n_results)

    assert found["ids"] == [[str(number) for number in range(10)]]


def test_only_records_that_satisfy_the_filters_count(line: Any) -> None:
    found = line.query(query_embeddings=[[7, 0, 0]], n_results=3, where={"even": True})
    assert set(found["ids"][0][:2]) == {"6", "8"}
    assert found["ids"][0][2] == "4"
    found = line.query(query_embeddings=[[7, 0, 0]], where={"even": True}, where_document={"$regex": "[0-4]$"})
    assert found["ids"] == [["4", "2", "0"]]
    found = line.query(query_embeddings=[[7, 0, 0], [0, 0, 0]], where={"even": "no"})
    assert (found["ids"], found["documents"], found["distances"]) == ([[], []], [[], []], [[], []])


def test_only_the_given_ids_count(line: Any) -> None:
    assert line.query(query_embeddings=[[7, 0, 0]], ids=["1", "9", "3"], n_results=2)["ids"] == [["9", "3"]]
    assert line.query(query_embeddings=[[7, 0, 0]], ids="1")["ids"] == [["1"]]
    assert line.query(query_embeddings=[[7, 0, 0]], ids=["1", "unknown", "1"])["ids"] == [["1"]]
    assert line.query(query_embeddings=[[7, 0, 0]], ids=["unknown"])["ids"] == [[]]
    assert line.query(query_embeddings=[[7, 0, 0]], ids=[])["ids"] == [[]]
    assert line.query(query_embeddings=[[7, 0, 0]], ids=["1", "2"], where={"even": True})["ids"] == [["2"]]


@pytest.mark.parametrize("include", [[], ["distances"], ["embeddings"], ["uris", "documents"], ["metadatas"]], ids=repr)
def test_query_returns_the_columns_asked_for(line: Any, include: list[Any]) -> None:
    found = line.query(query_embeddings=[[2, 0, 0], [3, 0, 0]], n_results=1, include=include)

    assert found["ids"] == [["2"], ["3"]]
    assert found["included"] == include
    expected = {
        "distances": [[0.0], [0.0]],
        "documents": [["number 2"], ["number 3"]],
        "metadatas": [[{"even": True}], [{"even": False}]],
        "uris": [["n:2"], ["n:3"]],
    }
    for column, values in expected.items():
        assert found[column] == (values if column in include else None)
    assert (found["embeddings"] is not None) == ("embeddings" in include)


def test_vectors_of_hits_come_as_an_array_a_query(line: Any) -> None:
    found = line.query(query_embeddings=[[2, 0, 0], [3, 0, 0]], n_results=2, include=["embeddings"])["embeddings"]

    assert [array.shape for array in found] == [(2, 3), (2, 3)]
    assert all(array.dtype == np.float64 for array in found)
    assert found[0][0].tolist() == [2, 0, 0]


def test_an_empty_collection_answers_every_query_with_nothing(collection: Any) -> None:
    found = collection.query(query_embeddings=[[1, 2, 3], [4, 5, 6]], include=["embeddings", "documents", "distances"])

    assert (found["ids"], found["documents"], found["distances"]) == ([[], []], [[], []], [[], []])
    assert [len(array) for array in found["embeddings"]] == [0, 0]


def test_equal_vectors_are_all_found(collection: Any) -> None:
    collection.add(ids=[str(number) for number in range(50)], embeddings=[[1, 1, 1]] * 50)
    found = collection.query(query_embeddings=[[1, 1, 1]], n_results=50)

    assert sorted(found["ids"][0], key=int) == [str(number) for number in range(50)]
    assert set(found["distances"][0]) == {0.0}
    assert len(set(collection.query(query_embeddings=[[1, 1, 1]], n_results=7)["ids"][0])) == 7


def test_a_changed_vector_is_found_where_it_is_now(line: Any) -> None:
    line.query(query_embeddings=[[0, 0, 0]])
    line.update(ids=["3"], embeddings=[[100, 0, 0]])
    line.upsert(ids=["5"], embeddings=[[200, 0, 0]])

    assert line.query(query_embeddings=[[100, 0, 0]], n_results=1)["distances"] == [[0.0]]
    assert line.query(query_embeddings=[[200, 0, 0]], n_results=2)["ids"] == [["5", "3"]]
    assert line.query(query_embeddings=[[3, 0, 0]], n_results=99)["ids"][0].count("3") == 1


def test_many_queries_in_one_call(collection: Any) -> None:
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(700, 16)).astype(np.float32)
    queries = rng.normal(size=(300, 16)).astype(np.float32)
    collection.add(ids=[str(number) for number in range(700)], embeddings=vectors)
    found = collection.query(query_embeddings=queries, n_results=5)

    exact = np.sort(((queries[:, None].astype(np.float64) - vectors[None]) ** 2).sum(axis=2), axis=1)[:, :5]
    assert np.array(found["distances"]) == pytest.approx(exact, rel=1e-5)
