"""Texts that were embedded once are not embedded again."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chromadb
from chromadb.api.types import Documents, EmbeddingFunction, Embeddings
from chromadb.utils.embedding_functions import CachedEmbeddingFunction, register_embedding_function


@register_embedding_function
class Lengths(EmbeddingFunction[Documents]):
    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor
        self.asked: list[Any] = []

    def __call__(self, input: Documents) -> Embeddings:
        self.asked.append(list(input))
        return [np.array([len(text) * self.factor, 0.1], np.float32) for text in input]

    @staticmethod
    def name() -> str:
        return "lengths-for-the-cache"

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Lengths:
        return Lengths(config["factor"])

    def default_space(self) -> Any:
        return "ip"


class Asking(Lengths):
    def embed_query(self, input: Documents) -> Embeddings:
        return self(["?" + text for text in input])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "vectors.sqlite3"


def test_only_new_texts_are_embedded_and_each_once(path: Path) -> None:
    inner = Lengths()
    cached = CachedEmbeddingFunction(inner, path)

    first = cached(["one", "three", "one"])
    again = cached(["three", "eleven", "one", "\ud800"])

    assert [vector[0] for vector in first] == [3, 5, 3]
    assert [vector[0] for vector in again] == [5, 6, 3, 1]
    assert again[0].dtype == np.float32
    assert again[0].tobytes() == first[1].tobytes()
    assert inner.asked == [["one", "three"], ["eleven", "\ud800"]]


def test_the_file_outlives_the_function_and_keeps_models_apart(path: Path) -> None:
    CachedEmbeddingFunction(Lengths(), path)(["one"])
    same, other = Lengths(), Lengths(factor=2.0)

    assert CachedEmbeddingFunction(same, path)(["one"])[0][0] == 3
    assert CachedEmbeddingFunction(other, path)(["one"])[0][0] == 6
    assert (same.asked, other.asked) == ([], [["one"]])


def test_questions_are_kept_apart_where_the_function_treats_them_differently(path: Path) -> None:
    plain, asking = Lengths(), Asking(factor=3.0)
    for function in (plain, asking):
        cached = CachedEmbeddingFunction(function, path)
        cached(["one"])
        cached.embed_query(["one"])
        cached.embed_query(["one"])

    assert plain.asked == [["one"]]
    assert asking.asked == [["one"], ["?one"]]


def test_what_is_no_text_is_embedded_each_time(path: Path) -> None:
    inner = Lengths()
    cached = CachedEmbeddingFunction(inner, path)
    for _ in range(2):
        cached([np.zeros(3), "x"])

    assert len(inner.asked) == 2


def test_more_texts_than_one_statement_takes(path: Path) -> None:
    inner = Lengths()
    texts = ["x" * n for n in range(1, 1300)]
    for _ in range(2):
        found = CachedEmbeddingFunction(inner, path)(texts)
        assert [vector[0] for vector in found] == list(range(1, 1300))

    assert len(inner.asked) == 1


def test_a_collection_keeps_the_description_of_the_function_itself(tmp_path: Path, path: Path) -> None:
    inner = Lengths()
    with chromadb.PersistentClient(tmp_path / "data") as client:
        things = client.create_collection("things", embedding_function=CachedEmbeddingFunction(inner, path))
        things.add(ids=["a"], documents=["abc"])
        things.query(query_texts=["abc"], n_results=1)
        assert inner.asked == [["abc"]]
        assert things.configuration_json["hnsw"]["space"] == "ip"
        stored = things.configuration_json["embedding_function"]
        assert stored == {"type": "known", "name": "lengths-for-the-cache", "config": {"factor": 1.0}}

        found = client.get_collection("things", embedding_function=CachedEmbeddingFunction(Lengths(), path))
        assert found.query(query_texts=["abc"], n_results=1)["ids"] == [["a"]]
        assert isinstance(client.get_collection("things").configuration["embedding_function"], Lengths)


def _embed(path: Path, start: int) -> None:
    CachedEmbeddingFunction(Lengths(), path)(["x" * n for n in range(start, start + 300)])


def test_many_processes_share_a_file(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_embed, args=(path, start)) for start in (1, 151, 301)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0

    inner = Lengths()
    CachedEmbeddingFunction(inner, path)(["x" * n for n in range(1, 601)])
    assert inner.asked == []


def test_clearing_forgets(path: Path) -> None:
    inner = Lengths()
    cached = CachedEmbeddingFunction(inner, path)
    cached(["one"])
    cached.clear()
    cached(["one"])

    assert inner.asked == [["one"], ["one"]]


def test_a_file_that_is_no_cache_is_refused_and_left(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("my notes " * 100)

    with pytest.raises(ValueError, match="no usable cache of embeddings"):
        CachedEmbeddingFunction(Lengths(), path)(["one"])
    assert path.read_text() == "my notes " * 100


def test_a_function_without_a_description_is_refused(path: Path) -> None:
    class Nameless(EmbeddingFunction[Documents]):
        def __init__(self) -> None: ...

        def __call__(self, input: Documents) -> Embeddings:
            return [np.zeros(2) for _ in input]

    with (
        pytest.warns(DeprecationWarning, match="does not implement"),
        pytest.raises(ValueError, match="no name or no configuration"),
    ):
        CachedEmbeddingFunction(Nameless(), path)


def test_it_shows_what_it_holds(path: Path) -> None:
    assert str(path) in repr(CachedEmbeddingFunction(Lengths(), path))
