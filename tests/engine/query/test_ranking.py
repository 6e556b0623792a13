"""Every rank expression equals its evaluation record by record, in binary32."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chromadb.engine.query.ranking import Scored, ranked, scored
from chromadb.execution.expression import Abs, Div, Exp, Knn, Log, Max, Min, Mul, Rank, Sub, Sum, Val

RECORDS = 8
NUMBER = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.1, 0.5, 1.0, 3.0, 60.0, 1e30])
KNNS = [Knn([float(place)]) for place in range(4)]
NEIGHBOURHOODS = st.lists(
    st.tuples(st.dictionaries(st.integers(0, RECORDS - 1), NUMBER), st.none() | NUMBER), min_size=4, max_size=4
)
LEAF = st.builds(Val, NUMBER) | st.sampled_from(KNNS)
EXPRESSION = st.recursive(
    LEAF,
    lambda part: st.one_of(
        st.builds(lambda kind, parts: kind(parts), st.sampled_from([Sum, Mul, Max, Min]), st.lists(part, max_size=4)),
        st.builds(lambda kind, left, right: kind(left, right), st.sampled_from([Sub, Div]), part, part),
        st.builds(lambda kind, operand: kind(operand), st.sampled_from([Abs, Exp, Log]), part),
    ),
    max_leaves=12,
)
PAIRS: dict[type, Any] = {
    Sum: np.add, Mul: np.multiply, Max: np.fmax, Min: np.fmin, Sub: np.subtract, Div: np.divide
}  # fmt: skip
STARTS: dict[type, Any] = {
    Sum: np.float32(0), Mul: np.float32(1), Max: np.finfo(np.float32).min, Min: np.finfo(np.float32).max
}  # fmt: skip
FUNCTIONS: dict[type, Any] = {Abs: np.abs, Exp: np.exp, Log: np.log}
Plain = tuple[dict[int, Any], Any]


def joined(kind: type, left: Plain, right: Plain) -> Plain:
    (ours, our_default), (theirs, their_default) = left, right
    if our_default is not None and their_default is not None:
        support = set(ours) | set(theirs)
    elif our_default is not None:
        support = set(theirs)
    elif their_default is not None:
        support = set(ours)
    else:
        support = set(ours) & set(theirs)
    operation = PAIRS[kind]
    default = None
    if our_default is not None and their_default is not None:
        default = operation(our_default, their_default)
    return {
        record: operation(ours.get(record, our_default), theirs.get(record, their_default)) for record in support
    }, default


def plainly(rank: Any, found: dict[int, Plain]) -> Plain:
    if isinstance(rank, Val):
        return {}, np.float32(rank.value)
    if isinstance(rank, Knn):
        return found[id(rank)]
    if isinstance(rank, (Abs, Exp, Log)):
        scores, default = plainly(rank.rank, found)
        function = FUNCTIONS[type(rank)]
        return {record: function(score) for record, score in scores.items()}, (
            None if default is None else function(default)
        )
    if isinstance(rank, (Sub, Div)):
        return joined(type(rank), plainly(rank.left, found), plainly(rank.right, found))
    total: Plain = ({}, STARTS[type(rank)])
    for part in rank.ranks:
        total = joined(type(rank), total, plainly(part, found))
    return total


@given(EXPRESSION, NEIGHBOURHOODS)
def test_expression_equals_its_evaluation_record_by_record(
    rank: Rank, found: list[tuple[dict[int, float], float | None]]
) -> None:
    plain = {
        id(knn): (
            {record: np.float32(score) for record, score in scores.items()},
            None if default is None else np.float32(default),
        )
        for knn, (scores, default) in zip(KNNS, found, strict=True)
    }
    arrays = {
        id(knn): Scored(
            np.array(sorted(scores), dtype=np.int64),
            np.array([scores[slot] for slot in sorted(scores)], dtype=np.float32),
            None if default is None else np.float32(default),
        )
        for knn, (scores, default) in zip(KNNS, found, strict=True)
    }

    result = scored(rank, arrays)
    with np.errstate(all="ignore"):
        scores, default = plainly(rank, plain)

    slots = sorted(scores)
    assert result.slots.tolist() == slots
    assert result.scores.dtype == np.float32
    np.testing.assert_allclose(result.scores, np.array([scores[slot] for slot in slots], np.float32), rtol=1e-6)
    assert (result.default is None) == (default is None)
    if default is not None:
        np.testing.assert_allclose(result.default, default, rtol=1e-6)


def test_smallest_score_comes_first_then_the_earlier_record_then_what_is_not_a_number() -> None:
    found = Scored(np.array([0, 1, 2, 3]), np.array([1.0, np.nan, -np.inf, 1.0], dtype=np.float32), None)

    slots, scores = ranked(found, np.array([9, 8, 7, 6]))

    assert slots.tolist() == [2, 3, 0, 1]
    np.testing.assert_array_equal(scores, [-np.inf, 1.0, 1.0, np.nan])
