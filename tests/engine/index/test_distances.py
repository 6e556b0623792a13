"""The exact nearest rows, whatever the vectors: compared with double precision, within the rounding of binary32."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chromadb.engine.index.distances import exact_distances, nearest_among, nearest_between
from chromadb.engine.index.vectors import VectorRows

SPACES = ["l2", "cosine", "ip"]
_EPSILON = float(np.finfo(np.float32).eps)
_MOST = float(np.finfo(np.float32).max)
_SHAPES = ["normal", "far", "integers", "duplicates", "some zero", "outlier", "huge", "tiny", "mixed magnitudes"]


def vectors_of(shape: str, count: int, dimension: int, rng: np.random.Generator) -> Any:
    normal = rng.normal(size=(count, dimension))
    match shape:
        case "far":
            normal += 5000
        case "integers":
            normal = np.round(normal)
        case "duplicates":
            normal = normal[rng.integers(0, 1 + count // 4, size=count)]
        case "some zero":
            normal[rng.random(count) < 0.3] = 0
        case "outlier":
            normal[rng.integers(0, count)] *= 1e7
        case "huge":
            normal *= 1e37
        case "tiny":
            normal *= 1e-32
        case "mixed magnitudes":
            normal *= 10.0 ** rng.integers(-40, 38, size=(count, 1))
    return np.clip(normal, -3.4e38, 3.4e38).astype(np.float32)


def definition(query: Any, rows: Any, space: str) -> tuple[Any, Any]:
    """Return distances in double precision, and how far a computation in binary32 may be off."""
    q, v = query.astype(np.float64), rows.astype(np.float64)
    steps = (4 + rows.shape[1]) * _EPSILON
    if space == "l2":
        # Each difference is rounded by itself, before it is squared.
        error = np.abs(v - q) * _EPSILON
        return ((v - q) ** 2).sum(axis=1), ((v - q) ** 2).sum(axis=1) * steps + (error**2).sum(axis=1) + 1e-44
    products = v @ q
    if space == "ip":
        return 1 - products, (np.abs(v) @ np.abs(q)) * steps + _EPSILON
    lengths = np.linalg.norm(v, axis=1) * np.linalg.norm(q)
    quotients = np.divide(products, lengths, out=np.zeros(len(v)), where=lengths > 0)
    return 1 - quotients, np.full(len(v), steps)


def rows_of(vectors: Any) -> VectorRows:
    rows = VectorRows(vectors.shape[1])
    # In several steps, so that there are several chunks.
    for start in range(0, len(vectors), 1000):
        block = vectors[start : start + 1000]
        rows.extend(len(block))
        rows.write(np.arange(start, start + len(block)), block)
    return rows


def squared_norms(vectors: Any) -> Any:
    """Return squared norms as the slot table keeps them: 0 only for a zero vector."""
    with np.errstate(over="ignore", under="ignore"):
        squares = np.einsum("ij,ij->i", vectors, vectors)
    squares[(squares == 0) & vectors.any(axis=1)] = np.finfo(np.float32).tiny
    return squares


def check(vectors: Any, queries: Any, size: int, allowed: Any, count: int, space: str) -> None:
    may = np.flatnonzero(np.ones(size, dtype=bool) if allowed is None else allowed)
    rows, norms = rows_of(vectors), squared_norms(vectors)
    check_found(
        nearest_between(queries, rows, norms, 0, size, allowed, count, space), vectors, queries, may, count, space
    )
    check_found(nearest_among(queries, rows, norms, may, count, space), vectors, queries, may, count, space)


def check_found(found: Any, vectors: Any, queries: Any, may: Any, count: int, space: str) -> None:
    assert len(found) == len(queries)
    for query, (slots, distances) in zip(queries, found, strict=True):
        assert len(slots) == len(distances) == min(count, len(may))
        assert distances.dtype == np.float32
        assert len(set(slots.tolist())) == len(slots)
        assert np.isin(slots, may).all()
        assert (distances[1:] >= distances[:-1]).all()
        exact, error = definition(query, vectors, space)
        # What is beyond binary32 is infinite, and infinite distances are equal.
        exact = np.clip(exact, -_MOST, _MOST)
        # Each distance is that of its row ...
        for slot, distance in zip(slots.tolist(), np.clip(distances.astype(np.float64), -_MOST, _MOST), strict=True):
            assert abs(distance - exact[slot]) <= error[slot] + _EPSILON * abs(exact[slot]), (slot, distance)
        # ... and no row that was left out is nearer than one that was not, beyond what rounding can do.
        if len(slots):
            left_out = np.setdiff1d(may, slots)
            farthest = (exact[slots] - error[slots]).max()
            assert (exact[left_out] + error[left_out] >= farthest).all()


@pytest.mark.parametrize("space", SPACES)
@given(data=st.data())
def test_the_nearest_are_the_nearest(space: str, data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32), label="seed"))
    count = data.draw(st.sampled_from([1, 2, 17, 300, 900]), label="rows")
    dimension = data.draw(st.sampled_from([1, 2, 3, 16, 65]), label="dimension")
    vectors = vectors_of(data.draw(st.sampled_from(_SHAPES), label="rows' shape"), count, dimension, rng)
    queries = vectors_of(
        data.draw(st.sampled_from(_SHAPES), label="queries' shape"),
        data.draw(st.sampled_from([1, 2, 5]), label="queries"), dimension, rng,
    )  # fmt: skip
    if data.draw(st.booleans(), label="queries near rows"):
        queries = vectors[rng.integers(0, count, size=len(queries))] * np.float32(1.0001)
    size = data.draw(st.sampled_from([count, count // 2]), label="rows seen")
    density = data.draw(st.sampled_from([None, 0.0, 0.01, 0.05, 0.2, 0.9, 1.0]), label="mask")
    allowed = None if density is None else rng.random(size) < density
    wanted = data.draw(st.sampled_from([0, 1, 3, 10, 2000]), label="results")

    check(vectors, queries, size, allowed, wanted, space)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("density", [None, 0.001, 0.04, 0.5])
def test_many_chunks_of_rows(space: str, density: float | None) -> None:
    rng = np.random.default_rng(11)
    vectors = vectors_of("far", 40_000, 8, rng)
    queries = vectors_of("far", 3, 8, rng)
    allowed = None if density is None else rng.random(40_000) < density

    check(vectors, queries, 40_000, allowed, 25, space)


@pytest.mark.parametrize("space", SPACES)
def test_equal_distances_go_by_slot(space: str) -> None:
    vectors = np.ones((500, 4), dtype=np.float32)
    ((slots, _),) = nearest_between(vectors[:1], rows_of(vectors), squared_norms(vectors), 0, 500, None, 20, space)

    assert slots.tolist() == list(range(20))


@pytest.mark.parametrize("space", SPACES)
def test_an_order_that_sums_of_products_would_lose(space: str) -> None:
    """|q|^2 - 2qv + |v|^2 is off by more than the differences between these rows."""
    base = np.full(32, 1000.0)
    vectors = np.array([base + step * 1e-3 for step in range(1, 400)], dtype=np.float32)[::-1].copy()
    query = base.astype(np.float32)[None]

    check(vectors, query, len(vectors), None, 5, space)
    if space == "l2":
        ((slots, _),) = nearest_between(
            query, rows_of(vectors), squared_norms(vectors), 0, len(vectors), None, 5, space
        )
        exact = ((vectors.astype(np.float64) - 1000) ** 2).sum(axis=1)
        assert exact[slots].tolist() == sorted(exact)[:5]


def test_documented_distances() -> None:
    query = np.array([2, 1], dtype=np.float32)
    rows = np.array([[1, 2], [0, 0], [-3, 4], [2, 1], [-2, -1]], dtype=np.float32)

    assert exact_distances(query, rows, "l2").tolist() == [2, 5, 34, 0, 20]
    assert exact_distances(query, rows, "ip").tolist() == [-3, 1, 3, -4, 6]
    assert exact_distances(query, rows, "cosine") == pytest.approx([0.2, 1, 1.1788854, 0, 2], abs=1e-6)
