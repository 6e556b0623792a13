"""The shapes and types that ids, documents and vectors may come in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .contents import records
from .embedding_functions import Letters

_MATRIX = [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    "vectors",
    [
        [[1, 2, 3], [4, 5, 6]],
        [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
        [[1, 2.0, True + 2], (4, 5, 6)],
        ((1, 2, 3), (4, 5, 6)),
        [np.array([1, 2, 3]), np.array([4, 5, 6])],
        [np.array([1, 2, 3], dtype=np.float16), np.array([4, 5, 6], dtype=np.float64)],
        np.array(_MATRIX).T.copy().T,
        np.array(_MATRIX + _MATRIX)[:2],
        np.array(_MATRIX * 2)[::3][:, :],
        np.array([row[::-1] for row in _MATRIX])[:, ::-1],
        *[np.array(_MATRIX, dtype=dtype) for dtype in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u4", ">f4",
        ">i8")],
    ],
    ids=repr,
)  # fmt: skip
def test_vectors_come_as_lists_tuples_and_arrays(collection: Any, vectors: Any) -> None:
    expected = [_MATRIX[0], _MATRIX[0] if len(vectors) and np.array_equal(vectors[1], _MATRIX[0]) else _MATRIX[1]]
    collection.add(ids=["a", "b"], embeddings=vectors)
    found = collection.get(include=["embeddings"])["embeddings"]

    assert found.dtype == np.float64
    assert found.tolist() == expected
    answer = collection.query(query_embeddings=vectors, n_results=1, include=["distances"])
    assert answer["distances"] == [[0.0], [0.0]]


@pytest.mark.parametrize(
    "vector",
    [[1, 2, 3], (1, 2, 3), [1.0, 2.0, 3.0], np.array([1, 2, 3]), np.array([1, 2, 3], dtype=np.float32), [[1, 2, 3]],
     [np.float64(1), np.float64(2), np.float64(3)], [np.float32(1), 2, 3], np.array([[1, 2, 3]])],
    ids=repr,
)  # fmt: skip
def test_one_record_needs_no_lists(collection: Any, vector: Any) -> None:
    collection.add(ids="a", embeddings=vector, documents="x", metadatas={"n": 1}, uris="file:///a")

    assert records(collection) == [("a", "x", {"n": 1}, "file:///a", (1, 2, 3))]
    assert collection.query(query_embeddings=vector)["ids"] == [["a"]]
    assert collection.get(ids="a")["ids"] == ["a"]
    collection.update(ids="a", documents="y", embeddings=vector)
    collection.upsert(ids="a", metadatas={"m": 2}, embeddings=vector)
    assert records(collection) == [("a", "y", {"n": 1, "m": 2}, "file:///a", (1, 2, 3))]


def test_tuples_are_taken_like_lists(collection: Any) -> None:
    collection.add(ids=("a", "b"), embeddings=((1, 2, 3), (4, 5, 6)), documents=("x", "y"), metadatas=({"n": 1}, None))

    assert collection.get(ids=("b", "a"))["documents"] == ["x", "y"]
    assert collection.query(query_embeddings=[[1, 2, 3]], ids=("b",))["ids"] == [["b"]]


def test_documents_are_embedded_where_no_vectors_are_given(collection: Any) -> None:
    collection.add(ids=["a", "b"], documents=["aaa b", "c"])
    collection.upsert(ids=["b", "c"], documents=["bb", "cc"])
    found = collection.get(include=["embeddings", "documents"])

    assert found["embeddings"].tolist() == [[3, 1, 0], [0, 2, 0], [0, 0, 2]]
    assert found["documents"] == ["aaa b", "bb", "cc"]
    assert collection.query(query_texts="bb", n_results=1)["ids"] == [["b"]]
    assert collection.query(query_texts=["bb", "aaa"], n_results=1)["ids"] == [["b"], ["a"]]


def test_vectors_given_win_over_documents(collection: Any) -> None:
    collection.add(ids=["a"], documents=["aaa"], embeddings=[[9, 9, 9]])

    assert collection.get(include=["embeddings"])["embeddings"].tolist() == [[9, 9, 9]]
    answer = collection.query(query_embeddings=[[9, 9, 9]], query_texts=["aaa"])
    assert answer["distances"] == [[0.0]]


def test_images_are_embedded_and_not_kept(client: Any) -> None:
    class Brightness(Letters):
        def __call__(self, input: Any) -> Any:
            return [np.array([float(np.mean(image)), 1.0]) for image in input]

        @staticmethod
        def name() -> str:
            return "conformance-brightness"

        @staticmethod
        def build_from_config(config: dict[str, Any]) -> Any:
            return Brightness(config["scale"])

    collection = client.create_collection("pictures", embedding_function=Brightness())
    dark, bright = np.zeros((2, 2)), np.full((2, 2), 8)
    collection.add(ids=["dark", "bright"], images=[dark, bright], metadatas=[{"n": 1}, {"n": 2}])

    assert records(collection) == [
        ("dark", None, {"n": 1}, None, (0, 1)), ("bright", None, {"n": 2}, None, (8, 1)),
    ]  # fmt: skip
    assert collection.query(query_images=[bright], n_results=1)["ids"] == [["bright"]]


def test_uris_are_loaded_embedded_and_read_again(client: Any) -> None:
    def load(uris: Any) -> Any:
        return [None if uri is None else uri.removeprefix("text:") for uri in uris]

    collection = client.create_collection("things", embedding_function=Letters(), data_loader=load)
    collection.add(ids=["a", "b"], uris=["text:aa", "text:b"])

    found = collection.get(include=["uris", "data", "embeddings"])
    assert found["uris"] == ["text:aa", "text:b"]
    assert found["data"] == ["aa", "b"]
    assert found["metadatas"] is None
    assert found["embeddings"].tolist() == [[2, 0, 0], [0, 1, 0]]
    answer = collection.query(query_uris="text:b", n_results=2, include=["data"])
    assert answer["ids"] == [["b", "a"]]
    assert answer["data"] == [["b", "aa"]]
    assert answer["uris"] is None
    collection.update(ids=["a"], uris=["text:c"])
    assert collection.get(include=["data", "embeddings"])["data"] == ["c", "b"]
    assert collection.get(include=["embeddings"])["embeddings"].tolist() == [[2, 0, 0], [0, 1, 0]]
