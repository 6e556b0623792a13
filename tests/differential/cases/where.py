"""Metadata filters: every operator on every stored type."""

from __future__ import annotations

from functools import partial
from typing import Any

from .area import Area, Stage

_VALUES: dict[str, Any] = {
    "int 1": 1,
    "int 2": 2,
    "float 1.0": 1.0,
    "float 1.5": 1.5,
    "float 2.0": 2.0,
    "text 1": "1",
    "text a": "a",
    "text A": "A",
    "text empty": "",
    "true": True,
    "false": False,
    "ints": [1, 2],
    "floats": [1.0, 2.5],
    "texts": ["a", "b"],
    "bools": [True, False],
    "int -1": -1,
    "float -1.5": -1.5,
    "int 0": 0,
}

_LARGE: dict[str, Any] = {
    "2^53": 2**53,
    "2^53+1": 2**53 + 1,
    "float 2^53": float(2**53),
    "max": 2**63 - 1,
    "max-1": 2**63 - 2,
    "min": -(2**63),
    "float 2^63": float(2**63),
    "tiny": 5e-324,
}

IDS = [*_VALUES, *_LARGE, "nothing", "other", "several", "unicode"]


def _prepare(stage: Stage) -> Any:
    collection = stage.collection()
    metadatas: list[Any] = [{"x": value} for value in _VALUES.values()]
    metadatas += [{"big": value} for value in _LARGE.values()]
    metadatas += [None, {"other": 1}, {"x": 2, "y": "b", "z": True}, {"ключ": "значение", "a.b c": "dotted"}]
    vectors = [[float(row), 1.0] for row in range(len(IDS))]
    collection.add(ids=IDS, embeddings=vectors, metadatas=metadatas)
    return collection


AREA = Area("where", _prepare)


def _matches(stage: Stage, where: Any) -> list[str]:
    return list(stage.shared.get(where=where, include=[])["ids"])


def _add(name: str, where: Any) -> None:
    AREA.add(name, partial(_matches, where=where), exact_message=True)


_SCALARS: list[Any] = [1, 1.0, 1.5, -1.5, -0.5, 2, 2.0, 0, -1, 3, 0.1, "1", "a", "A", "", "zz", True, False]

for _operator in ("$eq", "$ne", "$contains", "$not_contains"):
    for _operand in _SCALARS:
        _add(f"x {_operator} {_operand!r}", {"x": {_operator: _operand}})
for _operand in _SCALARS:
    _add(f"x is {_operand!r}", {"x": _operand})
for _operator in ("$gt", "$gte", "$lt", "$lte"):
    for _operand in (1, 1.0, 1.5, -1.5, -0.5, 2, 2.0, 0, 0.0, -1, 1.9, "a", True):
        _add(f"x {_operator} {_operand!r}", {"x": {_operator: _operand}})
for _operator in ("$in", "$nin"):
    for _operands in (
        [1],
        [1, 2],
        [1.0],
        [1.5],
        [1.9],
        [-1.5, 2.0],
        ["a"],
        ["a", "zz", "1"],
        [""],
        [True],
        [True, False],
        [7],
        [1, 1],
        [],
        [1, "a"],
        [1, 1.5],
        [1.5, 1],
        [1, True],
        [True, 1],
        [None],
        [[1]],
    ):
        _add(f"x {_operator} {_operands!r}", {"x": {_operator: _operands}})
for _operator in ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$contains"):
    for _operand in (2**53, 2**53 + 1, float(2**53), 2**63 - 1, -(2**63), float(2**63), 0.0):
        _add(f"big {_operator} {_operand!r}", {"big": {_operator: _operand}})
_add("big $in ints", {"big": {"$in": [2**53, 2**63 - 1]}})
_add("big $eq 2^63 as an int", {"big": {"$eq": 2**63}})
_add("big is 2^70", {"big": 2**70})
_add("big $gt -2^64", {"big": {"$gt": -(2**64)}})
_add("big $eq nan", {"big": {"$eq": float("nan")}})
_add("big $lt inf", {"big": {"$lt": float("inf")}})
_add("big $gt -inf", {"big": {"$gt": float("-inf")}})

