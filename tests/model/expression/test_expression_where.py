"""Filters: what each operator writes, what from_dict reads, and what it refuses."""

import pytest

from chromadb.model.expression import MAX_NESTING, And, Contains, Eq, K, Key, Or, Where


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        (K("a") == 1, {"a": {"$eq": 1}}),
        (K("a") != 1, {"a": {"$ne": 1}}),
        (K("a") > 1.5, {"a": {"$gt": 1.5}}),
        (K("a") >= 1, {"a": {"$gte": 1}}),
        (K("a") < 1, {"a": {"$lt": 1}}),
        (K("a") <= 1, {"a": {"$lte": 1}}),
        (K("a").is_in([1, 2]), {"a": {"$in": [1, 2]}}),
        (K("a").not_in(["x"]), {"a": {"$nin": ["x"]}}),
        (K("tags").contains("x"), {"tags": {"$contains": "x"}}),
        (K("tags").not_contains(2), {"tags": {"$not_contains": 2}}),
        (K.DOCUMENT.regex("^a"), {"#document": {"$regex": "^a"}}),
        (K.DOCUMENT.not_regex("^a"), {"#document": {"$not_regex": "^a"}}),
        (K.ID.is_in(["1"]), {"#id": {"$in": ["1"]}}),
    ],
)
def test_each_comparison_writes_and_reads_its_operator(condition, written):
    assert condition.to_dict() == written
    assert Where.from_dict(written) == condition


def test_conditions_of_one_kind_join_into_one_list():
    a, b, c, d = (K(name) == 1 for name in "abcd")
    assert ((a & b) & (c & d)).to_dict() == {"$and": [x.to_dict() for x in (a, b, c, d)]}
    assert (a | (b | c)).to_dict() == {"$or": [x.to_dict() for x in (a, b, c)]}
    assert ((a | b) & c).to_dict() == {"$and": [{"$or": [a.to_dict(), b.to_dict()]}, c.to_dict()]}


def test_joining_leaves_the_parts_as_they_were():
    both = (K("a") == 1) & (K("b") == 2)
    _ = both & (K("c") == 3)
    assert len(both.conditions) == 2


@pytest.mark.parametrize("other", [{"a": 1}, None, True])
def test_only_conditions_can_be_joined(other):
    with pytest.raises(TypeError):
        (K("a") == 1) & other
    with pytest.raises(TypeError):
        (K("a") == 1) | other


def test_a_plain_value_means_equality():
    assert Where.from_dict({"a": "x"}) == Eq("a", "x")


def test_a_list_of_one_condition_is_that_condition():
    assert Where.from_dict({"$or": [{"$and": [{"a": 1}]}]}) == Eq("a", 1)


def test_nested_lists_of_one_kind_are_read_flat():
    read = Where.from_dict({"$and": [{"$and": [{"a": 1}, {"b": 2}]}, {"$or": [{"c": 3}, {"d": 4}]}]})
    assert read == And([Eq("a", 1), Eq("b", 2), Or([Eq("c", 3), Eq("d", 4)])])


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ([], TypeError, "Expected dict for Where, got list"),
        ({}, ValueError, "Where dict cannot be empty"),
        ({"$and": {}}, TypeError, "$and must be a list, got dict"),
        ({"$or": []}, ValueError, "$or requires at least one condition"),
        (
            {"$and": [{"a": 1}], "b": 1},
            ValueError,
            "$and cannot be combined with other fields in the same dict",
        ),
        ({"$or": [{"a": 1}, 5]}, TypeError, "Expected dict for Where, got int"),
        ({"a": 1, "b": 2}, ValueError, "Where dict must contain exactly one field, got 2"),
        ({1: 1}, TypeError, "Field name must be a string, got int"),
        ({"a": {}}, ValueError, "Operator dict for field 'a' cannot be empty"),
        (
            {"a": {"$gt": 1, "$lt": 2}},
            ValueError,
            "Operator dict for field 'a' must contain exactly one operator",
        ),
        ({"a": {"$foo": 1}}, ValueError, "Unknown operator: $foo"),
        ({"a": {"$in": (1,)}}, TypeError, "$in requires a list, got tuple"),
        ({"a": {"$nin": "x"}}, TypeError, "$nin requires a list, got str"),
        (
            {"a": {"$contains": None}},
            TypeError,
            "$contains requires a str, int, float, or bool, got NoneType",
        ),
        (
            {"a": {"$not_contains": [1]}},
            TypeError,
            "$not_contains requires a str, int, float, or bool, got list",
        ),
        ({"a": {"$regex": 1}}, TypeError, "$regex requires a string pattern, got int"),
        ({"a": {"$not_regex": None}}, TypeError, "$not_regex requires a string pattern, got NoneType"),
        ({"#document": {"$contains": 1}}, TypeError, "$contains on #document requires a string pattern"),
    ],
)
def test_from_dict_says_what_is_wrong(source, error, message):
    with pytest.raises(error) as caught:
        Where.from_dict(source)
    assert str(caught.value) == message


def test_a_document_is_searched_for_text_only():
    with pytest.raises(TypeError, match="not_contains on #document requires a string pattern"):
        K.DOCUMENT.not_contains(1)
    with pytest.raises(TypeError, match="contains on #document requires a string pattern"):
        Contains("#document", ["a"])


def test_a_dict_that_holds_itself_is_refused():
    source = {"$and": []}
    source["$and"] += [source, source]
    with pytest.raises(ValueError, match=f"nests deeper than the {MAX_NESTING} levels"):
        Where.from_dict(source)


def test_nesting_is_allowed_up_to_the_limit():
    def nested(levels):
        source = {"a": 1}
        for level in range(levels - 1):
            source = {("$and", "$or")[level % 2]: [source, {"b": 1}]}
        return source

    Where.from_dict(nested(MAX_NESTING))
    with pytest.raises(ValueError, match="nests deeper"):
        Where.from_dict(nested(MAX_NESTING + 1))


def test_keys_are_told_apart_by_name_in_sets():
    assert K is Key
    assert len({K("a"), K("a"), K("b")}) == 2
    assert repr(K("a")) == "Key('a')"
    with pytest.raises(TypeError, match="Field name must be a string, got int"):
        Key(5)
