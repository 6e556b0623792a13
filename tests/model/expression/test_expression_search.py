"""Pages, columns, groups, whole searches, and what comes back."""

import copy
import pickle

import pytest

from chromadb.model.expression import (
    Aggregate,
    GroupBy,
    K,
    Knn,
    Limit,
    MaxK,
    MinK,
    Rank,
    Search,
    SearchResult,
    Select,
    Val,
    Where,
)
from chromadb.model.sparse import SparseVector


def test_an_empty_search_has_all_members():
    assert Search().to_dict() == {
        "filter": None,
        "rank": None,
        "group_by": {},
        "limit": {"offset": 0},
        "select": {"keys": []},
    }


def full_search():
    return (
        Search()
        .where((K("a") == "x") & (K("b") > 0.5))
        .rank(Knn(query=[0.1, 0.2]) * 0.8 + Val(0.5) * 0.2)
        .group_by(GroupBy(keys=K("cat"), aggregate=MinK(keys=K.SCORE, k=2)))
        .limit(10, offset=5)
        .select(K.DOCUMENT, K.SCORE, "title")
    )


FULL_JSON = {
    "filter": {"$and": [{"a": {"$eq": "x"}}, {"b": {"$gt": 0.5}}]},
    "rank": {
        "$sum": [
            {"$mul": [{"$knn": {"query": [0.1, 0.2], "key": "#embedding", "limit": 16}}, {"$val": 0.8}]},
            {"$mul": [{"$val": 0.5}, {"$val": 0.2}]},
        ]
    },
    "group_by": {"keys": ["cat"], "aggregate": {"$min_k": {"keys": ["#score"], "k": 2}}},
    "limit": {"offset": 5, "limit": 10},
    "select": {"keys": ["#document", "#score", "title"]},
}


def test_a_search_is_built_part_by_part():
    assert full_search().to_dict() == FULL_JSON


def test_every_part_may_be_given_as_json():
    parts = dict(FULL_JSON, rank={"$val": 1})
    built = Search(
        where=parts["filter"],
        rank=parts["rank"],
        group_by=parts["group_by"],
        limit=parts["limit"],
        select=parts["select"],
    )
    assert built.to_dict() == parts
    assert Search().where(parts["filter"]).rank({"$val": 1}).group_by(parts["group_by"]).to_dict() == {
        **parts,
        "limit": {"offset": 0},
        "select": {"keys": []},
    }


def test_builder_methods_leave_the_search_as_it_was():
    base = Search().where(K("a") == 1)
    base.where(K("b") == 2).limit(3).select_all()
    assert base.to_dict() == Search(where={"a": 1}).to_dict()
    with pytest.raises(AttributeError, match="immutable"):
        base._limit = Limit()


def test_searches_are_values():
    assert full_search() == full_search()
    assert full_search() != full_search().limit(1)
    assert pickle.loads(pickle.dumps(full_search())) == full_search()
    assert copy.deepcopy(full_search()) == full_search()
    assert "Limit(offset=5, limit=10)" in repr(full_search())


def test_a_number_is_a_limit_and_names_are_a_selection():
    assert Search(limit=3).to_dict()["limit"] == {"offset": 0, "limit": 3}
    assert Search(select=["b", "a", "b"]).to_dict()["select"] == {"keys": ["a", "b"]}
    assert Search(select={"a"}).to_dict()["select"] == {"keys": ["a"]}


def test_select_all_means_the_four_columns():
    assert Search().select_all().to_dict()["select"] == {"keys": ["#document", "#embedding", "#metadata", "#score"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"where": []}, "where must be a Where object, dict, or None, got list"),
        ({"rank": 1}, "rank must be a Rank object, dict, or None, got int"),
        ({"group_by": MinK("a", 1)}, "group_by must be a GroupBy object, dict, or None, got MinK"),
        ({"limit": "5"}, "limit must be a Limit object, dict, int, or None, got str"),
        ({"limit": True}, "limit must be a Limit object, dict, int, or None, got bool"),
        ({"select": "a"}, "select must be a Select object, dict, list, set, or None, got str"),
        ({"select": [K("a")]}, "Select key must be a string, got Key"),
    ],
)
def test_a_part_of_another_type_is_refused(arguments, message):
    with pytest.raises(TypeError) as caught:
        Search(**arguments)
    assert str(caught.value) == message


def test_a_limit_of_nothing_is_refused_as_json_but_not_by_the_builder():
    with pytest.raises(ValueError, match="Limit limit must be positive, got 0"):
        Search(limit=0)
    assert Search().limit(-1).to_dict()["limit"] == {"offset": 0, "limit": -1}


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (5, TypeError, "Expected dict for Limit, got int"),
        ({"offset": 1.0}, TypeError, "Limit offset must be an integer, got float"),
        ({"offset": -1}, ValueError, "Limit offset must be non-negative, got -1"),
        ({"limit": "x"}, TypeError, "Limit limit must be an integer, got str"),
        ({"limit": 0}, ValueError, "Limit limit must be positive, got 0"),
        ({"limit": 1, "size": 2}, ValueError, "Unexpected keys in Limit dict: {'size'}"),
    ],
)
def test_limit_says_what_is_wrong(source, error, message):
    with pytest.raises(error) as caught:
        Limit.from_dict(source)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ([], TypeError, "Expected dict for Select, got list"),
        ({"keys": "a"}, TypeError, "Select keys must be a list/tuple/set, got str"),
        ({"keys": [1]}, TypeError, "Select key must be a string, got int"),
        ({"keys": [K("a")]}, TypeError, "Select key must be a string, got Key"),
        ({"keys": [], "all": True}, ValueError, "Unexpected keys in Select dict: {'all'}"),
    ],
)
def test_select_says_what_is_wrong(source, error, message):
    with pytest.raises(error) as caught:
        Select.from_dict(source)
    assert str(caught.value) == message