_LOGIC: dict[str, Any] = {
    "and of two": {"$and": [{"x": 2}, {"y": "b"}]},
    "and of three": {"$and": [{"x": 2}, {"y": "b"}, {"z": True}]},
    "and without a match": {"$and": [{"x": 1}, {"x": 2}]},
    "or of two": {"$or": [{"x": "a"}, {"x": True}]},
    "or over two keys": {"$or": [{"x": 1}, {"other": 1}]},
    "or in and": {"$and": [{"x": {"$gte": 1}}, {"$or": [{"x": {"$lt": 1.1}}, {"y": "b"}]}]},
    "and in or": {"$or": [{"$and": [{"x": 2}, {"z": True}]}, {"x": "A"}]},
    "three levels": {"$or": [{"$and": [{"x": 2}, {"$or": [{"y": "b"}, {"y": "c"}]}]}, {"other": {"$gt": 0}}]},
    "range of whole numbers": {"$and": [{"x": {"$gte": 1}}, {"x": {"$lte": 2}}]},
    "ne twice": {"$and": [{"x": {"$ne": 1}}, {"x": {"$ne": "a"}}]},
    "nin and an array": {"$and": [{"x": {"$nin": ["a"]}}, {"x": {"$contains": "a"}}]},
    "missing key $eq": {"absent": 1},
    "missing key $ne": {"absent": {"$ne": 1}},
    "missing key $in": {"absent": {"$in": ["a"]}},
    "missing key $nin": {"absent": {"$nin": ["a"]}},
    "missing key $gt": {"absent": {"$gt": 0}},
    "missing key $contains": {"absent": {"$contains": 1}},
    "missing key $not_contains": {"absent": {"$not_contains": 1}},
    "unicode key": {"ключ": "значение"},
    "unicode key, other value": {"ключ": {"$ne": "значение"}},
    "key with dot and space": {"a.b c": "dotted"},
    "key is case-sensitive": {"X": 1},
    "text is not searched": {"y": {"$contains": "b"}},
    "ten levels": None,
    "and of one": {"$and": [{"x": 1}]},
    "and of none": {"$and": []},
    "or of one": {"$or": [{"x": 1}]},
    "or of none": {"$or": []},
    "and is not a list": {"$and": {"x": 1}},
    "or is a tuple": {"$or": ({"x": 1}, {"x": 2})},
    "and beside a key": {"$and": [{"x": 1}, {"x": 2}], "x": 1},
    "and holds no dict": {"$and": [{"x": 1}, "x"]},
    "not is no operator": {"$not": [{"x": 1}, {"x": 2}]},
    "empty filter": {},
    "two keys": {"x": 1, "y": 2},
    "filter is a list": [{"x": 1}],
    "filter is a text": "x",
    "key is an int": {1: 1},
    "key is empty": {"": 1},
    "value is None": {"x": None},
    "value is a list": {"x": [1, 2]},
    "value is a tuple": {"x": (1, 2)},
    "value is an empty expression": {"x": {}},
    "value has two operators": {"x": {"$gt": 0, "$lt": 2}},
    "operator unknown": {"x": {"$like": "a"}},
    "operator without dollar": {"x": {"eq": 1}},
    "operator $regex on a key": {"x": {"$regex": "a"}},
    "operator $not_regex on a key": {"x": {"$not_regex": "a"}},
    "operator $exists": {"x": {"$exists": True}},
    "$in is no list": {"x": {"$in": 1}},
    "$in is a text": {"x": {"$in": "ab"}},
    "$in is a tuple": {"x": {"$in": (1, 2)}},
    "$in is a set": {"x": {"$in": {1, 2}}},
    "$eq a list": {"x": {"$eq": [1, 2]}},
    "$eq None": {"x": {"$eq": None}},
    "$eq a dict": {"x": {"$eq": {"y": 1}}},
    "$gt None": {"x": {"$gt": None}},
    "$gt a list": {"x": {"$gt": [1]}},
    "$contains None": {"x": {"$contains": None}},
    "$contains a list": {"x": {"$contains": ["a"]}},
    "$contains at the top": {"$contains": "a"},
    "$not_contains at the top": {"$not_contains": "a"},
    "$eq at the top": {"$eq": 1},
    "key with a dollar": {"$x": 1},
    "key #document $contains": {"#document": {"$contains": "a"}},
    "key #document $contains an int": {"#document": {"$contains": 1}},
    "key #document $eq": {"#document": "a"},
    "key #document $regex": {"#document": {"$regex": "a"}},
    "key #id": {"#id": "int 1"},
    "key #embedding": {"#embedding": 1},
    "operand is bytes": {"x": b"1"},
}
_LOGIC["ten levels"] = {"x": 1}
for _ in range(10):
    _LOGIC["ten levels"] = {"$and": [_LOGIC["ten levels"], {"x": {"$lte": 5}}]}
for _name, _where in _LOGIC.items():
    _add(_name, _where)


@AREA.case()
def numpy_operands(stage: Stage) -> object:
    import numpy as np

    return [
        stage.attempt(lambda operand=operand: _matches(stage, {"x": operand}))  # type: ignore[misc]
        for operand in (np.float64(1.5), np.float32(1.5), np.int64(1), np.str_("a"), np.bool_(True))
    ]


@AREA.case()
def where_with_limit_and_offset(stage: Stage) -> object:
    where = {"x": {"$gte": 1}}
    return {
        f"{limit} {offset}": stage.shared.get(where=where, limit=limit, offset=offset, include=[])["ids"]
        for limit, offset in ((None, None), (2, None), (2, 1), (None, 3), (100, 2), (0, 0), (2, 100), (1, 4))
    }


@AREA.case()
def where_with_ids(stage: Stage) -> object:
    where = {"x": {"$gte": 1}}
    ids = ["float 2.0", "text a", "int 1", "unknown", "several"]
    return {
        "both": stage.shared.get(ids=ids, where=where, include=[])["ids"],
        "page": stage.shared.get(ids=ids, where=where, limit=1, offset=1, include=[])["ids"],
        "none": stage.shared.get(ids=["text a"], where=where, include=[])["ids"],
        "one text": stage.shared.get(ids="int 2", where=where, include=[])["ids"],
    }


@AREA.case()
def where_in_a_query(stage: Stage) -> object:
    return {
        name: sorted(stage.shared.query(query_embeddings=[[0, 1]], n_results=50, where=where)["ids"][0])
        for name, where in (
            ("gte", {"x": {"$gte": 1}}),
            ("ne", {"x": {"$ne": 1}}),
            ("contains", {"x": {"$contains": "a"}}),
            ("none", {"x": "nowhere"}),
            ("and", {"$and": [{"x": 2}, {"y": "b"}]}),
        )
    }
