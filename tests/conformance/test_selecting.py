"""Offsets, limits and orders beyond the original's: pages of answers, distances, ordered reads, counts and facets."""

from __future__ import annotations

from typing import Any

import pytest

from chromadb import K
from chromadb.errors import InvalidArgumentError

IDS = ["a", "b", "c", "d", "e", "f"]


@pytest.fixture
def numbers(collection: Any) -> Any:
    """Give records at 0, 1, 2 ... of a line."""
    collection.add(
        ids=IDS,
        embeddings=[[float(place), 0.0, 0.0] for place in range(6)],
        documents=["apple", "banana", "cherry", "apple pie", None, "banana split"],
        metadatas=[
            {"n": 3, "tag": ["x", "y", "x"]},
            {"n": 1.5, "tag": "x"},
            None,
            {"n": "text", "tag": ["y"]},
            {"n": True},
            {"n": 1, "tag": "x"},
        ],
    )
    return collection


ORIGIN = [0.0, 0.0, 0.0]


def test_offset_leaves_out_the_nearest(numbers: Any) -> None:
    found = numbers.query(query_embeddings=[ORIGIN, [5.0, 0.0, 0.0]], n_results=2, offset=1)

    assert found["ids"] == [["b", "c"], ["e", "d"]]
    assert found["distances"] == [[1.0, 4.0], [1.0, 4.0]]
    assert numbers.query(query_embeddings=ORIGIN, n_results=3, offset=5)["ids"] == [["f"]]
    assert numbers.query(query_embeddings=ORIGIN, n_results=3, offset=50)["ids"] == [[]]


def test_max_distance_leaves_out_what_is_farther(numbers: Any) -> None:
    assert numbers.query(query_embeddings=ORIGIN, max_distance=4)["ids"] == [["a", "b", "c"]]
    assert numbers.query(query_embeddings=ORIGIN, max_distance=10**400) == numbers.query(query_embeddings=ORIGIN)
    assert numbers.query(query_embeddings=ORIGIN, max_distance=3.99, offset=1)["ids"] == [["b"]]
    assert numbers.query(query_embeddings=ORIGIN, max_distance=-1, include=["documents"])["documents"] == [[]]


def test_exact_query_answers_alike(numbers: Any) -> None:
    condition: dict[str, Any] = {"where_document": {"$contains": "apple"}}

    assert numbers.query(query_embeddings=ORIGIN, exact=True)["ids"] == [IDS]
    assert numbers.query(query_embeddings=ORIGIN, exact=True, **condition)["ids"] == [["a", "d"]]


def test_records_in_the_order_of_a_key(numbers: Any) -> None:
    assert numbers.get(order_by="n")["ids"] == ["e", "f", "a", "b", "d", "c"]
    assert numbers.get(order_by=(K("n"), "desc"))["ids"] == ["d", "b", "a", "f", "e", "c"]
    assert numbers.get(order_by="unknown")["ids"] == IDS


def test_order_goes_with_conditions_pages_and_columns(numbers: Any) -> None:
    found = numbers.get(
        where={"tag": "x"}, order_by=("n", "desc"), limit=1, offset=0, include=["embeddings", "documents"]
    )
    assert (found["ids"], found["documents"]) == (["b"], ["banana"])
    assert found["embeddings"].tolist() == [[1.0, 0.0, 0.0]]
    assert numbers.get(ids=["a", "b", "c"], order_by="n", limit=2, offset=1)["ids"] == ["b", "c"]


def test_count_of_what_satisfies_a_condition(numbers: Any) -> None:
    assert numbers.count() == 6
    assert numbers.count(where={"tag": "x"}) == 2
    assert numbers.count(where_document={"$contains": "apple"}) == 2
    assert numbers.count(where={"tag": "x"}, where_document={"$contains": "split"}) == 1
    assert numbers.count(where={"n": {"$ne": 3}}) == 5


def test_facets_count_the_records_of_each_value(numbers: Any) -> None:
    assert numbers.facets("tag") == [("x", 3), ("y", 2)]
    assert numbers.facets("n") == [(True, 1), (1, 1), (3, 1), (1.5, 1), ("text", 1)]
    assert [type(value) for value, _ in numbers.facets("n")] == [bool, int, int, float, str]
    assert numbers.facets(K("tag"), where={"n": {"$gt": 1}}) == [("x", 2), ("y", 1)]
    assert numbers.facets("tag", where_document={"$contains": "pie"}) == [("y", 1)]
    assert numbers.facets("tag", limit=1) == [("x", 3)]
    assert numbers.facets("unknown") == []


def test_facets_and_order_follow_changes(numbers: Any) -> None:
    numbers.facets("tag")
    numbers.update(ids=["a", "b"], metadatas=[{"tag": "z", "n": 0}, {"tag": None}])
    numbers.delete(ids=["f"])

    assert numbers.facets("tag") == [("y", 1), ("z", 1)]
    assert numbers.get(order_by="n")["ids"] == ["e", "a", "b", "d", "c"]
    assert numbers.count(where={"tag": "z"}) == 1


def test_what_is_malformed_is_refused(numbers: Any) -> None:
    for key in ("#id", "", "$x"):
        with pytest.raises(ValueError, match="Expected key to be a metadata key"):
            numbers.facets(key)
    with pytest.raises(TypeError, match="key must be a string or Key"):
        numbers.facets(1)
    with pytest.raises(ValueError, match="'asc' or 'desc', got 'up'"):
        numbers.get(order_by=("n", "up"))
    with pytest.raises(TypeError, match="Expected order_by to be a metadata key or a pair"):
        numbers.get(order_by=("n",))
    with pytest.raises(OverflowError, match="offset"):
        numbers.query(query_embeddings=ORIGIN, offset=-1)
    with pytest.raises(ValueError, match="max_distance"):
        numbers.query(query_embeddings=ORIGIN, max_distance=float("nan"))
    with pytest.raises(ValueError, match="max_distance"):
        numbers.query(query_embeddings=ORIGIN, max_distance=float("-inf"))
    with pytest.raises(TypeError, match="Expected max_distance to be a number"):
        numbers.query(query_embeddings=ORIGIN, max_distance="1")
    with pytest.raises(TypeError, match="Expected exact to be a bool"):
        numbers.query(query_embeddings=ORIGIN, exact=1)
    with pytest.raises(ValueError, match="in count"):
        numbers.count(where={})
    with pytest.raises(InvalidArgumentError, match="indexing is disabled"):
        numbers.count(where={"#document": "x"})
