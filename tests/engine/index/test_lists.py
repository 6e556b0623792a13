"""Lists: their bounds hold, they find what exact search finds, each row once, and keep to what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chromadb.engine.index.comparable import comparable
from chromadb.engine.index.distances import exact_distances
from chromadb.engine.index.kernels import faiss, threads
from chromadb.engine.index.lists import ListOptions, Lists
from chromadb.engine.index.partition import PartitionOptions, RowSource, partition

SPACES = ["l2", "cosine", "ip"]
DIMENSION = 48


def vectors_of(kind: str, rows: int, seed: int = 0) -> Any:
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(99)
    if kind == "latent":
        vectors = rng.normal(size=(rows, 8)) @ fixed.normal(size=(8, DIMENSION)) + 0.1 * rng.normal(
            size=(rows, DIMENSION)
        )
    elif kind == "clustered":
        centres = fixed.normal(size=(60, DIMENSION))
        vectors = centres[rng.integers(0, 60, rows)] + 0.1 * rng.normal(size=(rows, DIMENSION))
    else:
        vectors = np.repeat(fixed.normal(size=(3, DIMENSION)), rows // 3 + 1, axis=0)[:rows]
    return vectors.astype(np.float32)


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


def copies_of_rows(lists: Lists) -> Any:
    members = [lists.members(number) for number in range(lists.lists)]
    assert all(len(np.unique(rows)) == len(rows) for rows in members)
    return np.bincount(np.concatenate(members), minlength=len(lists))


@pytest.mark.parametrize("kind", ["latent", "clustered", "copies"])
@pytest.mark.parametrize(("split", "merge", "write_nprobe"), [(50, 25, 32), (20, 10, 3), (200, 100, 1), (1, 0, 0)])
def test_lists_keep_their_bounds_and_hold_every_row(kind: str, split: int, merge: int, write_nprobe: int) -> None:
    vectors = vectors_of(kind, 1000)
    options = ListOptions(split_threshold=split, merge_threshold=merge, write_nprobe=write_nprobe)
    lists = Lists.build(vectors, "l2", options, 2)
    sizes = lists.sizes()
    assert sizes.max() <= max(split, 2)
    assert sizes.min() >= 1
    copies = copies_of_rows(lists)
    assert copies.min() >= 1
    assert copies.max() <= max(write_nprobe, 1)
    assert lists.copies == pytest.approx(copies.mean())


def test_boundary_rows_are_in_several_lists() -> None:
    vectors = vectors_of("latent", 2000)
    alone = Lists.build(vectors, "l2", ListOptions(write_nprobe=1), 2)
    closed = Lists.build(vectors, "l2", ListOptions(write_nprobe=8), 2)
    assert alone.copies == 1
    assert closed.copies > 1.1


def test_short_lists_are_merged() -> None:
    vectors = vectors_of("latent", 2000)
    kept = partition(RowSource(vectors, "l2", lambda: None), PartitionOptions(50, 0, 64), 1).sizes()
    merged = partition(RowSource(vectors, "l2", lambda: None), PartitionOptions(50, 25, 64), 1).sizes()
    assert (kept < 25).mean() > 2 * (merged < 25).mean()


def test_rows_around_a_split_list_move_to_nearer_centres() -> None:
    vectors = vectors_of("clustered", 2000)

    def mean_distance(neighbors: int) -> float:
        lists = partition(RowSource(vectors, "l2", lambda: None), PartitionOptions(40, 0, neighbors), 1)
        return float(np.square(vectors - lists.centres[lists.homes]).sum(axis=1).mean())

    assert mean_distance(64) < mean_distance(0)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("kind", ["latent", "clustered"])
def test_finds_the_nearest_each_once(space: str, kind: str) -> None:
    vectors, queries = vectors_of(kind, 3000), vectors_of(kind, 40, seed=1)
    lists = Lists.build(vectors, space, ListOptions(), 2)
    rows, estimates = lists.nearest(comparable(queries, space), 200, lists.lists, 200, None, 1)
    assert rows.shape == estimates.shape == (40, 200)
    assert all(len(set(its)) == 200 for its in rows.tolist())
    assert (np.diff(estimates, axis=1) >= 0).all()
    assert recall(rows, exact(vectors, space, queries, 10)) >= 0.99
    query = comparable(queries[:1], space)[0]
    distances = exact_distances(query, comparable(vectors, space)[rows[0]], space)
    assert np.corrcoef(estimates[0], distances)[0, 1] > 0.5
    assert np.abs(np.median(estimates[0] - distances)) < 0.2 * np.abs(distances).max()


def test_more_lists_find_more() -> None:
    vectors, queries = vectors_of("latent", 3000), vectors_of("latent", 40, seed=1)
    lists = Lists.build(vectors, "l2", ListOptions(), 2)
    truth = exact(vectors, "l2", queries, 10)
    few, many = (recall(lists.nearest(queries, 200, nprobe, 200, None, 1)[0], truth) for nprobe in (1, 40))
    assert few < 0.9 < 0.97 < many


def test_written_lists_answer_as_the_built_ones(tmp_path: Path) -> None:
    vectors, queries = vectors_of("latent", 1500), vectors_of("latent", 20, seed=1)
    lists = Lists.build(vectors, "ip", ListOptions(), 2)
    lists.write(tmp_path / "lists")
    mapped = Lists.open(tmp_path / "lists", 1500, "ip")
    assert len(mapped) == 1500
    for one, other in zip(
        lists.nearest(queries, 50, 20, 100, None, 1), mapped.nearest(queries, 50, 20, 100, None, 2), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_rows_may_be_mapped_from_a_file(tmp_path: Path) -> None:
    vectors = vectors_of("latent", 1500)
    vectors.tofile(tmp_path / "vectors")
    mapped = np.memmap(tmp_path / "vectors", dtype=np.float32, mode="r", shape=vectors.shape)
    one, other = (Lists.build(rows, "cosine", ListOptions(), 1) for rows in (vectors, mapped))
    assert one.sizes().tolist() == other.sizes().tolist()


def test_returns_allowed_rows_only_and_leaves_places_empty() -> None:
    vectors, queries = vectors_of("latent", 2000), vectors_of("latent", 20, seed=1)
    lists = Lists.build(vectors, "l2", ListOptions(), 2)
    allowed = np.random.default_rng(2).random(2000) < 0.2
    rows, _ = lists.nearest(queries, 100, lists.lists, 200, allowed, 1)
    assert allowed[rows].all()
    assert recall(rows, exact(vectors, "l2", queries, 10, allowed)) >= 0.99
    two = np.zeros(2000, dtype=np.bool_)
    two[[3, 1999]] = True
    rows, estimates = lists.nearest(queries, 10, lists.lists, 200, two, 1)
    assert {frozenset(its) for its in rows.tolist()} == {frozenset({3, 1999, -1})}
    assert np.isinf(estimates[rows < 0]).all()
    assert np.isfinite(estimates[rows >= 0]).all()


def test_all_rows_when_more_are_wanted_than_there_are() -> None:
    vectors = vectors_of("latent", 300)
    lists = Lists.build(vectors, "l2", ListOptions(), 1)
    for nprobe in (lists.lists, 2**31 - 1):
        rows, _ = lists.nearest(vectors[:2], 1000, nprobe, 0, None, 1)
        assert sorted(rows[0].tolist()) == list(range(300))
    assert lists.nearest(vectors[:2], 5, 0, 0, None, 1)[0].shape == (2, 5)


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_few_rows(rows: int) -> None:
    vectors = vectors_of("latent", rows)
    lists = Lists.build(vectors, "cosine", ListOptions(), 1)
    found, _ = lists.nearest(comparable(vectors[:1], "cosine"), 10, 64, 200, None, 1)
    assert sorted(found[0].tolist()) == list(range(rows))


def test_building_and_searching_leave_the_threads_of_others_alone() -> None:
    with threads(1):
        lists = Lists.build(vectors_of("latent", 200), "l2", ListOptions(), 2)
        lists.nearest(vectors_of("latent", 2), 3, 10, 10, None, 2)
        assert faiss().omp_get_max_threads() == 1


def test_building_can_be_interrupted() -> None:
    vectors = vectors_of("latent", 500)
    calls = []
    Lists.build(vectors, "l2", ListOptions(), 1, lambda: calls.append(None))
    for after in range(len(calls)):
        left = iter(range(after))

        def interrupt(left: Any = left) -> None:
            if next(left, None) is None:
                raise InterruptedError("closing")

        with pytest.raises(InterruptedError, match="closing"):
            Lists.build(vectors, "l2", ListOptions(), 1, interrupt)
