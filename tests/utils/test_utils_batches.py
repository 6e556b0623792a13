"""Batches: every record once, in order, none too large."""

import numpy as np
import pytest

from chromadb.utils.batch_utils import create_batches


class ThreeAtATime:
    def get_max_batch_size(self):
        return 3


def test_all_columns_are_cut_at_the_same_places():
    batches = create_batches(
        api=ThreeAtATime(),
        ids=list("abcd"),
        embeddings=[[1], [2], [3], [4]],
        metadatas=[{"n": 1}, {"n": 2}, None, {"n": 4}],
        documents=list("wxyz"),
    )
    assert batches == [
        (["a", "b", "c"], [[1], [2], [3]], [{"n": 1}, {"n": 2}, None], ["w", "x", "y"]),
        (["d"], [[4]], [{"n": 4}], ["z"]),
    ]


def test_columns_that_are_not_given_stay_none():
    assert create_batches(ThreeAtATime(), ["a"], documents=["x"]) == [(["a"], None, None, ["x"])]


def test_a_full_batch_is_not_followed_by_an_empty_one():
    assert create_batches(ThreeAtATime(), list("abc")) == [(list("abc"), None, None, None)]


def test_no_records_make_one_empty_batch():
    assert create_batches(ThreeAtATime(), [], documents=[]) == [([], None, None, [])]


def test_an_array_of_embeddings_is_cut_by_rows():
    first, second = create_batches(ThreeAtATime(), list("abcd"), embeddings=np.arange(8).reshape(4, 2))
    assert first[1].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert second[1].tolist() == [[6, 7]]


def test_a_column_of_another_length_is_refused():
    with pytest.raises(ValueError, match="Expected 2 documents, one for each id, got 1"):
        create_batches(ThreeAtATime(), ["a", "b"], documents=["x"])
