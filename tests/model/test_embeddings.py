"""Vectors as callers give them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chromadb.model.embeddings import normalize_embeddings


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2.5], [3, 4]],
        ((1, 2.5), (3, 4)),
        [[1, 2.5], np.array([3, 4])],
        [np.array([1, 2.5], dtype=np.float32), np.array([3, 4], dtype=np.float32)],
        np.array([[1, 2.5], [3, 4]], dtype=np.float32),
    ],
)
def test_every_shape_of_several_vectors_is_a_list_of_rows(rows: Any) -> None:
    normalized = normalize_embeddings(rows)

    assert isinstance(normalized, list)
    assert [row.dtype for row in normalized] == [np.float32, np.float32]
    assert [row.tolist() for row in normalized] == [[1, 2.5], [3, 4]]


def test_rows_of_several_lengths_stay_as_they_are() -> None:
    normalized = normalize_embeddings([[1, 2], [3, 4, 5], []])

    assert normalized is not None
    assert [row.tolist() for row in normalized] == [[1, 2], [3, 4, 5], []]


@pytest.mark.parametrize("row", [["x", "y"], [[1], [2, 3]], [10**400, 1]])
def test_the_row_that_holds_no_numbers_is_named(row: list[Any]) -> None:
    with pytest.raises(ValueError, match="Expected embeddings to be a list of floats or ints") as refused:
        normalize_embeddings([[1, 2], row])
    assert str(refused.value).endswith(str(row))


@pytest.mark.parametrize("rows", [[[1, 2], [[1], [2]]], [[1], "7"]])
def test_a_row_of_another_depth_is_refused(rows: list[Any]) -> None:
    with pytest.raises(ValueError, match="Expected a 1-dimensional array"):
        normalize_embeddings(rows)


def test_a_number_too_large_becomes_infinite_without_a_warning() -> None:
    normalized = normalize_embeddings([[1e300, 0], [0, 1]])

    assert normalized is not None
    assert normalized[0].tolist() == [float("inf"), 0]
