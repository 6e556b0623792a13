"""The ``where`` language over records with every kind of value under one key."""

from __future__ import annotations

import operator
from typing import Any

import pytest

_VALUES: dict[str, Any] = {
    "int1": 1, "int2": 2, "float1": 1.0, "float1.5": 1.5, "float2": 2.0, "str1": "1", "a": "a", "A": "A",
    "true": True, "false": False, "ints": [1, 2], "floats": [1.0, 2.5], "strs": ["a", "b"], "bools": [True],
    "int-1": -1, "float-1.5": -1.5,
}  # fmt: skip
_ORDERINGS: dict[str, Any] = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}
_ALL = [*_VALUES, "nothing", "other"]


@pytest.fixture
def mixed(collection: Any) -> Any:
    """Give a collection whose records hold, under x, the values above; one has no metadata, one only another key."""
    metadatas = [*({"x": value} for value in _VALUES.values()), None, {"y": 1}]
    collection.add(ids=_ALL, embeddings=[[1, 0, 0]] * len(_ALL), metadatas=metadatas)
    return collection


def matching(collection: Any, where: Any) -> set[str]:
    """Return the ids that satisfy a filter."""
    return set(collection.get(where=where, include=[])["ids"])


def test_queries_obey_the_same_filters_as_get(mixed: Any) -> None:
    for where in (
        {"x": 1}, {"x": {"$ne": 1}}, {"x": {"$gt": -1.2}}, {"x": {"$nin": ["a"]}}, {"x": {"$contains": "a"}},
        {"x": {"$not_contains": "a"}}, {"$or": [{"x": "a"}, {"y": 1}]}, {"zzz": 1},
    ):  # fmt: skip
        found = mixed.query(query_embeddings=[[1, 0, 0]], n_results=99, where=where)["ids"][0]
        assert len(found) == len(set(found))
        assert set(found) == matching(mixed, where), where


def test_equality_is_by_type_and_value(mixed: Any) -> None:
    expected: list[tuple[Any, set[str]]] = [
        (1, {"int1", "float1"}),
        (1.0, {"int1", "float1"}),
        (1.5, {"float1.5"}),
        (-1, {"int-1"}),
        (-1.5, {"float-1.5"}),
        ("1", {"str1"}),
        ("a", {"a"}),
        ("A", {"A"}),
        (True, {"true"}),
        (False, {"false"}),
        (7, set()),
        ("", set()),
    ]
    for operand, ids in expected:
        assert matching(mixed, {"x": operand}) == ids, operand
        assert matching(mixed, {"x": {"$eq": operand}}) == ids, operand
        assert matching(mixed, {"x": {"$in": [operand]}}) == ids, operand
        assert matching(mixed, {"x": {"$ne": operand}}) == set(_ALL) - ids, operand
        assert matching(mixed, {"x": {"$nin": [operand]}}) == set(_ALL) - ids, operand


def test_order_is_by_value_among_ints_and_floats(mixed: Any) -> None:
    numbers = {id_: value for id_, value in _VALUES.items() if type(value) in (int, float)}
    for operand in (-2, -1, -1.5, -1.2, 0, 0.5, 1, 1.0, 1.5, 1.7, 2, 2.5, 10**15, -(2**63), 2**63 - 1, 1e300):
        for operator_, holds in _ORDERINGS.items():
            expected = {id_ for id_, value in numbers.items() if holds(value, operand)}
            assert matching(mixed, {"x": {operator_: operand}}) == expected, (operator_, operand)


def test_membership_is_the_union_of_equalities(mixed: Any) -> None:
    for operands, ids in (
        ([1, 2], {"int1", "int2", "float1", "float2"}),
        ([1.5, 2.0, 9.0], {"float1.5", "int2", "float2"}),
        (["a", "1", "zzz"], {"a", "str1"}),
        ([True], {"true"}),
        ([True, False], {"true", "false"}),
    ):
        assert matching(mixed, {"x": {"$in": operands}}) == ids
        assert matching(mixed, {"x": {"$nin": operands}}) == set(_ALL) - ids


def test_arrays_contain_values_of_their_very_type(mixed: Any) -> None:
    for operand, ids in (
        (1, {"ints"}), (2, {"ints"}), (1.0, {"floats"}), (2.5, {"floats"}), ("a", {"strs"}), ("A", set()),
        (True, {"bools"}), (False, set()), ("ab", set()), (7, set()),
    ):  # fmt: skip
        assert matching(mixed, {"x": {"$contains": operand}}) == ids, operand
        assert matching(mixed, {"x": {"$not_contains": operand}}) == set(_ALL) - ids, operand


