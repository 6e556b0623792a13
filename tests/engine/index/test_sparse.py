"""What the inverted lists of sparse vectors find: the exact best by inner product, after any history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chromadb
from chromadb import Schema, SparseVector, SparseVectorIndexConfig

from .sparse_reader import Reader

_TERMS = 12
_VALUES = st.sampled_from([-2.0, -0.5, 0.0, 0.25, 0.5, 1.0, 1.5, 3.0])
_VECTORS = st.dictionaries(st.integers(0, _TERMS - 1), _VALUES, max_size=6).map(
    lambda pairs: SparseVector(sorted(pairs), [pairs[term] for term in sorted(pairs)])
)
_IDS = st.sampled_from([f"r{number}" for number in range(30)])


def schema(**config: Any) -> Schema:
    return Schema().create_index(SparseVectorIndexConfig(**config), key="sp")


def product(query: SparseVector, vector: SparseVector) -> float:
    values = dict(zip(vector.indices, np.float32(vector.values).astype(float), strict=True))
    pairs = zip(query.indices, np.float32(query.values).astype(float), strict=True)
    return float(np.float32(sum(value * values.get(term, 0.0) for term, value in pairs)))


def expected(
    model: dict[str, SparseVector | None], query: SparseVector, limit: int, allowed: set[str] | None
) -> tuple[list[str], list[float]]:
    """Return what ``Reader.best`` must: model holds the records in insertion order."""
    scored = [
        (-product(query, vector), order, id_)
        for order, (id_, vector) in enumerate(model.items())
        if vector is not None and (allowed is None or id_ in allowed)
    ]
    best = sorted(scored)[:limit]
    return [id_ for _, _, id_ in best], [-score for score, _, _ in best]


_STEPS = st.one_of(
    st.tuples(st.just("upsert"), st.dictionaries(_IDS, _VECTORS | st.none(), min_size=1, max_size=8)),
    st.tuples(st.just("unset"), st.sets(_IDS, min_size=1, max_size=3)),
    st.tuples(st.just("delete"), st.sets(_IDS, min_size=1, max_size=4)),
    st.tuples(st.just("compact"), st.none()),
    st.tuples(st.just("reopen"), st.none()),
)


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.tuples(_STEPS, _VECTORS, st.integers(1, 12), st.none() | st.sets(_IDS)), min_size=1, max_size=12)
)
def test_the_best_are_those_of_a_plain_scan_after_any_history(
    tmp_path_factory: pytest.TempPathFactory, steps: Any
) -> None:
    directory = tmp_path_factory.mktemp("sparse")
    client = chromadb.PersistentClient(directory)
    collection = client.create_collection("sparse", embedding_function=None, schema=schema())
    reader = Reader(directory, collection)
    model: dict[str, SparseVector | None] = {}
    for (action, argument), query, limit, allowed in steps:
        if action == "upsert":
            metadatas: list[Any] = [{"n": 1, "sp": vector} for vector in argument.values()]
            collection.upsert(ids=list(argument), embeddings=[[1.0, 2.0]] * len(argument), metadatas=metadatas)
            model.update(argument)
        elif action == "unset":
            collection.update(ids=sorted(argument), metadatas=[{"sp": None}] * len(argument))
            model.update({id_: None for id_ in argument if id_ in model})
        elif action == "delete":
            collection.delete(ids=sorted(argument))
            model = {id_: vector for id_, vector in model.items() if id_ not in argument}
        elif action == "compact":
            client.compact()
        else:
            reader.close()
            reader = Reader(directory, collection)
        if model:
            assert reader.best(query, limit, allowed) == expected(model, query, limit, allowed)
    reader.close()
    client.close()


def zipfian(rng: np.random.Generator, count: int, vocabulary: int, length: int) -> list[SparseVector]:
    shares = 1.0 / np.arange(1, vocabulary + 1)
    shares /= shares.sum()
    vectors = []
    for _ in range(count):
        terms = np.unique(rng.choice(vocabulary, length, p=shares))
        weights = rng.random(len(terms)) * np.log1p(terms + 1.0)
        vectors.append(SparseVector(terms.tolist(), np.float32(weights).tolist()))
    return vectors


def test_skipping_long_lists_loses_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    count, vocabulary = 6_000, 400
    vectors = zipfian(rng, count, vocabulary, 30)
    dense = np.zeros((count, vocabulary), dtype=np.float32)
    for row, vector in enumerate(vectors):
        dense[row, vector.indices] = vector.values
    client = chromadb.PersistentClient(tmp_path)
    collection = client.create_collection("sparse", embedding_function=None, schema=schema())
    ids = [str(row) for row in range(count)]
    for start in range(0, count, 2_000):
        extent = slice(start, start + 2_000)
        collection.add(
            ids=ids[extent],
            embeddings=np.ones((2_000, 2), dtype=np.float32),
            metadatas=[{"sp": vector} for vector in vectors[extent]],
        )
        if start:
            client.compact()
    reader = Reader(tmp_path, collection)
    for number, query in enumerate(zipfian(rng, 40, vocabulary, 10)):
        if number % 2:
            query = SparseVector(query.indices, [-value for value in query.values])
        weights = np.zeros(vocabulary)
        weights[query.indices] = query.values
        scores = (dense.astype(np.float64) @ weights).astype(np.float32)
        for allowed in (np.ones(count, dtype=bool), rng.random(count) < 0.3, rng.random(count) < 0.01):
            rows = np.flatnonzero(allowed)
            best = rows[np.lexsort((rows, -scores[rows]))[:20]]
            chosen = None if allowed.all() else {ids[row] for row in rows}
            found, products = reader.best(query, 20, chosen)
            np.testing.assert_allclose(products, scores[best], rtol=1e-6)
            assert found == [ids[row] for row in best]
    reader.close()
    client.close()


def test_inverse_document_frequencies_count_live_records(tmp_path: Path) -> None:
    client = chromadb.PersistentClient(tmp_path)
    collection = client.create_collection("sparse", embedding_function=None, schema=schema(bm25=True))
    vectors = [SparseVector([1, 2], [1.0, 1.0]), SparseVector([1], [1.5]), SparseVector([2], [1.0]), None]
    collection.add(
        ids=["a", "b", "c", "d"],
        embeddings=[[1.0]] * 4,
        metadatas=[{"n": 1, **({} if v is None else {"sp": v})} for v in vectors],
    )
    client.compact()
    collection.delete(ids=["c"])
    reader = Reader(tmp_path, collection)
    ids, scores = reader.best(SparseVector([1, 2, 7], [1.0, 2.0, 5.0]), 10, bm25=True)
    frequent = np.log((3 - 2 + 0.5) / (2 + 0.5) + 1)
    rare = np.log((3 - 1 + 0.5) / (1 + 0.5) + 1)
    assert ids == ["a", "b"]
    np.testing.assert_allclose(scores, [frequent + 2 * rare, 1.5 * frequent], rtol=1e-6)
    reader.close()
    client.close()


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [flipped, Path.unlink, lambda file: file.write_bytes(file.read_bytes()[:-1])])
def test_damaged_lists_are_noticed_read_from_the_records_and_made_anew(tmp_path: Path, damage: Any) -> None:
    model: dict[str, SparseVector | None] = {
        f"r{row}": SparseVector([row % 5, 7 + row % 3], [1.0 + row, 0.5]) for row in range(40)
    }
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.create_collection("sparse", embedding_function=None, schema=schema())
        metadatas: Any = [{"sp": vector} for vector in model.values()]
        collection.add(ids=list(model), embeddings=[[1.0]] * 40, metadatas=metadatas)
        client.compact()
        (file,) = tmp_path.glob("*/*/postings")
        damage(file)
    query = SparseVector([2, 8], [1.0, 3.0])
    with chromadb.PersistentClient(tmp_path) as client:
        report = client.check()
        assert any("postings" in problem for problem in report.problems)
        reader = Reader(tmp_path, collection)
        assert reader.best(query, 10) == expected(model, query, 10, None)
        client.compact()
        assert client.check().ok
        assert reader.best(query, 10) == expected(model, query, 10, None)
        reader.close()
    (made_anew,) = tmp_path.glob("*/*/postings")
    assert made_anew != file


def test_keys_without_an_index_have_no_lists(tmp_path: Path) -> None:
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.create_collection("sparse", embedding_function=None)
        collection.add(ids=["a"], embeddings=[[1.0]], metadatas=[{"sp": SparseVector([1], [1.0])}])
        client.compact()
        assert collection.get()["metadatas"] == [{"sp": SparseVector([1], [1.0])}]
    assert not list(tmp_path.glob("*/*/postings"))


def test_equal_products_are_in_insertion_order_however_many_there_are(tmp_path: Path) -> None:
    count = 3_000
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.create_collection("sparse", embedding_function=None, schema=schema())
        ids = [f"r{row}" for row in range(count)]
        metadatas: Any = [{"sp": SparseVector([1, 2 + row % 2], [1.0, 1.0])} for row in range(count)]
        collection.add(ids=ids, embeddings=[[1.0]] * count, metadatas=metadatas)
        client.compact()
        # An updated record has a newer slot and its old place.
        collection.update(ids=["r0", "r5"], metadatas=[{"n": 1}, {"n": 1}])
        reader = Reader(tmp_path, collection)
        assert reader.best(SparseVector([1], [2.0]), 4) == (["r0", "r1", "r2", "r3"], [2.0] * 4)
        assert reader.best(SparseVector([3], [2.0]), 4) == (["r1", "r3", "r5", "r7"], [2.0] * 4)
        assert reader.best(SparseVector([9], [2.0]), 3) == (["r0", "r1", "r2"], [0.0] * 3)
        assert reader.best(SparseVector([], []), 2) == (["r0", "r1"], [0.0] * 2)
        everything, products = reader.best(SparseVector([2], [1.0]), 10 * count)
        assert everything == ids[::2] + ids[1::2]
        assert products == [1.0] * (count // 2) + [0.0] * (count // 2)
        reader.close()
