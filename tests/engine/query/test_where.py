"""Numbers in filters compare as Python's do: exactly, across int and float."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chromadb
from chromadb.engine.index.columns import Column, Kind

_EDGES = [
    0, 1, -1, 2**31, 2**52, 2**53 - 1, 2**53, 2**53 + 1, 2**53 + 2, -(2**53) - 1, 2**62, 2**62 + 1, 2**63 - 1,
    2**63 - 2, 2**63 - 512, 2**63 - 513, -(2**63), -(2**63) + 1, 0.5, -0.5, 1.5, 2.0**52 + 0.5, 2.0**53, 2.0**62,
    2.0**63,
    -(2.0**63), -(2.0**63) - 2048, 1e18, 1e19, -1e19, 1e300, -1e300, 5e-324, -5e-324, 1.7976931348623157e308,
    9007199254740993.0,
]  # fmt: skip
_INT64 = st.integers(-(2**63), 2**63 - 1)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_NEAR = st.builds(lambda edge, step: edge + step, st.sampled_from(_EDGES), st.integers(-3, 3)).filter(
    lambda value: isinstance(value, float) or -(2**63) <= value < 2**63
)
_NUMBERS = st.sampled_from(_EDGES) | _NEAR | _INT64 | _FLOATS | st.integers(-3, 3)
_OPERATORS = {
    "$eq": operator.eq, "$ne": operator.ne, "$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt,
    "$lte": operator.le,
}  # fmt: skip


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a function that returns a collection holding the values, and their ids."""
    client = chromadb.PersistentClient(tmp_path_factory.mktemp("numbers"))
    collection = client.create_collection("numbers", embedding_function=None)

    def holding(values: list[Any]) -> tuple[Any, list[str]]:
        ids = [str(position) for position in range(len(values))]
        collection.delete(where={"x": {"$ne": "never"}})
        collection.add(ids=ids, embeddings=[[1.0]] * len(ids), metadatas=[{"x": value} for value in values])
        return collection, ids

    yield holding
    client.close()


@given(values=st.lists(_NUMBERS, min_size=1, max_size=12), operands=st.lists(_NUMBERS, min_size=1, max_size=6))
def test_comparisons_are_those_of_python(numbers: Any, values: list[Any], operands: list[Any]) -> None:
    collection, ids = numbers(values)
    for operand in [*operands, *values[:3]]:
        for name, holds in _OPERATORS.items():
            expected = [id_ for id_, value in zip(ids, values, strict=True) if holds(value, operand)]
            assert collection.get(where={"x": {name: operand}}, include=[])["ids"] == expected, (name, operand)
    for kind in (int, float):
        members = [operand for operand in operands if type(operand) is kind]
        if members:
            expected = [id_ for id_, value in zip(ids, values, strict=True) if value in members]
            assert collection.get(where={"x": {"$in": members}}, include=[])["ids"] == expected
            rest = [id_ for id_ in ids if id_ not in expected]
            assert collection.get(where={"x": {"$nin": members}}, include=[])["ids"] == rest


def test_numbers_read_back_as_they_were_written(numbers: Any) -> None:
    collection, _ = numbers(_EDGES)
    values = [metadata["x"] for metadata in collection.get()["metadatas"]]

    assert values == _EDGES
    assert list(map(type, values)) == list(map(type, _EDGES))


_SCALARS = st.none() | st.booleans() | _INT64 | _FLOATS | st.text(max_size=3)
_ARRAYS = (
    st.lists(st.booleans(), min_size=1, max_size=4)
    | st.lists(st.integers(-2, 2), min_size=1, max_size=4)
    | st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=1, max_size=4)
    | st.lists(st.sampled_from(["", "a", "b"]), min_size=1, max_size=4)
)


@given(st.lists(st.lists(_SCALARS | _ARRAYS, max_size=6), max_size=5))
def test_columns_hold_what_was_appended(batches: list[list[Any]]) -> None:
    column, values = Column(), []
    for batch in batches:
        column.append(batch)
        values += batch
    assert len(column) == len(values)
    kinds, words = column.kinds(len(values)).tolist(), column.words(len(values)).tolist()
    for value, kind, word in zip(values, kinds, words, strict=True):
        if value is None:
            assert kind == Kind.MISSING
        elif isinstance(value, list):
            assert kind == Kind.ARRAY
        else:
            assert kind == {bool: Kind.BOOL, int: Kind.INT, float: Kind.FLOAT, str: Kind.STRING}[type(value)]
            if value != 0 or isinstance(value, (int, str)):
                assert word == column.word_of(value)
    for operand in (True, False, 0, 1, 2, 0.0, 1.0, 2.5, "", "a", "zzz"):
        for size in (0, len(values) // 2, len(values)):
            assert column.holds(operand, size).tolist() == [
                isinstance(value, list) and any(type(item) is type(operand) and item == operand for item in value)
                for value in values[:size]
            ]


_FEW = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([-1.0, 0.0, -0.0, 0.5, 2.0]) | st.text("ab")


@given(st.lists(st.tuples(st.lists(_FEW, max_size=40), st.lists(_FEW, min_size=1, max_size=6)), max_size=12))
def test_columns_find_values_however_often_they_are_asked_and_grow(steps: list[tuple[list[Any], list[Any]]]) -> None:
    column, values = Column(), []
    for batch, wanted in steps:
        column.append(batch)
        values += batch
        for type_, kind in ((bool, Kind.BOOL), (int, Kind.INT), (float, Kind.FLOAT), (str, Kind.STRING)):
            operands = [one for one in wanted if type(one) is type_]
            known = (
                [word for one in operands if (word := column.word_of(one)) is not None] if type_ is str else operands
            )
            for size in (len(values) // 2, len(values)):
                assert column.among(kind, known, size).tolist() == [
                    type(value) is type_ and value in operands for value in values[:size]
                ]


def test_values_are_found_once_they_are_sorted_and_others_followed() -> None:
    column = Column()
    column.append(list(range(1_000)))
    for value in range(20):
        assert np.flatnonzero(column.among(Kind.INT, [value, 500, 2_000], 1_000)).tolist() == [value, 500]
    before = column.nbytes
    column.append([7] * 10)

    assert np.flatnonzero(column.among(Kind.INT, [7], 1_010)).tolist() == [7, *range(1_000, 1_010)]
    assert column.among(Kind.INT, list(range(900)), 1_010).sum() == 910
    assert before > 1_000 * (8 + 1 + 8), "sorted values are counted"
