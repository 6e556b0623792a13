"""Which records get sparse vectors of their texts, and which do not."""

from __future__ import annotations

from typing import Any

import pytest

from chromadb import SparseVector
from chromadb.client.sparse_embedding import SparseEmbedding
from chromadb.utils.embedding_functions import ChromaBm25EmbeddingFunction

BM25 = {"type": "known", "name": "chroma_bm25", "config": {}}
GIVEN = SparseVector([1], [1.0])


def embedding(**indexes: Any) -> SparseEmbedding:
    def index(config: Any) -> Any:
        return {"sparse_vector": {"sparse_vector_index": {"enabled": config.pop("enabled", True), "config": config}}}

    return SparseEmbedding({"defaults": {}, "keys": {key: index(config) for key, config in indexes.items()}})


def bm25(text: str) -> SparseVector:
    return ChromaBm25EmbeddingFunction()([text])[0]


def test_documents_are_embedded_where_no_vector_is_given() -> None:
    sparse = embedding(sp={"embedding_function": BM25, "source_key": "#document"})

    assert sparse.filled(None, ["a fox", None, "zebras"]) == [{"sp": bm25("a fox")}, None, {"sp": bm25("zebras")}]
    metadatas: list[Any] = [{"sp": GIVEN}, {"n": 1}, None, {"sp": None}]
    assert sparse.filled(metadatas, ["fox", "fox", "fox", "fox"]) == [
        {"sp": GIVEN}, {"n": 1, "sp": bm25("fox")}, {"sp": bm25("fox")}, {"sp": None}
    ]  # fmt: skip
    assert metadatas[1] == {"n": 1}
    assert sparse.filled(metadatas, None) is metadatas
    assert sparse.filled(None, None) is None


def test_metadata_texts_are_embedded_each_into_its_own_key() -> None:
    sparse = embedding(
        one={"embedding_function": BM25, "source_key": "title"},
        two={"embedding_function": BM25, "source_key": "#document"},
    )
    metadatas: list[Any] = [{"title": "fox"}, {"title": 3}, None]

    assert sparse.filled(metadatas, ["zebra", None, "cat"]) == [
        {"title": "fox", "one": bm25("fox"), "two": bm25("zebra")}, {"title": 3}, {"two": bm25("cat")}
    ]  # fmt: skip


@pytest.mark.parametrize(
    "config",
    [
        {"embedding_function": BM25},
        {"embedding_function": {"type": "unknown"}, "source_key": "#document"},
        {"source_key": "#document"},
        {"embedding_function": BM25, "source_key": "#document", "enabled": False},
    ],
)
def test_an_index_without_function_source_or_use_embeds_nothing(config: Any) -> None:
    assert embedding(sp=config).filled(None, ["fox"]) is None


def test_the_function_of_a_key_is_built_once() -> None:
    sparse = embedding(sp={"embedding_function": BM25}, other={})
    function = sparse.function("sp")

    assert isinstance(function, ChromaBm25EmbeddingFunction)
    assert sparse.function("sp") is function
    assert sparse.function("other") is None
    assert sparse.function("unknown") is None
    assert SparseEmbedding(None).function("sp") is None


def test_a_function_that_this_process_does_not_know_is_refused_when_it_is_needed() -> None:
    sparse = embedding(sp={"embedding_function": {**BM25, "name": "nobody"}, "source_key": "#document"})

    assert sparse.filled([{"sp": GIVEN}], ["fox"]) == [{"sp": GIVEN}]
    with pytest.raises(ValueError, match=r"^Embedding function nobody not found\. Add @register_embedding_function"):
        sparse.filled(None, ["fox"])
