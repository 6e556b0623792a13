"""Searches over HTTP, as any client may send them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


def sparse(indices: list[int]) -> dict[str, Any]:
    return {"#type": "sparse_vector", "indices": indices, "values": [1.0 for _ in indices]}


def test_searches_are_answered_column_by_column(http: httpx.Client, collection: str) -> None:
    rank = {"$sum": [{"$knn": {"query": [1, 0], "key": "#embedding", "limit": 2}}, {"$val": 1}]}
    everything = {"keys": ["#score", "#document", "#embedding", "#metadata"]}
    searches = [
        {
            "filter": {"#id": {"$in": ["a", "b"]}},
            "rank": rank,
            "limit": {"offset": 0, "limit": 5},
            "select": everything,
        },
        {"filter": None, "rank": None, "group_by": {}, "limit": {"offset": 1}, "select": {"keys": ["n"]}},
        {},
    ]

    answer = http.post(f"{collection}/search", json={"searches": searches, "read_level": "index_and_wal"})

    assert answer.status_code == 200
    assert answer.json() == {
        "ids": [["a", "b"], ["b", "c"], ["a", "b", "c"]],
        "documents": [["first", None], None, None],
        "embeddings": [[[1, 0], [0, 1]], None, None],
        "metadatas": [[{"n": 1, "f": 2.0}, {}], [None, None], None],
        "scores": [[1, 3], None, None],
        "select": [["#document", "#embedding", "#metadata", "#score"], ["n"], []],
    }


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 422, "searches"),
        ({"searches": [], "read_level": "bogus"}, 422, "read_level"),
        ({"searches": [{"filter": {"a": {"$x": 1}}}]}, 422, "searches[0].filter: Invalid where clause"),
        (
            {"searches": [{}, {"rank": {"$bogus": 1}}]},
            422,
            "searches[1].rank: unknown variant `$bogus`, expected one of `$abs`, `$div`, `$exp`, `$knn`, `$log`, "
            "`$max`, `$min`, `$mul`, `$sub`, `$sum`, `$val`",
        ),
        ({"searches": [{"filter": {"n": None}}]}, 422, "searches[0].filter: Invalid where clause"),
        ({"searches": [{"filter": {"#document": "x"}}]}, 400, "key '#document' with type 'Str' because indexing is"),
        ({"searches": [{"limit": {"limit": -1}}]}, 422, "invalid value: integer `-1`, expected u32"),
        (
            {"searches": [{"group_by": {"keys": ["n"]}}]},
            400,
            "searches[0].group_by: group_by keys and aggregate must both be specified or both be omitted",
        ),
        (
            {"searches": [{"group_by": {"keys": ["n"], "aggregate": {"$min_k": {"keys": ["#score"], "k": 1}}}}]},
            400,
            "searches[0].__all__: group_by requires rank expression to be specified",
        ),
        ({"searches": [{"rank": {"$knn": {"query": [1, 2, 3]}}}]}, 400, "dimension of 2, got 3"),
        (
            {"searches": [{"rank": {"$knn": {"query": sparse([2, 1])}}}]},
            400,
            "searches[0].rank: Invalid sparse vector in KNN query: Sparse vector indices must be sorted in strictly ",
        ),
        (
            {"searches": [{"rank": {"$knn": {"query": sparse([]), "key": "n"}}}]},
            400,
            "Cannot filter using metadata key 'n' with type 'SparseVector' because indexing is disabled",
        ),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(http: httpx.Client, collection: str, body: Any, status: int, message: str) -> None:
    answer = http.post(f"{collection}/search", json=body)

    assert answer.status_code == status
    assert message in answer.json()["message"]


def test_nothing_and_one_may_be_joined(http: httpx.Client, collection: str) -> None:
    near = {"$knn": {"query": [1, 0], "limit": 1}}
    searches = [{"filter": {"$and": []}}, {"filter": {"$or": []}}, {"rank": {"$sum": []}}, {"rank": {"$max": [near]}}]

    answer = http.post(f"{collection}/search", json={"searches": searches})

    assert answer.json()["ids"] == [["a", "b", "c"], [], [], ["a"]]


def test_a_number_beyond_all_floats_is_no_json(http: httpx.Client, collection: str) -> None:
    body = b'{"searches":[{"rank":{"$val":1e400}}]}'

    answer = http.post(f"{collection}/search", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert "Failed to parse the request body as JSON" in answer.json()["message"]


def test_deeply_nested_rank_is_refused(http: httpx.Client, collection: str) -> None:
    rank: Any = {"$val": 1}
    for _ in range(300):
        rank = {"$abs": rank}

    answer = http.post(f"{collection}/search", json={"searches": [{"rank": rank}]})

    assert answer.status_code in (400, 422)


def test_additions_to_get_query_and_count(http: httpx.Client, collection: str) -> None:
    def answer(path: str, body: Any) -> Any:
        return http.post(f"{collection}/{path}", json=body).json()

    assert answer("get", {"order_by": {"key": "n"}})["ids"] == ["a", "b", "c"]
    assert answer("get", {"order_by": {"key": "tags", "descending": True}, "limit": 1})["ids"] == ["c"]
    query = {"query_embeddings": [[0, 0]], "exact": True}
    assert answer("query", query | {"offset": 1, "n_results": 1})["ids"] == [["a"]]
    assert answer("query", query | {"max_distance": 0.5})["ids"] == [["c"]]
    assert answer("count", {"where": {"n": 1}}) == 1
    assert answer("count", {}) == 3
    assert answer("facets", {"key": "tags", "where_document": {"$contains": "third"}}) == [["x", 1], ["y", 1]]
    assert http.post(f"{collection}/facets", json={"key": "#id"}).status_code == 422
