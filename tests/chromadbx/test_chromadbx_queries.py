"""Query builders: the filters they write."""

import pytest

from chromadbx import (
    LogicalOperator,
    and_,
    contains,
    eq,
    gt,
    gte,
    in_,
    lt,
    lte,
    ne,
    nin,
    not_contains,
    or_,
    where,
    where_document,
)


@pytest.mark.parametrize(
    ("query", "filter_"),
    [
        (eq("a", 1), {"a": {"$eq": 1}}),
        (ne("a", "x"), {"a": {"$ne": "x"}}),
        (lt("a", 1), {"a": {"$lt": 1}}),
        (lte("a", 1.5), {"a": {"$lte": 1.5}}),
        (gt("a", 1), {"a": {"$gt": 1}}),
        (gte("a", 1), {"a": {"$gte": 1}}),
        (in_("a", ["x", "y"]), {"a": {"$in": ["x", "y"]}}),
        (nin("a", (1, 2)), {"a": {"$nin": [1, 2]}}),
        (and_(eq("a", 1), ne("b", "2")), {"$and": [{"a": {"$eq": 1}}, {"b": {"$ne": "2"}}]}),
        (or_(eq("a", 1), eq("a", 2)), {"$or": [{"a": {"$eq": 1}}, {"a": {"$eq": 2}}]}),
        (eq("a", 1) & eq("b", 2), {"$and": [{"a": {"$eq": 1}}, {"b": {"$eq": 2}}]}),
        (
            (eq("a", 1) & eq("b", 2)) | eq("c", 3),
            {"$or": [{"$and": [{"a": {"$eq": 1}}, {"b": {"$eq": 2}}]}, {"c": {"$eq": 3}}]},
        ),
        (and_(eq("a", 1)), {"a": {"$eq": 1}}),
    ],
)
def test_conditions_on_metadata(query, filter_):
    assert where(query) == filter_
    assert query.to_dict() == filter_


@pytest.mark.parametrize(
    ("query", "filter_"),
    [
        (contains("x"), {"$contains": "x"}),
        (not_contains("x"), {"$not_contains": "x"}),
        (contains("x", "y"), {"$and": [{"$contains": "x"}, {"$contains": "y"}]}),
        (
            contains("x", "y", op=LogicalOperator.OR),
            {"$or": [{"$contains": "x"}, {"$contains": "y"}]},
        ),
        (
            not_contains("x", "y", op=LogicalOperator.OR),
            {"$or": [{"$not_contains": "x"}, {"$not_contains": "y"}]},
        ),
        (contains("x") & not_contains("y"), {"$and": [{"$contains": "x"}, {"$not_contains": "y"}]}),
    ],
)
def test_conditions_on_documents(query, filter_):
    assert where_document(query) == filter_


def test_logical_operators_are_their_text():
    assert LogicalOperator.AND == "$and"
    assert LogicalOperator.OR == "$or"


@pytest.mark.parametrize("build", [and_, or_, contains, not_contains])
def test_nothing_to_join_is_refused(build):
    with pytest.raises(ValueError, match="needs at least one condition"):
        build()


def test_only_conditions_can_be_joined():
    with pytest.raises(TypeError):
        eq("a", 1) & {"b": 2}
    with pytest.raises(TypeError):
        eq("a", 1) | None
