"""Distances between two vectors, and sparse vectors from unsorted pairs."""

import numpy as np
import pytest

from chromadb.model.sparse import SparseVector
from chromadb.utils.distance_functions import cosine, ip, l2
from chromadb.utils.sparse_embedding_utils import normalize_sparse_vector

X, Y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 1.0])


@pytest.mark.parametrize(("distance", "expected"), [(l2, 5.0), (cosine, 1 - 9 / (14**0.5 * 3)), (ip, 1.0 - 9.0)])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64"])
def test_distances(distance, expected, dtype):
    result = distance(X.astype(dtype), Y.astype(dtype))
    assert isinstance(result, float)
    assert result == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_the_cosine_distance_to_nothing_is_one(dtype):
    assert cosine(np.zeros(3, dtype=dtype), Y.astype(dtype)) == 1.0


def test_pairs_are_sorted_with_their_labels():
    assert normalize_sparse_vector([3, 1], [0.5, 0.25]) == SparseVector([1, 3], [0.25, 0.5])
    assert normalize_sparse_vector((3, 1), (0.5, 0.25), ("c", "a")) == SparseVector([1, 3], [0.25, 0.5], ["a", "c"])


def test_arrays_become_plain_numbers():
    vector = normalize_sparse_vector(np.array([3, 1]), np.array([0.5, 0.25]))
    assert vector == SparseVector([1, 3], [0.25, 0.5])
    assert {type(number) for number in vector.indices + vector.values} == {int, float}


def test_an_empty_vector_has_no_labels():
    assert normalize_sparse_vector([], [], []) == SparseVector([], [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1], [0.5, 0.2]), "got 1 indices and 2 values"),
        (([1, 2], [0.5, 0.2], ["a"]), "got 2 indices and 1 labels"),
        (([1, 1], [0.5, 0.2]), "strictly ascending order"),
        (([-1], [0.5]), "must be non-negative"),
    ],
)
def test_pairs_that_make_no_vector_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        normalize_sparse_vector(*arguments)
