"""Records over HTTP: bodies as documented, both forms of vectors, refusals before any change."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import numpy as np
import pytest


def test_get_answers_every_column(http: httpx.Client, collection: str) -> None:
    include = ["embeddings", "documents", "metadatas", "uris", "distances"]
    answer = http.post(f"{collection}/get", json={"ids": ["b", "a", "zzz", "a"], "include": include})
    assert answer.status_code == 200
    assert answer.content.startswith(b'{"ids":["a","b"],"embeddings":[[1.0,0.0],[0.0,1.0]],"documents":["first",null],')
    assert answer.json()["uris"] == [None, "file:///b"]
    assert answer.json()["metadatas"] == [{"n": 1, "f": 2.0}, {}]
    assert answer.json()["include"] == include


def test_get_answers_documents_and_metadatas_by_default(http: httpx.Client, collection: str) -> None:
    answer = http.post(f"{collection}/get", json={"limit": 1, "offset": 2, "where": None}).json()
    assert answer == {
        "ids": ["c"],
        "embeddings": None,
        "documents": ["third"],
        "uris": None,
        "metadatas": [{"tags": ["x", "y"]}],
        "include": ["documents", "metadatas"],
    }


def test_floats_are_printed_in_their_shortest_form(http: httpx.Client, collection: str) -> None:
    answer = http.post(f"{collection}/get", json={"ids": ["c"], "include": ["embeddings"]})
    assert b'"embeddings":[[0.1,0.2]]' in answer.content


def test_query(http: httpx.Client, collection: str) -> None:
    answer = http.post(f"{collection}/query", json={"query_embeddings": [[1, 0], [0, 1]], "n_results": 1}).json()
    assert answer["ids"] == [["a"], ["b"]]
    assert answer["distances"] == [[0.0], [0.0]]
    assert answer["embeddings"] is None
    assert answer["include"] == ["documents", "metadatas", "distances"]


def test_query_edges(http: httpx.Client, collection: str) -> None:
    def ids(**body: Any) -> Any:
        answer = http.post(f"{collection}/query", json={"query_embeddings": [[1, 0]], **body})
        assert answer.status_code == 200, answer.text
        return answer.json()["ids"]

    assert ids(n_results=0) == [[]]
    assert ids(query_embeddings=[]) == []
    assert ids(ids=[]) == [[]]
    assert ids(ids=["b", "unknown"]) == [["b"]]
    assert len(ids(n_results=2**32 - 1)[0]) == 3
    assert ids(where={"n": 1}, where_document={"$contains": "first"}) == [["a"]]
    overflowing = http.post(f"{collection}/query", json={"query_embeddings": [[1e39, 0]]}).json()
    assert overflowing["distances"] == [[None, None, None]]


def test_base64_vectors_are_the_same_as_numbers(http: httpx.Client, collection: str) -> None:
    vectors = np.array([[1.5, -2.25], [1e-45, 3.4028235e38]], dtype="<f4")
    texts = [base64.b64encode(vector.tobytes()).decode() for vector in vectors]
    assert http.post(f"{collection}/upsert", json={"ids": ["x", "y"], "embeddings": texts}).status_code == 200
    update = {"ids": ["a", "y"], "embeddings": [texts[0], None], "documents": [None, "why"]}
    assert http.post(f"{collection}/update", json=update).status_code == 200
    got = http.post(f"{collection}/get", json={"ids": ["x", "y", "a"], "include": ["embeddings"]}).json()
    assert np.array_equal(np.array(got["embeddings"], dtype="<f4"), vectors[[0, 0, 1]])


def test_update_merges_and_null_deletes(http: httpx.Client, collection: str) -> None:
    body = {"ids": ["a", "unknown"], "metadatas": [{"n": None, "new": True}, {"k": 1}]}
    assert http.post(f"{collection}/update", json=body).json() == {}
    assert http.post(f"{collection}/get", json={"ids": ["a"]}).json()["metadatas"] == [{"f": 2.0, "new": True}]


def test_delete_counts(http: httpx.Client, collection: str) -> None:
    def deleted(**body: Any) -> Any:
        return http.post(f"{collection}/delete", json=body).json()["deleted"]

    assert deleted() == 0
    assert deleted(where={"n": 1}, limit=0) == 0
    assert deleted(ids=["zzz", "zzz"]) == 2
    assert deleted(where={"n": 1}) == 1
    assert deleted(ids=["b"]) == 1
    assert http.get(f"{collection}/count").content == b"1"


def test_an_update_of_metadata_alone_needs_no_vectors(http: httpx.Client, collection: str) -> None:
    for embeddings in (None, [None]):
        body = {"ids": ["a"], "embeddings": embeddings, "metadatas": [{"n": 5}]}
        assert http.post(f"{collection}/update", json=body).status_code == 200


ADD = {"ids": ["new"], "embeddings": [[1, 2]]}
REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("add", {"ids": ["new"]}, 422, "missing"),
    ("add", {"ids": ["new"], "embeddings": None}, 422, "EmbeddingsPayload"),
    ("add", {"ids": ["new"], "embeddings": [None]}, 422, "EmbeddingsPayload"),
    ("add", {"ids": ["new", "b"], "embeddings": [[1, 2], "AAAAAA=="]}, 422, "EmbeddingsPayload"),
    ("add", {"ids": ["new"], "embeddings": [[True, 2]]}, 422, "EmbeddingsPayload"),
    ("add", {"ids": ["new"], "embeddings": ["!"]}, 400, "Invalid base64 string"),
    ("add", {"ids": ["new"], "embeddings": ["AAAA"]}, 400, "must be divisible by 4"),
    ("add", {"ids": ["new"], "embeddings": ["AADAfwAAwH8="]}, 400, "Non-finite float value at embedding index 0: NaN"),
    ("add", {"ids": ["new"], "embeddings": [[1e39, 0]]}, 400, "must not contain NaN"),
    ("add", {"ids": ["new"], "embeddings": [[]]}, 400, "at least 1 dimension"),
    ("add", {"ids": ["new"], "embeddings": [[1, 2, 3]]}, 400, "expecting embedding with dimension of 2, got 3"),
    ("add", {"ids": ["new", "d"], "embeddings": [[1, 2], [3]]}, 400, "Inconsistent dimensions"),
    ("add", {"ids": ["new", "d"], "embeddings": [[1, 2]]}, 400, "Inconsistent number of IDs"),
    ("add", {**ADD, "documents": []}, 400, "Inconsistent number of IDs"),
    ("add", {"ids": [""], "embeddings": [[1, 2]]}, 400, "Empty ID"),
    ("add", {"ids": [5], "embeddings": [[1, 2]]}, 422, "ids[0]"),
    ("add", {**ADD, "metadatas": [{"a": None}]}, 422, "metadatas[0].a"),
    ("add", {**ADD, "metadatas": [{"a": {"b": 1}}]}, 422, "metadatas[0].a"),
    ("add", {**ADD, "metadatas": [{"a": [1, "x"]}]}, 422, "metadatas[0].a"),
    ("add", {**ADD, "metadatas": [{"#a": 1}]}, 400, "Invalid metadata at index 0"),
    ("upsert", {"ids": ["new"], "embeddings": [None]}, 422, "EmbeddingsPayload"),
    ("query", {}, 422, "query_embeddings"),
    ("query", {"query_embeddings": [[1, 2, 3]]}, 400, "got 3"),
    ("query", {"query_embeddings": [[]]}, 400, "got 0"),
    ("query", {"query_embeddings": [[1, 2], [1]]}, 400, "Inconsistent dimensions"),
    ("query", {"query_embeddings": [[1, 2]], "n_results": -1}, 422, "n_results"),
    ("query", {"query_embeddings": [[1, 2]], "where": {"$bad": 1}}, 400, "Invalid where clause"),
    ("query", {"query_embeddings": [[1, 2]], "where": [1]}, 400, "Invalid where clause"),
    ("query", {"query_embeddings": [[1, 2]], "where_document": {"$contains": 1}}, 400, "Invalid where document clause"),
    ("query", {"query_embeddings": [[1, 2]], "include": ["data"]}, 422, "include"),
    ("get", {"include": None}, 422, "include"),
    ("get", {"limit": 2**32}, 422, "limit"),
    ("get", {"where": {"a": {"b": 1, "c": 2}}}, 400, "Invalid where clause"),
    ("delete", {"limit": 1}, 400, "limit can only be specified"),
    ("delete", {"ids": []}, 400, "Either ids or where must be specified"),
    ("delete", {"where": {}}, 400, "Invalid where clause"),
    ("conditional/get", {}, 400, "positive limit"),
    ("conditional/get", {"ids": ["a"]}, 501, "disabled"),
    ("conditional/commit", {"operations": [], "read_ids": ["a"]}, 400, "requires read_token"),
    ("conditional/commit", {"operations": []}, 501, "disabled"),
    ("functions/attach", {"name": "f", "function_id": "record_counter", "output_collection": "o"}, 501, "not yet"),
    ("attached_functions/f/detach", {}, 501, "Not implemented"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "body", "status", "text"), REFUSED)
def test_refusals_change_nothing(
    http: httpx.Client, collection: str, call: str, body: dict[str, Any], status: int, text: str
) -> None:
    answer = http.post(f"{collection}/{call}", json=body)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error", "message"}
    assert text in answer.json()["message"]
    assert len(answer.headers["chroma-trace-id"]) == 32
    assert http.get(f"{collection}/count").json() == 3


def test_a_collection_is_only_found_where_it_lies(http: httpx.Client, collection: str) -> None:
    elsewhere = "/tenants/other/databases/default_database/collections/" + collection.rsplit("/", 1)[1]
    assert http.get(f"{collection}/count").json() == 3
    for call in ("get", "delete"):
        answer = http.post(f"{elsewhere}/{call}", json={"ids": ["a"]})
        assert answer.status_code == 404
        assert answer.json()["error"] == "NotFoundError"
    assert http.get(f"{collection}/count").json() == 3


def test_status_calls(http: httpx.Client, collection: str) -> None:
    assert http.get(f"{collection}/indexing_status").json() == {
        "op_indexing_progress": 1.0,
        "num_unindexed_ops": 0,
        "num_indexed_ops": 3,
        "total_ops": 3,
    }
    assert http.get(f"{collection}/count?read_level=index_only").json() == 3
    assert http.get(f"{collection}/count?read_level=").status_code == 400
    assert http.get(f"{collection}/fork_count").status_code == 501
    assert http.get(f"{collection}/functions/f").json() == {
        "error": "NotFoundError",
        "message": "Attached function not found",
    }