def test_select_takes_one_key_or_any_collection_of_keys():
    assert Select("title").to_dict() == {"keys": ["title"]}
    assert Select((K("b"), "a", K("b"))).to_dict() == {"keys": ["a", "b"]}
    with pytest.raises(TypeError, match="Select key must be a string or Key, got list"):
        Search().select(["a", "b"])


def test_groups_are_written_only_when_complete():
    assert GroupBy().to_dict() == {}
    assert GroupBy(keys="a").to_dict() == {}
    assert GroupBy(aggregate=MinK("a", 1)).to_dict() == {}
    assert GroupBy.from_dict({}) == GroupBy()


def test_groups_take_one_key_or_several():
    group_by = GroupBy(keys=[K("a"), "b"], aggregate=MaxK(keys=(K.SCORE, K("p")), k=3))
    written = {"keys": ["a", "b"], "aggregate": {"$max_k": {"keys": ["#score", "p"], "k": 3}}}
    assert group_by.to_dict() == written
    assert GroupBy.from_dict(written) == group_by
    assert GroupBy("a", MinK("x", 1)) != GroupBy("a", MinK("y", 1))
    assert MinK("x", 1) != MaxK("x", 1)


MIN_K = {"$min_k": {"keys": ["a"], "k": 1}}


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (None, TypeError, "Expected dict for GroupBy, got NoneType"),
        ({"aggregate": MIN_K}, ValueError, "GroupBy requires 'keys' field"),
        ({"keys": ["a"]}, ValueError, "GroupBy requires 'aggregate' field"),
        ({"keys": [], "aggregate": MIN_K}, ValueError, "GroupBy keys cannot be empty"),
        ({"keys": "a", "aggregate": MIN_K}, TypeError, "GroupBy keys must be a list, got str"),
        ({"keys": [1], "aggregate": MIN_K}, TypeError, "GroupBy key must be a string or Key, got int"),
        ({"keys": ["a"], "aggregate": None}, TypeError, "GroupBy aggregate must be a dict, got NoneType"),
    ],
)
def test_group_by_says_what_is_wrong(source, error, message):
    with pytest.raises(error) as caught:
        GroupBy.from_dict(source)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (1, TypeError, "Expected dict for Aggregate, got int"),
        ({}, ValueError, "Aggregate dict cannot be empty"),
        ({**MIN_K, "x": 1}, ValueError, "Aggregate dict must contain exactly one operator, got 2"),
        ({"$foo": {}}, ValueError, "Unknown aggregate operator: $foo"),
        ({"$min_k": []}, TypeError, "$min_k requires a dict, got list"),
        ({"$min_k": {"k": 1}}, ValueError, "$min_k requires 'keys' field"),
        ({"$max_k": {"keys": ["a"]}}, ValueError, "$max_k requires 'k' field"),
        ({"$min_k": {"keys": "a", "k": 1}}, TypeError, "$min_k keys must be a list, got str"),
        ({"$min_k": {"keys": [], "k": 1}}, ValueError, "$min_k keys cannot be empty"),
        ({"$min_k": {"keys": ["a"], "k": 1.5}}, TypeError, "$min_k k must be an integer, got float"),
        ({"$min_k": {"keys": ["a"], "k": 0}}, ValueError, "$min_k k must be positive, got 0"),
    ],
)
def test_aggregate_says_what_is_wrong(source, error, message):
    with pytest.raises(error) as caught:
        Aggregate.from_dict(source)
    assert str(caught.value) == message


def test_an_aggregate_is_checked_when_given():
    with pytest.raises(TypeError, match="GroupBy aggregate must be an Aggregate or None, got int"):
        GroupBy("a", 1)


def test_the_base_classes_cannot_be_made():
    for base in (Where, Rank, Aggregate):
        with pytest.raises(TypeError):
            base()


def test_rows_hold_only_what_a_record_has():
    result = SearchResult(
        ids=[["1", "2"], ["3"]],
        documents=[["a", None], None],
        metadatas=[[{"x": 1}, None], None],
        scores=[[0.5, 1.0], None],
    )
    assert result.rows() == [
        [{"id": "1", "document": "a", "metadata": {"x": 1}, "score": 0.5}, {"id": "2", "score": 1.0}],
        [{"id": "3"}],
    ]


def test_missing_members_are_tolerated():
    assert SearchResult({}).rows() == []
    assert SearchResult({"ids": [["1"]], "documents": None, "scores": []}).rows() == [[{"id": "1"}]]
    assert SearchResult({"ids": [["1", "2"]], "documents": [["a"]]}).rows() == [
        [{"id": "1", "document": "a"}, {"id": "2"}]
    ]


def test_a_response_turns_sparse_metadata_into_sparse_vectors():
    tagged = {"#type": "sparse_vector", "indices": [1], "values": [0.5]}
    result = SearchResult.from_response(
        {"ids": [["1", "2"], ["3"]], "metadatas": [[{"s": tagged, "n": 1}, None], None]}
    )
    assert result["metadatas"] == [[{"s": SparseVector([1], [0.5]), "n": 1}, None], None]
    assert SearchResult.from_response({"ids": []}) == {"ids": []}
