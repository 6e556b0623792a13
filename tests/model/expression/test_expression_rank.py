"""Scores: arithmetic and its JSON, reading it back, and fusion of rankings."""

import numpy as np
import pytest

from chromadb.model.expression import MAX_NESTING, Abs, K, Knn, Max, Min, Mul, Rank, Rrf, Sum, Val
from chromadb.model.sparse import SparseVector

ONE, TWO, THREE = ({"$val": number} for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("score", "written"),
    [
        (Val(1) + Val(2) + Val(3), {"$sum": [ONE, TWO, THREE]}),
        (Val(1) + (Val(2) + 3), {"$sum": [ONE, TWO, THREE]}),
        (1 + Val(2), {"$sum": [ONE, TWO]}),
        (Val(1) * 2 * Val(3), {"$mul": [ONE, TWO, THREE]}),
        (2 * Val(1), {"$mul": [TWO, ONE]}),
        (Val(1) - 2 - 3, {"$sub": {"left": {"$sub": {"left": ONE, "right": TWO}}, "right": THREE}}),
        (1 - Val(2), {"$sub": {"left": ONE, "right": TWO}}),
        (Val(1) / 2, {"$div": {"left": ONE, "right": TWO}}),
        (1 / Val(2), {"$div": {"left": ONE, "right": TWO}}),
        (-Val(1), {"$mul": [{"$val": -1}, ONE]}),
        (abs(Val(1)), {"$abs": ONE}),
        (Val(1).abs(), {"$abs": ONE}),
        (Val(1).exp().log(), {"$log": {"$exp": ONE}}),
        (Val(1).max(2).max(Val(3)), {"$max": [ONE, TWO, THREE]}),
        (Val(1).min(Val(2).min(3)), {"$min": [ONE, TWO, THREE]}),
        (Val(1).max(2).min(3), {"$min": [{"$max": [ONE, TWO]}, THREE]}),
    ],
)
def test_arithmetic_writes_and_reads_its_operators(score, written):
    assert score.to_dict() == written
    assert Rank.from_dict(written) == score


def test_a_negated_product_is_joined_only_when_read_back():
    written = (-(Val(1) * 2)).to_dict()
    assert written == {"$mul": [{"$val": -1}, {"$mul": [ONE, TWO]}]}
    assert Rank.from_dict(written) == Mul([Val(-1), Val(1), Val(2)])


def test_a_nearest_neighbour_score_writes_its_options_only_when_set():
    assert Knn(query=[0.1, 0.2]).to_dict() == {"$knn": {"query": [0.1, 0.2], "key": "#embedding", "limit": 16}}
    full = Knn(SparseVector([1, 5], [0.5, 0.25]), key=K("sp"), limit=7, default=1.5, return_rank=True)
    assert full.to_dict() == {
        "$knn": {
            "query": {"#type": "sparse_vector", "indices": [1, 5], "values": [0.5, 0.25]},
            "key": "sp",
            "limit": 7,
            "default": 1.5,
            "return_rank": True,
        }
    }


def test_a_default_of_zero_is_written():
    assert Knn([1.0], default=0).to_dict()["$knn"]["default"] == 0


def test_queries_may_be_text_arrays_or_raw_json():
    assert Knn("words").to_dict()["$knn"]["query"] == "words"
    assert Knn(np.array([1.5, 2.0], dtype=np.float32)).to_dict()["$knn"]["query"] == [1.5, 2.0]
    assert Knn({"any": "thing"}).to_dict()["$knn"]["query"] == {"any": "thing"}


def test_nearest_neighbour_scores_are_compared_by_value():
    assert Knn(np.array([1.0, 2.0]), key=K("a")) == Knn([1.0, 2.0], key="a")
    assert Knn([1.0], key=K("a")) != Knn([1.0], key=K("b"))
    assert Knn(np.array([1.0, 2.0])) != Knn(np.array([1.0, 3.0]))


@pytest.mark.parametrize("number", [np.float32(0.5), np.float64(0.5), np.int64(2)])
def test_numpy_numbers_count_as_numbers_on_both_sides(number):
    value = number.item()
    for score in (Val(1) * number, number * Val(1)):
        assert sorted(rank.value for rank in score.ranks) == sorted([1, value])
        assert {type(rank.value) for rank in score.ranks} <= {int, float}


