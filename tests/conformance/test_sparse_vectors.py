"""Sparse vectors in metadata, given or made from texts as the schema says."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chromadb import K, Knn, Schema, Search, SparseEmbeddingFunction, SparseVector, SparseVectorIndexConfig
from chromadb.errors import ChromaError
from chromadb.utils.embedding_functions import ChromaBm25EmbeddingFunction, register_sparse_embedding_function


@register_sparse_embedding_function
class Initials(SparseEmbeddingFunction[Any]):
    """One dimension for each letter that a word begins with; counts how often."""

    def __init__(self, factor: float = 1.0) -> None:
        self._factor = factor

    def __call__(self, input: Any) -> list[SparseVector]:
        vectors = []
        for text in input:
            initials = [ord(word[0]) for word in text.split(" ")]
            indices = sorted(set(initials))
            vectors.append(SparseVector(indices, [self._factor * initials.count(index) for index in indices]))
        return vectors

    @staticmethod
    def name() -> str:
        return "initials"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Initials:
        return Initials(config["factor"])

    def get_config(self) -> dict[str, Any]:
        return {"factor": self._factor}


def sparse_schema(**config: Any) -> Schema:
    return Schema().create_index(SparseVectorIndexConfig(**config), key="sp")


def made(client: Any, **config: Any) -> Any:
    return client.create_collection("things", embedding_function=None, schema=sparse_schema(**config))


def sparse_values(collection: Any, key: str = "sp") -> dict[str, Any]:
    got = collection.get(include=["metadatas"])
    return {id_: (metadata or {}).get(key) for id_, metadata in zip(got["ids"], got["metadatas"], strict=True)}


def vectors(count: int) -> list[list[float]]:
    return [[float(number), 1.0] for number in range(count)]


def test_values_come_back_in_binary32_and_in_shortest_form(client: Any) -> None:
    collection = made(client)
    given = [
        SparseVector([1, 7, 2**32 - 1], [0.1, -1 / 3, 2]),
        SparseVector([3], [1.5], ["token"]),
        SparseVector([], []),
        {"#type": "sparse_vector", "indices": [4], "values": [1e-30]},
    ]
    collection.add(ids=list("abcd"), embeddings=vectors(4), metadatas=[{"sp": value, "n": 1} for value in given])

    assert sparse_values(collection) == {
        "a": SparseVector([1, 7, 2**32 - 1], [0.1, -0.33333334, 2.0]),
        "b": SparseVector([3], [1.5], ["token"]),
        "c": SparseVector([], []),
        "d": SparseVector([4], [1e-30]),
    }
    queried = collection.query(query_embeddings=[[1.0, 1.0]], n_results=1, include=["metadatas"])
    assert queried["metadatas"] == [[{"sp": SparseVector([3], [1.5], ["token"]), "n": 1}]]


def test_values_are_replaced_kept_and_deleted_like_others(client: Any) -> None:
    collection = made(client)
    collection.add(ids=["a", "b"], embeddings=vectors(2), metadatas=[{"sp": SparseVector([1], [1.0])}] * 2)
    collection.update(ids=["a", "b"], metadatas=[{"sp": SparseVector([2], [2.0])}, {"n": 1}])
    assert sparse_values(collection) == {"a": SparseVector([2], [2.0]), "b": SparseVector([1], [1.0])}
    collection.upsert(ids=["b", "c"], embeddings=vectors(2), metadatas=[{"sp": None}, {"sp": SparseVector([3], [3.0])}])
    assert sparse_values(collection) == {"a": SparseVector([2], [2.0]), "b": None, "c": SparseVector([3], [3.0])}
    copy = collection.fork("copy")
    collection.delete(ids=["c"])
    assert sparse_values(copy) == {"a": SparseVector([2], [2.0]), "b": None, "c": SparseVector([3], [3.0])}
    assert copy.schema.keys["sp"].sparse_vector.sparse_vector_index.enabled


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (SparseVector([2**32], [1.0]), "must ascend from 0 to 4294967295 at most"),
        (SparseVector([1], [1e39]), "no finite number of 32 bits"),
        (SparseVector([1], [float("nan")]), "no finite number of 32 bits"),
        (SparseVector([1], [1.0], [3]), "labels of the sparse vector of 'sp' must be texts"),
    ],
)
def test_what_no_index_can_hold_is_refused_before_anything_changes(client: Any, value: Any, message: str) -> None:
    collection = made(client)
    with pytest.raises(ChromaError, match=message):
        collection.add(ids=["a", "b"], embeddings=vectors(2), metadatas=[{"n": 1}, {"sp": value}])
    assert collection.count() == 0


def test_documents_are_embedded_on_every_kind_of_write(client: Any) -> None:
    collection = made(client, embedding_function=Initials(2.0), source_key=K.DOCUMENT)
    given = SparseVector([1], [1.0])
    collection.add(
        ids=["a", "b", "c"],
        embeddings=vectors(3),
        documents=["apple ant bee", "cat", None],
        metadatas=[{"n": 1}, {"sp": given}, {"n": 3}],
    )
    assert sparse_values(collection) == {"a": SparseVector([97, 98], [4.0, 2.0]), "b": given, "c": None}
    collection.update(ids=["a"], embeddings=vectors(1), documents=["dog"])
    collection.update(ids=["b"], metadatas=[{"n": 2}])
    collection.upsert(ids=["c", "d"], embeddings=vectors(2), documents=["egg", "fox"])
    assert sparse_values(collection) == {
        "a": SparseVector([100], [2.0]),
        "b": given,
        "c": SparseVector([101], [2.0]),
        "d": SparseVector([102], [2.0]),
    }


def test_metadata_texts_are_embedded_by_whoever_opens_the_collection(client: Any) -> None:
    made(client, embedding_function=ChromaBm25EmbeddingFunction(avg_doc_length=10), source_key="title")
    collection = client.get_collection("things", embedding_function=None)
    collection.add(ids=["a", "b"], embeddings=vectors(2), metadatas=[{"title": "Foxes jumping"}, {"title": 5}])

    (expected,) = ChromaBm25EmbeddingFunction(avg_doc_length=10)(["Foxes jumping"])
    found = sparse_values(collection)
    assert found["b"] is None
    assert found["a"].indices == expected.indices
    assert found["a"].values == pytest.approx(expected.values, rel=1e-6)
    assert collection.schema.keys["sp"].sparse_vector.sparse_vector_index.config.source_key == "title"


def test_a_vector_goes_with_the_text_it_was_made_of(client: Any) -> None:
    collection = made(client, embedding_function=Initials(), source_key="title")
    given = SparseVector([7], [1.0])
    titles = [{"title": "ant"}, {"title": "bee"}, {"title": "cow"}, {"title": "dog"}, {"title": "elk"}]
    collection.add(ids=list("abcde"), embeddings=vectors(5), metadatas=titles)

    collection.update(
        ids=["a", "b", "c"], metadatas=[{"title": None, "n": 1}, {"title": 5}, {"title": None, "sp": given}]
    )
    collection.upsert(ids=["d", "f"], embeddings=vectors(2), metadatas=[{"title": None}, {"title": 6}])
    collection.update(ids=["e"], metadatas=[{"n": 1}])

    assert sparse_values(collection) == {
        "a": None, "b": None, "c": given, "d": None, "e": SparseVector([101], [1.0]), "f": None,
    }  # fmt: skip
    assert set(best(collection, SparseVector([7], [1.0]))) == {"c", "e"}


def test_a_failing_function_leaves_the_collection_as_it_was(client: Any) -> None:
    collection = made(client, embedding_function=Initials(), source_key=K.DOCUMENT)
    with pytest.raises(IndexError, match="in add"):
        collection.add(ids=["a"], embeddings=vectors(1), documents=["\u2028 "], metadatas=[{"n": 1, "title": "x"}])
    assert collection.count() == 0


def best(collection: Any, query: Any, limit: int = 10, where: Any = None) -> dict[str, float]:
    """Return ids and scores of what a sparse query finds, best first."""
    search = Search(where=where).rank(Knn(query, key="sp", limit=limit)).select(K.SCORE)
    found = collection.search(search)
    return dict(zip(found["ids"][0], found["scores"][0], strict=True))


def test_the_records_with_the_largest_products_are_found_as_they_change(client: Any) -> None:
    collection = made(client)
    metadatas = [
        {"sp": SparseVector([1, 2], [1.0, 1.0]), "n": 1},
        {"sp": SparseVector([2, 3], [3.0, 1.0]), "n": 2},
        {"sp": SparseVector([4], [9.0]), "n": 2},
        {"n": 2},
    ]
    collection.add(ids=list("abcd"), embeddings=vectors(4), metadatas=metadatas)
    query = SparseVector([1, 2], [2.0, 0.5])

    assert best(collection, query) == {"a": -1.5, "b": -0.5, "c": 1.0}
    assert best(collection, query, where=K("n") == 2) == {"b": -0.5, "c": 1.0}
    assert best(collection, query, limit=1) == {"a": -1.5}
    collection.update(ids=["c", "a"], metadatas=[{"sp": SparseVector([2], [8.0])}, {"sp": None}])
    collection.delete(ids=["b"])
    collection.upsert(ids=["d"], embeddings=vectors(1), metadatas=[{"sp": SparseVector([1], [0.25])}])
    assert best(collection, query) == {"c": -3.0, "d": 0.5}
    assert best(collection.fork("copy"), query) == {"c": -3.0, "d": 0.5}


def test_a_key_without_an_index_is_refused(client: Any) -> None:
    plain = client.create_collection("things", embedding_function=None)
    plain.add(ids=["a"], embeddings=vectors(1), metadatas=[{"sp": SparseVector([1], [1.0])}])
    message = "Cannot filter using metadata key 'sp' with type 'SparseVector' because indexing is disabled"
    with pytest.raises(ChromaError, match=message):
        best(plain, SparseVector([1], [1.0]))


def test_texts_are_found_by_bm25(client: Any) -> None:
    function = ChromaBm25EmbeddingFunction(k=1.5, b=0.5, avg_doc_length=3)
    collection = made(client, embedding_function=function, source_key=K.DOCUMENT, bm25=True)
    words = [["fox", "cat"], ["fox", "fox", "dog", "cow"], ["cow"], ["cat", "cow", "hen"]]
    collection.add(ids=list("abcd"), embeddings=vectors(4), documents=[" ".join(text) for text in words])

    def score(text: list[str]) -> float:
        total = 0.0
        for word in ("fox", "hen"):
            containing = sum(word in other for other in words)
            rarity = math.log((len(words) - containing + 0.5) / (containing + 0.5) + 1)
            damping = 1.5 * (1 - 0.5 + 0.5 * len(text) / 3)
            # The query is embedded like a document, of two words.
            own = 2.5 / (1 + 1.5 * (1 - 0.5 + 0.5 * 2 / 3))
            total += rarity * own * text.count(word) * 2.5 / (text.count(word) + damping)
        return 1 - total

    expected = {id_: score(text) for id_, text in zip("abcd", words, strict=True)}
    found = best(collection, "Foxes and hens")
    assert found == pytest.approx(expected, rel=1e-5)
    assert list(found) == sorted(expected, key=expected.__getitem__)


def test_several_keys_are_indexed_and_embedded_apart(client: Any) -> None:
    schema = sparse_schema(embedding_function=Initials(), source_key=K.DOCUMENT).serialize_to_json()
    schema["keys"]["title_sp"] = sparse_schema(embedding_function=Initials(), source_key="title").serialize_to_json()[
        "keys"
    ]["sp"]
    two = Schema.deserialize_from_json(schema)
    collection = client.create_collection("things", embedding_function=None, schema=two)
    collection.add(
        ids=["a", "b"], embeddings=vectors(2), documents=["ant", "bee"], metadatas=[{"title": "bat"}, {"title": "ape"}]
    )

    def first(text: str, key: str) -> str:
        ids: list[str] = collection.search(Search().rank(Knn(text, key=key, limit=1)))["ids"][0]
        return ids[0]

    assert [first("a", "sp"), first("a", "title_sp"), first("b", "sp")] == ["a", "b", "b"]
