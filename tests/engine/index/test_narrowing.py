"""Codes taken out for filters: when, which, and how many are kept."""

from __future__ import annotations

import numpy as np
import pytest

from chromadb.engine.index.codes import Codes
from chromadb.engine.index.comparable import Queries
from chromadb.engine.index.narrowing import Narrowing

ROWS, DIMENSION = 1_000, 64
SAVED = ROWS * 7.0
"""Nanoseconds of a search without: a few of them are worth taking codes out."""


@pytest.fixture(name="codes", scope="module")
def _codes() -> Codes:
    # Of few degrees of freedom: products code these well, noise they do not.
    rng = np.random.default_rng(0)
    rows = (rng.standard_normal((ROWS, 8)) @ rng.standard_normal((8, DIMENSION))).astype(np.float32)
    return Codes.build(lambda: iter([rows]), ROWS, "l2")


def every(step: int) -> np.ndarray:
    return np.arange(ROWS) % step == 0


def taken_out(narrowing: Narrowing, codes: Codes, mask: np.ndarray) -> bool:
    """Tell whether codes have been taken out for a mask, which counts as its use."""
    return narrowing.codes(mask, 0, codes, mask, int(mask.sum()), SAVED) is not None


def test_codes_are_taken_out_once_doing_without_has_cost_as_much(codes: Codes) -> None:
    narrowing, mask = Narrowing(ROWS), every(4)
    uses = [taken_out(narrowing, codes, mask) for _ in range(6)]
    assert uses == [False, False, True, True, True, True]


def test_narrow_codes_say_of_their_rows_what_all_codes_say(codes: Codes) -> None:
    mask = every(4)
    narrow = codes.narrowed(mask)
    assert narrow is not None
    assert len(narrow) == ROWS // 4
    queries = Queries(np.random.default_rng(1).standard_normal((3, DIMENSION)).astype(np.float32), "l2")
    rows, estimates = narrow.nearest(queries, ROWS, 1)
    all_rows, all_estimates = codes.nearest(queries, ROWS, None, 1)
    for query in range(3):
        its = dict(zip(all_rows[query].tolist(), all_estimates[query].tolist(), strict=True))
        assert sorted(rows[query].tolist()) == np.flatnonzero(mask).tolist()
        assert [its[row] for row in rows[query].tolist()] == estimates[query].tolist()


def test_what_is_held_counts_as_memory(codes: Codes) -> None:
    narrowing, mask = Narrowing(ROWS), every(4)
    held = [(taken_out(narrowing, codes, mask), narrowing.nbytes > 0) for _ in range(4)]
    assert held == [(False, False), (False, False), (True, True), (True, True)]
    assert narrowing.nbytes == ROWS // 4 * (codes.scanned_bytes + 8)


def test_a_broad_mask_is_left_to_the_scan_of_all(codes: Codes) -> None:
    narrowing, mask = Narrowing(ROWS), np.arange(ROWS) % 3 > 0
    assert not any(taken_out(narrowing, codes, mask) for _ in range(20))


def test_the_masks_used_last_keep_their_codes(codes: Codes) -> None:
    narrowing = Narrowing(ROWS // 2)
    first, second, third = every(4), ~every(4) & every(2), every(5)
    for mask in (first, second):
        while not taken_out(narrowing, codes, mask):
            pass
    assert taken_out(narrowing, codes, first)
    while not taken_out(narrowing, codes, third):
        assert taken_out(narrowing, codes, first)
    assert taken_out(narrowing, codes, first)
    assert not taken_out(narrowing, codes, second)
