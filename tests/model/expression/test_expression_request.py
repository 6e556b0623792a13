"""What searches ask for, as it is sent and as it is read from JSON that anybody may have sent."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chromadb import SparseVector
from chromadb.errors import InvalidArgumentError
from chromadb.execution.expression import (
    Abs,
    And,
    Div,
    Exp,
    GroupBy,
    K,
    Knn,
    Limit,
    Log,
    Max,
    MaxK,
    Min,
    MinK,
    Mul,
    Or,
    Rrf,
    Search,
    Select,
    Sub,
    Sum,
    Val,
)
from chromadb.model.expression.request import SearchRequest
from chromadb.model.expression.request_json import read_request
from chromadb.model.filters import All, Either
from chromadb.model.json_text import json_text

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.text() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | NUMBERS.map(float).filter(np.isfinite)
FIELDS = st.sampled_from(["a", "b c", "ü"]).map(K)
TEXTS = st.sampled_from(["t", "", "é"])
ONE_KIND = st.lists(st.text(), min_size=1) | st.lists(st.booleans(), min_size=1)
COMPARISONS = (
    st.builds(lambda key, value: key == value, FIELDS, SCALARS)
    | st.builds(lambda key, value: key != value, FIELDS, SCALARS)
    | st.builds(lambda key, value: (key > value) & (key <= value), FIELDS, st.integers(-5, 5))
    | st.builds(lambda key, value: (key >= value) | (key < value), FIELDS, st.floats(-5, 5))
    | st.builds(lambda key, values: key.is_in(values) & key.not_in(values), FIELDS, ONE_KIND)
    | st.builds(lambda key, value: key.contains(value) | key.not_contains(value), FIELDS, SCALARS)
    | st.builds(lambda text: K.DOCUMENT.contains(text) & K.DOCUMENT.not_contains(text), TEXTS)
    | st.builds(lambda text: K.DOCUMENT.regex(text) | K.DOCUMENT.not_regex(text), TEXTS)
    | st.builds(lambda ids: K.ID.is_in(ids) & K.ID.not_in(ids) & (K.ID != "x"), st.lists(TEXTS))
)
WHERE = st.recursive(COMPARISONS, lambda part: st.builds(And, st.lists(part)) | st.builds(Or, st.lists(part)))
COMPONENTS = st.floats(width=32, allow_nan=False, allow_infinity=False)
SPARSE = st.dictionaries(st.integers(0, 2**32 - 1), COMPONENTS, max_size=5).map(
    lambda entries: SparseVector(sorted(entries), [entries[index] for index in sorted(entries)])
)
KNN = st.builds(
    Knn,
    st.lists(COMPONENTS, min_size=1, max_size=4) | SPARSE | SPARSE.map(SparseVector.to_dict),
    key=st.sampled_from(["#embedding", K("sp")]),
    limit=st.integers(1, 2**32 - 1),
    default=st.none() | NUMBERS,
    return_rank=st.booleans(),
)


def combined(parts: Any) -> Any:
    lists, weights = st.lists(parts, max_size=3), st.lists(st.integers(0, 3), min_size=2, max_size=2)
    return (
        st.one_of([st.builds(kind, lists) for kind in (Sum, Mul, Max, Min)])
        | st.one_of([st.builds(kind, parts, parts) for kind in (Sub, Div)])
        | st.one_of([st.builds(kind, parts) for kind in (Abs, Exp, Log)])
        | st.builds(lambda one, other, given: Rrf([one, other], weights=given), parts, parts, st.none() | weights)
    )


RANK = st.recursive(KNN | st.builds(Val, NUMBERS), combined, max_leaves=6)
NAMES = st.sampled_from(["a", "b"])
KEPT = st.one_of(
    [st.builds(kind, st.lists(NAMES | st.just(K.SCORE), min_size=1), st.integers(1, 9)) for kind in (MinK, MaxK)]
)
GROUP_BY = st.just(GroupBy()) | st.builds(GroupBy, st.lists(NAMES, min_size=1) | NAMES, KEPT)
PAGE = st.builds(Limit, st.integers(0, 2**32 - 1), st.none() | st.integers(0, 2**32 - 1))
SELECT = st.builds(Select, st.sets(st.sampled_from(["#document", "#score", "#id", "b", "a"])))
SEARCH = st.builds(Search, st.none() | WHERE, RANK, GROUP_BY, PAGE, SELECT) | st.builds(
    Search, WHERE, st.none(), st.just(GroupBy()), PAGE, SELECT
)


@given(SEARCH)
def test_a_request_is_read_as_it_was_sent(search: Search) -> None:
    request = SearchRequest.of(search, 0)

    read = read_request(msgspec.json.decode(json_text(request.to_dict())), 0)

    assert read.to_dict() == request.to_dict()
    assert (read.condition, read.grouping) == (request.condition, request.grouping)
    assert (read.offset, read.limit, read.selected) == (request.offset, request.limit, request.selected)


@given(SEARCH)
def test_the_json_form_of_a_search_asks_for_the_same(search: Search) -> None:
    read = read_request(msgspec.json.decode(msgspec.json.encode(search.to_dict())), 0)

    assert read.to_dict() == SearchRequest.of(search, 0).to_dict()


def sent(**members: Any) -> Any:
    return SearchRequest.of(Search(**members), 0).to_dict()


def test_a_search_is_sent_in_its_documented_form() -> None:
    assert sent(where=K("a") == 1, rank=Knn([5.0, 0.5]), limit=3) == {
        "filter": {"a": {"$eq": 1}},
        "rank": {"$knn": {"query": [5.0, 0.5], "key": "#embedding", "limit": 16}},
        "group_by": {},
        "limit": {"offset": 0, "limit": 3},
        "select": {"keys": []},
    }


@pytest.mark.parametrize("aggregate", [MinK(["#score", "p"], 2), MaxK("p", 1)])
def test_groups_are_sent(aggregate: Any) -> None:
    group_by = GroupBy(["a", "b"], aggregate)

    assert sent(rank=Knn([1.0]), group_by=group_by)["group_by"] == group_by.to_dict()


@pytest.mark.parametrize("empty", [{}, {"filter": {}, "group_by": {}, "limit": {}, "select": {}}, {"limit": None}])
def test_every_member_may_be_missing(empty: Any) -> None:
    assert read_request(empty, 0) == SearchRequest(None, None, None, 0, None, ())


def test_all_of_nothing_and_any_of_nothing_are_conditions() -> None:
    assert read_request({"filter": {"$and": []}}, 0).condition == All(())
    assert read_request({"filter": {"$or": []}}, 0).condition == Either(())


@pytest.mark.parametrize("operator", ["$sum", "$mul", "$max", "$min"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_any_number_of_scores_is_joined(operator: str, count: int) -> None:
    rank = {operator: [{"$val": 1}] * count}

    read = read_request({"rank": rank}, 0).rank

    assert read is not None
    assert read.to_dict() == rank


def test_what_is_unknown_and_the_tag_of_a_sparse_vector_are_passed_over() -> None:
    untagged = {"indices": [1], "values": [1]}
    source = {
        "rank": {"$knn": {"query": untagged, "x": 1}},
        "select": {"keys": ["a"], "x": 1},
        "limit": {"x": 1},
        "x": 1,
    }
    assert read_request(source, 0).rank == Knn(SparseVector([1], [1]))
    assert SearchRequest.of(Search().rank(Knn(untagged)), 0).rank == Knn(SparseVector([1], [1]))


RANKS = "`$abs`, `$div`, `$exp`, `$knn`, `$log`, `$max`, `$min`, `$mul`, `$sub`, `$sum`, `$val`"
QUERY = "data did not match any variant of untagged enum QueryVector"


def grouped(aggregate: Any) -> Any:
    return {"rank": {"$val": 1}, "group_by": {"keys": ["a"], "aggregate": aggregate}}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"filter": {"a": {"$x": 1}}}, "filter: Invalid where clause: unknown operator '$x'"),
        ({"filter": {"a": 1, "b": 1}}, "filter: Invalid where clause: expected an object with exactly one member"),
        ({"filter": {"#document": {"$contains": 1}}}, "filter: Invalid where clause: $contains on '#document'"),
        ({"filter": [1]}, "filter: Invalid where clause"),
        ({"rank": {"$bogus": 1}}, f"rank: unknown variant `$bogus`, expected one of {RANKS}"),
        ({"rank": {"$sum": [{"$val": 1}, {"$abs": {"val": 1}}]}}, "rank.$sum[1].$abs: unknown variant `val`"),
        ({"rank": {}}, "rank: expected an object with exactly one member, got 0 members"),
        ({"rank": {"$val": 1, "$sum": []}}, "rank: expected an object with exactly one member, got 2 members"),
        ({"rank": "x"}, 'rank: expected an object with exactly one member, got string "x"'),
        ({"rank": {"$sum": {}}}, "rank.$sum: invalid type: map, expected a sequence"),
        (
            {"rank": {"$sum": [1.5]}},
            "rank.$sum[0]: expected an object with exactly one member, got floating point `1.5`",
        ),
        ({"rank": {"$sub": {"left": {"$val": 1}}}}, "rank.$sub: missing field `right`"),
        ({"rank": {"$div": [1, 2]}}, "rank.$div: invalid type: sequence, expected an object"),
        ({"rank": {"$val": "x"}}, 'rank.$val: invalid type: string "x", expected f32'),
        ({"rank": {"$val": True}}, "rank.$val: invalid type: boolean `true`, expected f32"),
        ({"rank": {"$val": None}}, "rank.$val: invalid type: null, expected f32"),
        ({"rank": {"$knn": {}}}, "rank.$knn: missing field `query`"),
        ({"rank": {"$knn": {"query": "text"}}}, f"rank.$knn.query: {QUERY}"),
        ({"rank": {"$knn": {"query": [[1]]}}}, f"rank.$knn.query: {QUERY}"),
        ({"rank": {"$knn": {"query": [True]}}}, f"rank.$knn.query: {QUERY}"),
        ({"rank": {"$knn": {"query": {"#type": "x", "indices": [], "values": []}}}}, f"rank.$knn.query: {QUERY}"),
        ({"rank": {"$knn": {"query": {"indices": [2**32], "values": [1]}}}}, f"rank.$knn.query: {QUERY}"),
        ({"rank": {"$knn": {"query": [1], "key": 1}}}, "rank.$knn.key: invalid type: integer `1`, expected a string"),
        ({"rank": {"$knn": {"query": [1], "limit": -1}}}, "rank.$knn.limit: invalid value: integer `-1`, expected u32"),
        ({"rank": {"$knn": {"query": [1], "limit": 1.5}}}, "rank.$knn.limit: invalid type: floating point `1.5`, exp"),
        (
            {"rank": {"$knn": {"query": [1], "default": "x"}}},
            'rank.$knn.default: invalid type: string "x", expected f32',
        ),
        (
            {"rank": {"$knn": {"query": [1], "return_rank": 1}}},
            "return_rank: invalid type: integer `1`, expected a bool",
        ),
        ({"limit": {"offset": -1}}, "limit.offset: invalid value: integer `-1`, expected u32"),
        ({"limit": {"limit": 2**32}}, "limit.limit: invalid value: integer `4294967296`, expected u32"),
        ({"limit": 3}, "limit: invalid type: integer `3`, expected struct Limit"),
        ({"select": {"keys": [1]}}, "select.keys[0]: invalid type: integer `1`, expected a string"),
        ({"select": ["a"]}, "select: invalid type: sequence, expected struct Select"),
        ({"group_by": []}, "group_by: invalid type: sequence, expected struct GroupBy"),
        ({"group_by": {"keys": "a"}}, 'group_by.keys: invalid type: string "a", expected a sequence'),
        (grouped({"$avg": {}}), "group_by.aggregate: unknown variant `$avg`, expected `$min_k` or `$max_k`"),
        (grouped({"$min_k": {"keys": ["a"]}}), "group_by.aggregate.$min_k: missing field `k`"),
        (
            grouped({"$max_k": {"keys": ["a"], "k": -1}}),
            "aggregate.$max_k.k: invalid value: integer `-1`, expected u32",
        ),
    ],
)
def test_what_is_malformed_is_named(source: Any, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_request(source, 3)
    text = str(refused.value)
    assert text.startswith("searches[3].")
    assert message in text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"group_by": {"keys": ["a"]}}, "group_by keys and aggregate must both be specified or both be omitted"),
        (grouped(None), "group_by keys and aggregate must both be specified or both be omitted"),
        (grouped({"$min_k": {"keys": ["b"], "k": 0}}), "aggregate k must be greater than 0"),
        (grouped({"$min_k": {"keys": [], "k": 1}}), "aggregate keys must not be empty"),
        ({"rank": {"$knn": {"query": {"indices": [1, 2], "values": [1]}}}}, "must have the same length"),
        ({"rank": {"$knn": {"query": {"indices": [1], "values": [1], "tokens": []}}}}, "must have the same length"),
        ({"rank": {"$knn": {"query": {"indices": [1, 1], "values": [1, 1]}}}}, "(no duplicates)"),
        ({"rank": {"$knn": {"query": []}}}, "non-empty"),
        ({"rank": {"$knn": {"query": [1], "limit": 0}}}, "$knn limit must be positive, got 0"),
    ],
)
def test_what_makes_no_sense_is_refused_as_such(source: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        read_request(source, 3)
    text = str(refused.value)
    assert text.startswith(("Validation error: searches[3].rank: ", "Validation error: searches[3].group_by: "))
    assert message in text


def test_scores_nest_so_deep_and_no_deeper() -> None:
    rank: Any = {"$val": 1}
    for _ in range(127):
        rank = {"$sub": {"left": rank, "right": {"$val": 1}}}

    assert read_request({"rank": rank}, 0).rank is not None
    with pytest.raises(ValueError, match=r"searches\[0\].rank: Rank dict nests deeper than the 128 levels"):
        read_request({"rank": {"$abs": rank}}, 0)
