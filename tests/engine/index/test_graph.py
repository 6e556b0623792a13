"""Graphs: they find what exact search finds, keep to what is allowed, and say what cannot be found through them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chromadb.engine.index.calibration import Calibration, calibrate, sample_queries
from chromadb.engine.index.comparable import comparable
from chromadb.engine.index.distances import exact_distances
from chromadb.engine.index.graph import Graph
from chromadb.engine.index.kernels import faiss, threads

SPACES = ["l2", "cosine", "ip"]
DIMENSION = 48


def latent(rows: int, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    base = np.random.default_rng(99).normal(size=(8, DIMENSION))
    return (rng.normal(size=(rows, 8)) @ base + 0.1 * rng.normal(size=(rows, DIMENSION))).astype(np.float32)


def blocks_of(vectors: Any, size: int = 700) -> Any:
    def blocks() -> Iterator[Any]:
        return (vectors[first : first + size] for first in range(0, len(vectors), size))

    return blocks


def built(vectors: Any, space: str, max_neighbors: int = 16, ef_construction: int = 100) -> Graph:
    return Graph.build(blocks_of(vectors), len(vectors), space, max_neighbors, ef_construction, 2)


def exact(vectors: Any, space: str, queries: Any, count: int, allowed: Any = None) -> Any:
    found = []
    for query in queries:
        distances = exact_distances(query, vectors, space)
        if allowed is not None:
            distances[~allowed] = np.inf
        found.append(np.argsort(distances, kind="stable")[:count])
    return np.array(found)


def recall(rows: Any, truth: Any) -> float:
    return float(
        np.mean([np.isin(its_truth, its_rows).mean() for its_rows, its_truth in zip(rows, truth, strict=True)])
    )


@pytest.mark.parametrize("space", SPACES)
def test_finds_the_nearest(space: str) -> None:
    vectors, queries = latent(3000), latent(40, seed=1)
    graph = built(vectors, space)
    rows, estimates = graph.nearest(comparable(queries, space), 50, 200, None, 1)
    assert len(graph) == 3000
    assert rows.shape == estimates.shape == (40, 50)
    assert recall(rows, exact(vectors, space, queries, 10)) >= 0.99
    assert (np.diff(estimates, axis=1) >= 0).all()
    query = comparable(queries[:1], space)[0]
    distances = exact_distances(query, vectors[rows[0]], space)
    assert np.abs(estimates[0] - distances).max() <= 0.05 * np.abs(distances).max()


@pytest.mark.parametrize("space", SPACES)
def test_a_written_graph_answers_as_the_built_one(space: str, tmp_path: Path) -> None:
    vectors, queries = latent(1500), comparable(latent(20, seed=1), space)
    graph = built(vectors, space)
    graph.write(tmp_path / "graph")
    mapped = Graph.open(tmp_path / "graph", space)
    for one, other in zip(
        graph.nearest(queries, 10, 100, None, 1), mapped.nearest(queries, 10, 100, None, 2), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert mapped.unreachable() == graph.unreachable()


@pytest.mark.parametrize("share", [0.5, 0.05])
def test_returns_allowed_rows_only(share: float) -> None:
    vectors, queries = latent(3000), latent(20, seed=1)
    allowed = np.random.default_rng(2).random(3000) < share
    rows, _ = built(vectors, "l2").nearest(queries, 10, 1500, allowed, 1)
    assert allowed[rows[rows >= 0]].all()
    assert recall(rows, exact(vectors, "l2", queries, 10, allowed)) >= 0.95


def test_fewer_allowed_rows_than_wanted_leave_places_empty() -> None:
    vectors = latent(500)
    allowed = np.zeros(500, dtype=np.bool_)
    allowed[[3, 400]] = True
    rows, estimates = built(vectors, "cosine").nearest(comparable(vectors[:2], "cosine"), 10, 500, allowed, 1)
    assert rows.shape == (2, 10)
    assert [set(its) for its in rows.tolist()] == [{3, 400, -1}] * 2
    assert np.isinf(estimates[rows < 0]).all()
    assert np.isfinite(estimates[rows >= 0]).all()


def test_more_results_than_rows_and_any_effort() -> None:
    vectors = latent(20)
    graph = built(vectors, "l2")
    for effort in (0, 5, 2**31 - 1):
        rows, _ = graph.nearest(vectors[:3], 1000, effort, None, 1)
        assert sorted(rows[0].tolist()) == list(range(20))
        assert rows[:, 0].tolist() == [0, 1, 2]


@pytest.mark.parametrize(("max_neighbors", "ef_construction"), [(0, 0), (1, 1), (2, 2**31), (100_000, 5)])
def test_options_beyond_what_a_graph_can_have_are_held_within(max_neighbors: int, ef_construction: int) -> None:
    vectors = latent(300)
    rows, _ = built(vectors, "l2", max_neighbors, ef_construction).nearest(vectors[:50], 5, 300, None, 1)
    assert (rows[:, 0] == np.arange(50)).mean() >= 0.8


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_few_rows(rows: int) -> None:
    vectors = latent(rows)
    graph = built(vectors, "ip")
    assert graph.unreachable() == 0
    assert sorted(graph.nearest(vectors[:1], 10, 10, None, 1)[0][0].tolist()) == list(range(rows))


def test_one_row_far_from_the_others_spoils_no_search() -> None:
    vectors = latent(2000)
    vectors[777] *= 1e6
    graph = built(vectors, "l2")
    queries = latent(20, seed=1)
    assert recall(graph.nearest(queries, 50, 300, None, 1)[0], exact(vectors, "l2", queries, 10)) >= 0.99


def test_building_and_searching_leave_the_threads_of_others_alone() -> None:
    vectors = latent(200)
    with threads(1):
        graph = built(vectors, "l2")
        graph.nearest(vectors, 3, 10, None, 2)
        assert faiss().omp_get_max_threads() == 1


def test_what_the_blocks_raise_ends_the_build() -> None:
    vectors = latent(100)
    calls = []

    def blocks() -> Iterator[Any]:
        calls.append(len(calls))
        yield vectors
        if len(calls) > 1:
            raise InterruptedError("closing")

    with pytest.raises(InterruptedError, match="closing"):
        Graph.build(blocks, 200, "l2", 16, 100, 1)


def test_every_row_of_a_graph_is_reachable_and_a_cut_is_noticed() -> None:
    vectors = latent(1000)
    graph = built(vectors, "l2")
    assert graph.unreachable() == 0
    library = faiss()
    index = library.IndexHNSWFlat(DIMENSION, 8)
    index.add(vectors)
    before = Graph(index, "l2").unreachable()
    hnsw = index.hnsw
    links = library.rev_swig_ptr(hnsw.neighbors.data(), hnsw.neighbors.size())
    lost = next(row for row in range(1000) if row != hnsw.entry_point)
    links[links == lost] = -1
    assert Graph(index, "l2").unreachable() > before


def test_rows_that_lie_far_apart_are_all_reachable() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(600, 384)).astype(np.float32)
    library = faiss()
    plain = library.IndexHNSWSQ(384, library.ScalarQuantizer.QT_8bit, 4)
    plain.train(vectors)
    plain.add(vectors)
    assert Graph(plain, "l2").unreachable() > 0
    assert built(vectors, "l2", max_neighbors=4).unreachable() == 0


def test_queries_for_a_calibration_are_near_rows_but_none_of_them() -> None:
    vectors = latent(2000)
    queries = sample_queries(vectors, "l2", lambda asked, count: exact(vectors, "l2", asked, count))
    nearest = np.array([exact_distances(query, vectors, "l2").min() for query in queries])
    usual = np.median([np.sort(exact_distances(row, vectors, "l2"))[10] for row in vectors[:50]])
    assert queries.shape == (100, DIMENSION)
    assert (nearest > 0).all()
    assert np.median(nearest) < usual


@pytest.mark.parametrize("space", SPACES)
def test_a_calibrated_effort_suffices_for_other_queries(space: str) -> None:
    vectors, queries = latent(3000), latent(60, seed=4)
    graph = built(vectors, space, max_neighbors=8)
    found = calibrate(
        vectors,
        space,
        lambda asked, count: exact(vectors, space, asked, count),
        lambda query, effort: graph.nearest(query, effort, effort, None, 1)[0],
        (20, 40, 80, 160, 320, 640),
    )
    assert found is not None
    assert found.recall >= 0.995
    assert found.microseconds > 0
    assert Calibration.from_json(found.to_json()) == found
    rows, _ = graph.nearest(comparable(queries, space), found.effort, found.effort, None, 1)
    assert recall(rows, exact(vectors, space, queries, 10)) >= 0.97


def test_a_ladder_too_short_leaves_no_calibration() -> None:
    vectors = latent(500)

    def nobody(query: Any, effort: int) -> Any:
        return np.full((len(query), effort), -1)

    assert calibrate(vectors, "l2", lambda asked, count: exact(vectors, "l2", asked, count), nobody, (10, 20)) is None


def test_the_first_sufficient_rung_is_taken() -> None:
    vectors = latent(500)

    def candidates(query: Any, effort: int) -> Any:
        return exact(vectors, "l2", query, 10 if effort >= 30 else 9)

    found = calibrate(vectors, "l2", lambda asked, count: exact(vectors, "l2", asked, count), candidates, (10, 30, 50))
    assert found is not None
    assert (found.effort, found.recall) == (30, 1.0)


def test_copies_of_one_vector_count_as_one_another() -> None:
    vectors = np.repeat(latent(3), 100, axis=0)

    def other_copies(query: Any, effort: int) -> Any:
        distances = exact_distances(query[0], vectors, "l2")
        return np.lexsort((-np.arange(300), distances))[None, :effort]

    found = calibrate(vectors, "l2", lambda asked, count: exact(vectors, "l2", asked, count), other_copies, (10,))
    assert found is not None
    assert found.recall == 1.0
