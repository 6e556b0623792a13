"""Searches as JSON that anybody may have sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chromadb.errors import InvalidArgumentError
from chromadb.execution.expression import GroupBy, K, Knn, Limit, MaxK, MinK, Rrf, Search, Select, Val
from chromadb.model.expression.request import SearchRequest, read_search

WHERE = st.none() | st.sampled_from(
    [K("a") == 1, (K("a") == 1) & (K.ID == "x"), (K("a") > 1) | K.DOCUMENT.contains("t")]
)
NEIGHBOURS = st.builds(Knn, st.just([1.0, 2.0]), limit=st.integers(1, 9), default=st.none() | st.just(2.5))
RANK = (
    st.none()
    | NEIGHBOURS
    | st.builds(lambda one, other: Rrf([one, other + 1]).max(0) / 2 - Val(1), NEIGHBOURS, NEIGHBOURS)
)
SEARCH = st.builds(
    Search,
    WHERE,
    RANK,
    st.just(GroupBy()),
    st.builds(Limit, st.integers(0, 9), st.none() | st.integers(0, 9)),
    st.builds(Select, st.sets(st.sampled_from(["#document", "#score", "b", "a"]))),
)


@given(SEARCH)
def test_what_a_search_serialises_to_is_read_as_the_same_request(search: Search) -> None:
    read = read_search(search.to_dict(), 0)

    assert read.to_dict() == search.to_dict()
    ours, theirs = SearchRequest.of(search, 0), SearchRequest.of(read, 0)
    assert (ours.condition, ours.offset, ours.limit, ours.selected) == (
        theirs.condition, theirs.offset, theirs.limit, theirs.selected
    )  # fmt: skip
    assert (ours.rank and ours.rank.to_dict()) == (theirs.rank and theirs.rank.to_dict())


@pytest.mark.parametrize("aggregate", [MinK(["#score", "p"], 2), MaxK("p", 1)])
def test_groups_are_read(aggregate: Any) -> None:
    search = Search(rank=Val(1)).group_by(GroupBy(["a", "b"], aggregate))

    assert read_search(search.to_dict(), 0) == search


@pytest.mark.parametrize("empty", [{}, {"filter": {}, "group_by": {}, "limit": {}, "select": {}}, {"limit": None}])
def test_every_member_may_be_missing(empty: Any) -> None:
    assert read_search(empty, 0) == Search()


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ({"filter": {"a": {"$x": 1}}}, ValueError, r"searches\[3\].filter: Invalid where clause: Unknown operator"),
        ({"rank": {"$bogus": 1}}, ValueError, r"searches\[3\].rank: Unknown rank operator: \$bogus"),
        ({"limit": {"offset": -1}}, ValueError, r"searches\[3\].limit: invalid value: integer `-1`, expected u32"),
        ({"limit": {"limit": 2**32}}, ValueError, "expected u32"),
        ({"limit": 3}, ValueError, "expected an object, got int"),
        ({"select": {"keys": [1]}}, ValueError, r"searches\[3\].select: Select key must be a string"),
        ({"group_by": []}, ValueError, r"searches\[3\].group_by: expected an object, got list"),
        ({"group_by": {"keys": "a", "aggregate": {}}}, ValueError, "keys must be a list"),
        ({"group_by": {"keys": ["a"]}}, InvalidArgumentError, "must both be specified or both be omitted"),
        (
            {"group_by": {"keys": ["a"], "aggregate": {"$min_k": {"keys": ["b"], "k": 0}}}},
            InvalidArgumentError,
            r"Validation error: searches\[3\].group_by: aggregate k must be greater than 0",
        ),
        (
            {"group_by": {"keys": ["a"], "aggregate": {"$min_k": {"keys": [], "k": 1}}}},
            InvalidArgumentError,
            "aggregate keys must not be empty",
        ),
    ],
)
def test_what_is_malformed_is_named(source: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        read_search(source, 3)