@pytest.mark.parametrize("other", ["x", None, True, [1], np.array([1, 2])])
def test_only_scores_and_numbers_can_be_combined(other):
    for combine in (
        lambda: Val(1) + other,
        lambda: other + Val(1),
        lambda: Val(1) - other,
        lambda: other - Val(1),
        lambda: Val(1) * other,
        lambda: other * Val(1),
        lambda: Val(1) / other,
        lambda: other / Val(1),
        lambda: Val(1).max(other),
        lambda: Val(1).min(other),
    ):
        with pytest.raises(TypeError):
            combine()


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (1, TypeError, "Expected dict for Rank, got int"),
        ({}, ValueError, "Rank dict cannot be empty"),
        ({"$val": 1, "$abs": ONE}, ValueError, "Rank dict must contain exactly one operator, got 2"),
        ({"$foo": 1}, ValueError, "Unknown rank operator: $foo"),
        ({"$rrf": {}}, ValueError, "Unknown rank operator: $rrf"),
        ({"$val": "x"}, TypeError, "$val requires a number, got str"),
        ({"$val": True}, TypeError, "$val requires a number, got bool"),
        ({"$knn": []}, TypeError, "$knn requires a dict, got list"),
        ({"$knn": {}}, ValueError, "$knn requires 'query' field"),
        ({"$knn": {"query": {"a": 1}}}, ValueError, "Expected dict with #type='sparse_vector', got {'a': 1}"),
        ({"$knn": {"query": [[1.0], [2.0]]}}, ValueError, "$knn requires exactly one query embedding"),
        (
            {"$knn": {"query": "text"}},
            TypeError,
            "$knn query must be a list, numpy array, or SparseVector dict, got str",
        ),
        ({"$knn": {"query": [1], "key": 1}}, TypeError, "$knn key must be a string, got int"),
        ({"$knn": {"query": [1], "limit": 1.0}}, TypeError, "$knn limit must be an integer, got float"),
        ({"$knn": {"query": [1], "limit": 0}}, ValueError, "$knn limit must be positive, got 0"),
        ({"$knn": {"query": [1], "default": "x"}}, TypeError, "$knn default must be a number, got str"),
        (
            {"$knn": {"query": [1], "return_rank": 1}},
            TypeError,
            "$knn return_rank must be a boolean, got int",
        ),
        ({"$sum": {}}, TypeError, "$sum requires a list, got dict"),
        ({"$max": [ONE]}, ValueError, "$max requires at least 2 ranks, got 1"),
        ({"$sub": []}, TypeError, "$sub requires a dict with 'left' and 'right', got list"),
        ({"$div": {"left": ONE}}, ValueError, "$div requires 'left' and 'right' fields"),
        ({"$log": 1}, TypeError, "$log requires a rank dict, got int"),
        ({"$mul": [ONE, 2]}, TypeError, "Expected dict for Rank, got int"),
    ],
)
def test_from_dict_says_what_is_wrong(source, error, message):
    with pytest.raises(error) as caught:
        Rank.from_dict(source)
    assert str(caught.value) == message


def test_a_sparse_query_without_its_parts_is_a_value_error():
    with pytest.raises(ValueError, match="'indices' and 'values'"):
        Rank.from_dict({"$knn": {"query": {"#type": "sparse_vector", "indices": [1]}}})


def test_a_dense_query_is_read_as_float32():
    knn = Rank.from_dict({"$knn": {"query": [0.1, 2]}})
    assert knn.query.dtype == np.float32
    assert knn.to_dict()["$knn"]["query"] == [float(np.float32(0.1)), 2.0]


def test_a_sparse_query_is_read_as_a_sparse_vector():
    tagged = {"#type": "sparse_vector", "indices": [1], "values": [2.0]}
    assert Rank.from_dict({"$knn": {"query": tagged, "key": "sp"}}).query == SparseVector([1], [2.0])


def test_a_dict_that_holds_itself_is_refused():
    source = {"$abs": None}
    source["$abs"] = source
    with pytest.raises(ValueError, match=f"nests deeper than the {MAX_NESTING} levels"):
        Rank.from_dict(source)


def fused(weight, rank, k=60):
    return {"$div": {"left": {"$val": weight}, "right": {"$sum": [{"$val": k}, rank]}}}


def test_fusion_is_written_out_as_arithmetic():
    first = Knn([1.0], return_rank=True)
    second = Knn("words", key="sp", return_rank=True)
    assert Rrf([first, second]).to_dict() == {
        "$mul": [{"$val": -1}, {"$sum": [fused(1.0, first.to_dict()), fused(1.0, second.to_dict())]}]
    }


def test_fusion_of_one_ranking_needs_no_sum():
    assert Rrf([Val(5)], k=10).to_dict() == {"$mul": [{"$val": -1}, fused(1.0, {"$val": 5}, k=10)]}


def test_weights_keep_their_type_unless_normalized():
    def weights(rrf):
        return [term["$div"]["left"]["$val"] for term in rrf.to_dict()["$mul"][1]["$sum"]]

    kept = weights(Rrf([Val(1), Val(2)], weights=[3, 1]))
    assert kept == [3, 1]
    assert all(isinstance(weight, int) for weight in kept)
    assert weights(Rrf([Val(1), Val(2)], weights=[3, 1], normalize=True)) == [0.75, 0.25]
    assert weights(Rrf([Val(1), Val(2)], normalize=True)) == [0.5, 0.5]


def test_fusion_can_be_part_of_a_score():
    rrf = Rrf([Val(5)])
    assert (rrf * 2).to_dict() == {"$mul": [rrf.to_dict(), {"$val": 2}]}


@pytest.mark.parametrize(
    ("rrf", "message"),
    [
        (Rrf([]), "RRF requires at least one rank"),
        (Rrf([Val(1)], k=0), "k must be positive, got 0"),
        (Rrf([Val(1), Val(2)], weights=[1]), "Number of weights (1) must match number of ranks (2)"),
        (Rrf([Val(1), Val(2)], weights=[1, -1]), "All weights must be non-negative"),
        (
            Rrf([Val(1)], weights=[0], normalize=True),
            "Sum of weights must be positive when normalize=True",
        ),
    ],
)
def test_fusion_checks_its_numbers_when_written(rrf, message):
    with pytest.raises(ValueError) as caught:
        rrf.to_dict()
    assert str(caught.value) == message


def test_fusion_takes_ranks_only():
    with pytest.raises(TypeError, match="RRF ranks must be Rank objects, got int"):
        Rrf([1, 2]).to_dict()


def test_lists_of_scores_can_be_made_directly():
    assert Sum([Val(1)]).to_dict() == {"$sum": [ONE]}
    assert Max([Val(1), Val(2)]) == Val(1).max(2)
    assert Min([Val(1), Val(2)]) == Val(1).min(2)
    assert Mul([Val(1), Abs(Val(2))]).to_dict() == {"$mul": [ONE, {"$abs": TWO}]}
