"""What the inverted lists of sparse vectors find: the exact best by inner product, after any history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chromadb
from chromadb import Schema, SparseVector, SparseVectorIndexConfig
from chromadb.engine.index.collection_index import CollectionIndex
from chromadb.engine.index.key_columns import SnapshotOutdatedError
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.index.sparse import nearest
from chromadb.engine.store import catalog, records
from chromadb.engine.store.connection import Store, StoreOptions
from chromadb.engine.store.segment_files import SegmentFolder

_TERMS = 12
_VALUES = st.sampled_from([-2.0, -0.5, 0.0, 0.25, 0.5, 1.0, 1.5, 3.0])
_VECTORS = st.dictionaries(st.integers(0, _TERMS - 1), _VALUES, max_size=6).map(
    lambda pairs: SparseVector(sorted(pairs), [pairs[term] for term in sorted(pairs)])
)
_IDS = st.sampled_from([f"r{number}" for number in range(30)])


class Reader:
    """Reads a collection as another process would, keeping one index over all its reads."""

    def __init__(self, directory: Path, collection: Any) -> None:
        self._store = Store(StoreOptions(directory, "apply", "md5"))
        self._id = collection.id
        with self._store.read() as connection:
            number = catalog.get_state(connection, self._id).number
        self._index = CollectionIndex(number, SegmentFolder(directory))

    def close(self) -> None:
        self._store.close()

    def read(self, use: Callable[[Any, Snapshot], Any]) -> Any:
        while True:
            try:
                with self._store.read() as connection:
                    return use(connection, self._index.snapshot(connection, catalog.get_state(connection, self._id)))
            except SnapshotOutdatedError:
                continue

    def best(
        self, query: SparseVector, limit: int, allowed: set[str] | None = None, *, bm25: bool = False
    ) -> tuple[list[str], list[float]]:
        """Return ids and products of the best of the allowed records."""

        def search(connection: Any, snapshot: Snapshot) -> tuple[list[str], list[float]]:
            mask = None
            if allowed is not None:
                ids = [id_ for (id_,) in records.fetch(connection, snapshot.live_numbers, "r.id")]
                chosen = [number for number, id_ in zip(snapshot.live_numbers, ids, strict=True) if id_ in allowed]
                mask = snapshot.mask_of(np.array(chosen, dtype=np.int64))
            slots, scores = nearest(connection, snapshot, "sp", query, limit, mask, bm25=bm25)
            ids = [id_ for (id_,) in records.fetch(connection, snapshot.numbers[slots], "r.id")]
            return ids, scores.tolist()

        result: tuple[list[str], list[float]] = self.read(search)
        return result


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