def test_keys_that_nobody_has(mixed: Any) -> None:
    for condition in (1, {"$gt": 0}, {"$in": ["a"]}, {"$contains": 1}, {"$lte": 1e9}):
        assert matching(mixed, {"zzz": condition}) == set()
    for condition in ({"$ne": 1}, {"$nin": [1]}, {"$not_contains": 1}):
        assert matching(mixed, {"zzz": condition}) == set(_ALL)


def test_conditions_nest(mixed: Any) -> None:
    one, small, text = {"x": 1}, {"x": {"$lt": 1}}, {"x": "a"}
    assert matching(mixed, {"$or": [one, text]}) == {"int1", "float1", "a"}
    assert matching(mixed, {"$and": [{"x": {"$gte": 1}}, {"x": {"$lt": 2}}]}) == {"int1", "float1", "float1.5"}
    assert matching(mixed, {"$and": [{"x": {"$ne": 1}}, {"$or": [small, text, {"y": 1}]}]}) == {
        "int-1", "float-1.5", "a", "other",
    }  # fmt: skip
    assert matching(mixed, {"$or": [{"$and": [one, {"y": 1}]}, {"$and": [text, {"x": {"$ne": "b"}}]}]}) == {"a"}
    assert matching(mixed, {"$and": [one, text]}) == set()
    deep: Any = one
    for _ in range(198):
        deep = {"$and": [deep, {"x": {"$ne": "zzz"}}]}
    assert matching(mixed, deep) == {"int1", "float1"}


def test_ints_are_exact_to_64_bits(collection: Any) -> None:
    values = [2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), -(2**53) - 1, float(2**53), float(2**63), 2**62 + 1]
    ids = [repr(value) for value in values]
    collection.add(ids=ids, embeddings=[[1, 0, 0]] * len(ids), metadatas=[{"x": value} for value in values])

    for operand in [*values, 2**53 + 2, 2.0**62, 1.5, -1e30, 1e30]:
        if operand == float(2**63):
            continue
        for operator_, holds in {"$eq": operator.eq, **_ORDERINGS}.items():
            expected = {id_ for id_, value in zip(ids, values, strict=True) if holds(value, operand)}
            assert matching(collection, {"x": {operator_: operand}}) == expected, (operator_, operand)


def test_strings_are_compared_exactly(collection: Any) -> None:
    values = ["", " ", "a", "a ", "A", "ä", "a\u0308", "ß", "ss", "日本", "x\0y", "x", "😀", "'\"\\%_*"]
    ids = [str(number) for number in range(len(values))]
    collection.add(
        ids=ids, embeddings=[[1, 0, 0]] * len(ids), metadatas=[{"x": value, "l": [value]} for value in values]
    )

    for id_, value in zip(ids, values, strict=True):
        assert matching(collection, {"x": value}) == {id_}
        assert matching(collection, {"l": {"$contains": value}}) == {id_}
        assert matching(collection, {"x": {"$nin": [value]}}) == set(ids) - {id_}


def test_keys_may_be_any_text(collection: Any) -> None:
    keys = ["x", " ", "a b", "ä", "a.b", "a'b", 'a"b', "日本", "x\0y", "😀", "SELECT", "k" * 2000, "a$", "*"]
    collection.add(ids=keys, embeddings=[[1, 0, 0]] * len(keys), metadatas=[{key: 1, "other": 2} for key in keys])
    collection.update(ids=keys[1::2], metadatas=[{key: "two"} for key in keys[1::2]])

    for number, (key, metadata) in enumerate(zip(keys, collection.get()["metadatas"], strict=True)):
        value = "two" if number % 2 else 1
        assert metadata == {key: value, "other": 2}
        assert matching(collection, {key: value}) == {key}


def test_filters_follow_every_change(mixed: Any) -> None:
    assert matching(mixed, {"x": "a"}) == {"a"}
    mixed.update(ids=["int1", "a", "nothing"], metadatas=[{"x": "a"}, {"x": None}, {"x": "a"}])
    assert matching(mixed, {"x": "a"}) == {"int1", "nothing"}
    mixed.delete(ids=["int1"])
    mixed.upsert(ids=["new"], embeddings=[[0, 1, 0]], metadatas=[{"x": "a"}])
    assert matching(mixed, {"x": "a"}) == {"nothing", "new"}
    mixed.delete(where={"x": "a"})
    assert matching(mixed, {"x": "a"}) == set()
    mixed.add(ids=["int1"], embeddings=[[0, 1, 0]], metadatas=[{"x": 5}])
    assert matching(mixed, {"x": {"$gt": 2}}) == {"int1"}


def test_hundreds_of_values_in_one_list(mixed: Any) -> None:
    many = [*range(1000, 6000), 2]

    assert matching(mixed, {"x": {"$in": many}}) == {"int2", "float2"}
    assert matching(mixed, {"x": {"$nin": [str(number) for number in many]}}) == set(_ALL)
