"""The three spaces and their distances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

SPACES = ["l2", "cosine", "ip"]
_POINTS = {"a": [1, 2], "b": [-3, 4], "c": [0, 0], "d": [2, 1], "e": [-2, -1], "f": [4, 2]}


def with_space(client: Any, space: str) -> Any:
    return client.create_collection(f"in-{space}", configuration={"hnsw": {"space": space}})


def distances(collection: Any, query: Any) -> dict[str, float]:
    found = collection.query(query_embeddings=[query], n_results=100)
    assert found["distances"][0] == sorted(found["distances"][0])
    return dict(zip(found["ids"][0], found["distances"][0], strict=True))


def exact(query: Any, vectors: Any, space: str) -> Any:
    """Return distances by the definition, in double precision."""
    query, vectors = np.asarray(query, dtype=np.float64), np.asarray(vectors, dtype=np.float64)
    if space == "l2":
        return ((vectors - query) ** 2).sum(axis=1)
    if space == "ip":
        return 1 - vectors @ query
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(query)
    return 1 - np.divide(vectors @ query, lengths, out=np.zeros(len(vectors)), where=lengths > 0)


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        ("l2", {"a": 2, "b": 34, "c": 5, "d": 0, "e": 20, "f": 5}),
        ("cosine", {"a": 0.2, "b": 1.1788854, "c": 1, "d": 0, "e": 2, "f": 0}),
        ("ip", {"a": -3, "b": 3, "c": 1, "d": -4, "e": 6, "f": -9}),
    ],
)
def test_documented_distances(client: Any, space: str, expected: dict[str, float]) -> None:
    collection = with_space(client, space)
    collection.add(ids=list(_POINTS), embeddings=list(_POINTS.values()))

    assert distances(collection, [2, 1]) == pytest.approx(expected, abs=1e-6)


def test_a_zero_vector_is_at_cosine_distance_one_of_everything(client: Any) -> None:
    collection = with_space(client, "cosine")
    collection.add(ids=list(_POINTS), embeddings=list(_POINTS.values()))

    assert distances(collection, [0, 0]) == dict.fromkeys(_POINTS, 1.0)
    assert distances(collection, [5, -1])["c"] == 1.0


def test_squared_l2_is_the_default(client: Any) -> None:
    collection = client.create_collection("things")
    collection.add(ids=list(_POINTS), embeddings=list(_POINTS.values()))

    assert distances(collection, [2, 1])["b"] == 34
    assert collection.configuration_json["hnsw"]["space"] == "l2"


@pytest.mark.parametrize("space", SPACES)
def test_the_space_may_be_given_in_metadata(client: Any, space: str) -> None:
    collection = client.create_collection("things", metadata={"hnsw:space": space})
    collection.add(ids=list(_POINTS), embeddings=list(_POINTS.values()))

    expected = dict(zip(_POINTS, exact([2, 1], list(_POINTS.values()), space), strict=True))
    assert distances(client.get_collection("things"), [2, 1]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("shift", [0, 1000])
def test_the_nearest_are_exact(client: Any, space: str, shift: float) -> None:
    """Far from the origin, products cancel: a sum of squares computed as |q|^2 - 2qv + |v|^2 would lose the order."""
    rng = np.random.default_rng(7)
    vectors = (rng.normal(size=(2000, 24)) + shift).astype(np.float32)
    queries = (rng.normal(size=(4, 24)) + shift).astype(np.float32)
    collection = with_space(client, space)
    collection.add(
        ids=[str(number) for number in range(2000)],
        embeddings=vectors,
        metadatas=[{"rare": number % 100 == 0, "common": number % 3 > 0} for number in range(2000)],
    )

    for where in (None, {"rare": True}, {"common": True}):
        rows = [n for n in range(2000) if not where or (n % 100 == 0 if "rare" in where else n % 3 > 0)]
        found = collection.query(query_embeddings=queries, n_results=10, where=where)
        for query, ids, measured in zip(queries, found["ids"], found["distances"], strict=True):
            wanted = np.sort(exact(query, vectors[rows], space))[:10]
            scale = float(np.abs(vectors).max() * np.abs(query).max() * 24) if space == "ip" else 1
            assert measured == pytest.approx(wanted, rel=1e-4, abs=1e-6 * scale)
            own = exact(query, vectors[[int(id_) for id_ in ids]], space)
            assert measured == pytest.approx(own, rel=1e-4, abs=1e-6 * scale)
            assert {int(id_) for id_ in ids} <= set(rows)


@pytest.mark.parametrize("magnitude", [1e-30, 1e-20, 1e-3, 1e15, 1e25, 1e37])
def test_cosine_distances_do_not_depend_on_magnitude(client: Any, magnitude: float) -> None:
    collection = with_space(client, "cosine")
    collection.add(ids=list(_POINTS), embeddings=np.array(list(_POINTS.values())) * magnitude)

    for query in ([2, 1], [2 * magnitude, magnitude]):
        expected = {"a": 0.2, "b": 1.1788854, "c": 1, "d": 0, "e": 2, "f": 0}
        assert distances(collection, query) == pytest.approx(expected, abs=1e-5)
        nearest = collection.query(query_embeddings=[query], n_results=2)["ids"][0]
        assert set(nearest) == {"d", "f"}
