"""Codes: a rotation that is one, and estimates near the distances they stand for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chromadb.engine.index.codes import Codes
from chromadb.engine.index.comparable import Queries, comparable
from chromadb.engine.index.rotation import rotation, turned

_FIRST_ENTRIES = [0.084389, 0.2628292, -0.0739207, -0.1863786]


@pytest.mark.parametrize("dimension", [1, 2, 3, 32, 100, 384, 1000])
def test_a_rotation_keeps_lengths_and_is_always_the_same(dimension: int) -> None:
    matrix = rotation(dimension)
    assert np.allclose(matrix @ matrix.T, np.eye(dimension), atol=1e-5)
    rotation.cache_clear()
    assert (rotation(dimension) == matrix).all()
    row = np.random.default_rng(0).standard_normal((1, dimension)).astype(np.float32)
    assert np.allclose(turned(row), row @ matrix, atol=1e-5)


def test_the_rotation_is_the_one_that_stored_codes_were_made_with() -> None:
    # The first entries of the first release; codes on disk are compared with queries turned by this matrix.
    assert np.allclose(rotation(33)[0, :4], _FIRST_ENTRIES, atol=1e-6)


@pytest.mark.parametrize("space", ["l2", "cosine", "ip"])
def test_estimates_are_near_the_distances(space: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((500, 256)).astype(np.float32) + 1
    query = comparable(rng.standard_normal((1, 256)).astype(np.float32) + 1, space)
    codes = Codes.build(lambda: iter([rows[:200], rows[200:]]), len(rows), space)
    prepared = comparable(rows, space)
    exact = ((prepared - query) ** 2).sum(axis=1) if space == "l2" else 1 - prepared @ query[0]
    codes.write_fast(tmp_path / "fast")
    codes.write_plain(tmp_path / "plain")
    for one in (codes, Codes.open(tmp_path / "fast", tmp_path / "plain", space)):
        assert len(one) == 500
        for allowed in (None, np.arange(500) % 2 == 0):
            found, estimates = one.nearest(Queries(query, space), 500, allowed, 1)
            kept = found[0] >= 0
            assert np.isinf(estimates[0][~kept]).all()
            assert kept.sum() == (500 if allowed is None else 250)
            errors = estimates[0][kept] - exact[found[0][kept]]
            assert np.abs(errors).max() < 0.35 * np.ptp(exact)
            assert np.corrcoef(estimates[0][kept], exact[found[0][kept]])[0, 1] > 0.7


def _of_few_directions(rng: np.random.Generator, count: int, directions: int, dimension: int) -> np.ndarray:
    basis = np.random.default_rng(1).standard_normal((directions, dimension))
    return (rng.standard_normal((count, directions)) @ basis).astype(np.float32)


@pytest.mark.parametrize("space", ["l2", "cosine", "ip"])
def test_many_rows_of_few_directions_have_short_codes_that_find_their_neighbours(space: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows, queries = _of_few_directions(rng, 40_000, 32, 256), _of_few_directions(rng, 20, 32, 256)
    codes = Codes.build(lambda: iter(np.split(rows, 4)), len(rows), space)
    assert codes.scanned_bytes < 256 // 8
    codes.write_fast(tmp_path / "fast")
    codes.write_plain(tmp_path / "plain")
    reopened = Codes.open(tmp_path / "fast", tmp_path / "plain", space)
    assert reopened.scanned_bytes == codes.scanned_bytes
    assert reopened.nbytes == codes.nbytes
    prepared, asked = comparable(rows, space), comparable(queries, space)
    exact = 1 - asked @ prepared.T
    if space == "l2":
        exact = np.stack([((prepared - query) ** 2).sum(axis=1) for query in asked])
    even = np.arange(len(rows)) % 2 == 0
    narrow = reopened.narrowed(even)
    assert narrow is not None
    for allowed, (found, _) in (
        (np.ones_like(even), codes.nearest(Queries(queries, space), 320, None, 1)),
        (np.ones_like(even), reopened.nearest(Queries(queries, space), 320, None, 1)),
        (even, narrow.nearest(Queries(queries, space), 320, 1)),
    ):
        nearest = np.argsort(np.where(allowed, exact, np.inf), axis=1)[:, :10]
        assert (nearest[:, :, None] == found[:, None, :]).any(axis=2).mean() > 0.99


def test_many_rows_of_all_directions_keep_a_bit_for_each() -> None:
    rows = np.random.default_rng(0).standard_normal((33_000, 256)).astype(np.float32)
    codes = Codes.build(lambda: iter([rows]), len(rows), "cosine")
    assert codes.scanned_bytes == 256 // 8


def _in_groups(rng: np.random.Generator, count: int, groups: int, dimension: int) -> np.ndarray:
    centres = np.random.default_rng(1).standard_normal((groups, dimension))
    noise = 0.6 * rng.standard_normal((count, dimension))
    return (centres[rng.integers(groups, size=count)] + noise).astype(np.float32)


@pytest.mark.parametrize("space", ["l2", "cosine", "ip"])
def test_rows_in_groups_are_told_apart_by_what_is_beside_their_centres(space: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows, queries = _in_groups(rng, 20_000, 40, 256), _in_groups(rng, 40, 40, 256)
    if space == "ip":
        # Otherwise the longest rows are nearest, whatever their group.
        rows, queries = comparable(rows, "cosine"), comparable(queries, "cosine")
    codes = Codes.build(lambda: iter(np.split(rows, 4)), len(rows), space)
    codes.write_fast(tmp_path / "fast")
    codes.write_plain(tmp_path / "plain")
    reopened = Codes.open(tmp_path / "fast", tmp_path / "plain", space)
    assert len(reopened) == len(rows)
    assert reopened.nbytes == codes.nbytes
    prepared, asked = comparable(rows, space), comparable(queries, space)
    exact = 1 - asked @ prepared.T
    if space == "l2":
        exact = np.stack([((prepared - query) ** 2).sum(axis=1) for query in asked])
    nearest = np.argsort(exact, axis=1)[:, :10]

    def share_found(found: np.ndarray) -> float:
        return float((nearest[:, :, None] == found[:, None, :]).any(axis=2).mean())

    everywhere = np.ones(len(rows), dtype=np.bool_)
    one_centre = share_found(codes.nearest(Queries(queries, space), 100, everywhere, 1)[0])
    for one in (codes, reopened):
        found, estimates = one.nearest(Queries(queries, space), 100, None, 2)
        assert share_found(found) > one_centre + 0.1
        assert (np.diff(estimates, axis=1) >= 0).all()
    # Such codes cannot be taken apart; a repeated filter goes on with those of selected rows.
    assert reopened.narrowed(np.arange(len(rows)) % 2 == 0) is None
