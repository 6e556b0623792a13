"""Searches over a real collection equal a plain evaluation over all of its records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chromadb
from chromadb import K, Knn, Rrf, Schema, Search, SparseVector, SparseVectorIndexConfig
from chromadb.engine.store.connection import Store
from chromadb.execution.expression import GroupBy, MaxK, MinK

RECORDS = 60
DIMENSION = 3
TERMS = 6


def make(client: Any, bm25: bool = False) -> tuple[Any, list[dict[str, Any]]]:
    """Return a collection with a history of changes, and its records in insertion order."""
    rng = np.random.default_rng(3)
    schema = Schema().create_index(SparseVectorIndexConfig(bm25=bm25), key="terms")
    collection = client.create_collection(f"records-{bm25}", schema=schema)
    plain: dict[str, dict[str, Any]] = {}
    for number in range(RECORDS):
        metadata: dict[str, Any] = {"p": int(rng.integers(0, 5)), "cat": "abc"[int(rng.integers(0, 3))]}
        if number % 3:
            chosen = sorted(rng.choice(TERMS, size=int(rng.integers(0, 4)), replace=False).tolist())
            metadata["terms"] = SparseVector(chosen, [float(rng.integers(1, 5)) / 2 for _ in chosen])
        if number % 4 == 0:
            metadata["mixed"] = [1, 1.5, True, "x", [1, 2], ["x"], [1, 3]][number // 4 % 7]
        plain[f"r{number}"] = {
            "id": f"r{number}",
            "embedding": rng.standard_normal(DIMENSION).astype(np.float32),
            "document": f"text {number % 6}",
            "metadata": metadata,
        }
    write(collection.add, list(plain.values()))
    changed = [plain[f"r{number}"] for number in range(5, 40, 7)]
    for record in changed:
        record["embedding"] = record["embedding"] + 1
    write(collection.upsert, changed)
    for number in (3, 30):
        del plain[f"r{number}"]
    collection.delete(ids=["r3", "r30"])
    return collection, list(plain.values())


def write(call: Any, records: list[dict[str, Any]]) -> None:
    call(
        ids=[record["id"] for record in records],
        embeddings=[record["embedding"] for record in records],
        documents=[record["document"] for record in records],
        metadatas=[record["metadata"] for record in records],
    )


@pytest.fixture(scope="module")
def made() -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    with chromadb.EphemeralClient() as client:
        yield make(client)


def dense(records: list[dict[str, Any]], query: list[float], limit: int, as_rank: bool = False) -> dict[str, Any]:
    distances = [float(((record["embedding"] - np.float32(query)) ** 2).sum()) for record in records]
    order = sorted(range(len(records)), key=lambda place: (distances[place], place))[:limit]
    return {records[place]["id"]: rank if as_rank else distances[place] for rank, place in enumerate(order)}


def sparse(records: list[dict[str, Any]], query: SparseVector, limit: int, as_rank: bool = False) -> dict[str, Any]:
    held = [record for record in records if "terms" in record["metadata"]]
    weights = dict(zip(query.indices, query.values, strict=True))

    def product(record: dict[str, Any]) -> float:
        vector = record["metadata"]["terms"]
        pairs = zip(vector.indices, vector.values, strict=True)
        return float(sum(weights.get(term, 0) * value for term, value in pairs))

    products = [product(record) for record in held]
    order = sorted(range(len(held)), key=lambda place: (-products[place], place))[:limit]
    return {held[place]["id"]: rank if as_rank else 1 - products[place] for rank, place in enumerate(order)}


def in_order(records: list[dict[str, Any]], scores: dict[str, Any]) -> list[str]:
    placed = [record["id"] for record in records if record["id"] in scores]
    return sorted(placed, key=lambda id_: scores[id_])


QUERY = st.lists(st.integers(-2, 2).map(float), min_size=DIMENSION, max_size=DIMENSION)
TERM_QUERY = st.dictionaries(st.integers(0, TERMS + 1), st.sampled_from([0.5, 1.0, 2.0]), min_size=1).map(
    lambda pairs: SparseVector(sorted(pairs), [pairs[term] for term in sorted(pairs)])
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERY, terms=TERM_QUERY, limit=st.integers(1, 70), least=st.integers(0, 6))
def test_sums_of_filtered_neighbourhoods(made: Any, query: Any, terms: Any, limit: int, least: int) -> None:
    collection, records = made
    allowed = [record for record in records if record["metadata"]["p"] >= least]
    near, like = dense(allowed, query, limit), sparse(allowed, terms, limit)
    rank = Knn(query, limit=limit) * 2 + Knn(terms, key="terms", limit=limit, default=3)

    found = collection.search(Search().where(K("p") >= least).rank(rank).select(K.SCORE))

    expected = {id_: 2 * distance + like.get(id_, 3) for id_, distance in near.items()}
    assert found["ids"][0] == in_order(allowed, expected)
    assert found["scores"][0] == pytest.approx(sorted(expected.values()), rel=1e-6)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=QUERY, terms=TERM_QUERY, k=st.integers(1, 100), offset=st.integers(0, 12), limit=st.integers(1, 12),
    weights=st.none() | st.tuples(st.integers(0, 3), st.integers(1, 3)).map(list),
)  # fmt: skip
def test_reciprocal_rank_fusion(
    made: Any, query: Any, terms: Any, k: int, offset: int, limit: int, weights: Any
) -> None:
    collection, records = made
    rankings = [dense(records, query, 20, as_rank=True), sparse(records, terms, 30, as_rank=True)]
    ranks = [Knn(query, limit=20, return_rank=True, default=20), Knn(terms, "terms", 30, 30.0, True)]

    search = Search().rank(Rrf(ranks, k=k, weights=weights, normalize=True)).limit(limit, offset).select(K.SCORE)
    found = collection.search(search)

    ours, theirs = weights or [1, 1]
    total = ours + theirs
    scores = {}
    for record in records:
        if record["id"] in rankings[0] or record["id"] in rankings[1]:
            first, second = rankings[0].get(record["id"], 20), rankings[1].get(record["id"], 30)
            scores[record["id"]] = -np.float32(ours / total / (k + first) + theirs / total / (k + second))
    best = sorted(scores.values())[offset : offset + limit]
    assert found["scores"][0] == pytest.approx(best, rel=1e-5)
    for id_, score in zip(found["ids"][0], found["scores"][0], strict=True):
        assert scores[id_] == pytest.approx(score, rel=1e-5)


def value_order(value: Any) -> Any:
    kinds: list[Any] = [type(None), bool, int, float, str]
    if isinstance(value, list):
        return 5 + kinds.index(type(value[0])), value
    return kinds.index(type(value)), 0 if value is None else value


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=QUERY,
    keys=st.lists(st.sampled_from(["p", "cat", "mixed", "none"]), min_size=1, max_size=2, unique=True),
    order=st.lists(st.sampled_from(["#score", "p", "cat", "mixed"]), min_size=1, max_size=2, unique=True),
    k=st.integers(1, 4),
    largest=st.booleans(),
)
def test_groups_keep_their_best(made: Any, query: Any, keys: Any, order: Any, k: int, largest: bool) -> None:
    collection, records = made
    by_id = {record["id"]: record["metadata"] for record in records}
    scores = dense(records, query, 40)
    ranking = in_order(records, scores)
    groups: dict[Any, list[str]] = {}
    for id_ in ranking:
        groups.setdefault(tuple(repr(by_id[id_].get(key)) for key in keys), []).append(id_)

    def ordering(id_: str) -> Any:
        return [scores[id_] if key == "#score" else value_order(by_id[id_].get(key)) for key in order]

    kept = {id_ for group in groups.values() for id_ in sorted(group, key=ordering, reverse=largest)[:k]}

    aggregate = (MaxK if largest else MinK)(keys=order, k=k)
    found = collection.search(Search().rank(Knn(query, limit=40)).group_by(GroupBy(keys=keys, aggregate=aggregate)))

    assert found["ids"][0] == [id_ for id_ in ranking if id_ in kept]


def test_inverse_document_frequencies_weigh_the_terms_of_a_bm25_index() -> None:
    with chromadb.EphemeralClient() as client:
        collection, records = make(client, bm25=True)
        query = SparseVector([0, 1, 9], [1.0, 2.0, 1.0])
        held = [record["metadata"]["terms"] for record in records if "terms" in record["metadata"]]
        counts = [sum(term in vector.indices for vector in held) for term in query.indices]
        n = len(records)
        weights = [
            value * float(np.log((n - count + 0.5) / (count + 0.5) + 1))
            for value, count in zip(query.values, counts, strict=True)
        ]

        found = collection.search(Search().rank(Knn(query, key="terms", limit=5)).select(K.SCORE))

        expected = sparse(records, SparseVector(query.indices, weights), 5)
        assert found["scores"][0] == pytest.approx(sorted(expected.values()), rel=1e-6)


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Note the SQL that is run by transactions that begin now."""
    ran: list[str] = []
    read = Store.read

    @contextmanager
    def traced(self: Store) -> Iterator[Any]:
        with read(self) as connection:
            connection.exec_trace = lambda cursor, sql, bindings: (ran.append(sql), True)[1]
            try:
                yield connection
            finally:
                connection.exec_trace = None

    with monkeypatch.context() as patch:
        patch.setattr(Store, "read", traced)
        yield ran


def test_many_searches_take_as_many_statements_as_one(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    collection, _ = made
    search = Search().rank(Knn([0.0, 0.0, 1.0], limit=10)).where(K("p") > 0).select_all()
    collection.search(search)

    with statements(monkeypatch) as for_one:
        collection.search(search)
    with statements(monkeypatch) as for_many:
        collection.search([search.limit(limit) for limit in range(1, 9)])

    assert len(for_many) == len(for_one)
