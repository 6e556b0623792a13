"""Metadata values of several types in one order: codes that compare as the values do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import apsw
import numpy as np
import numpy.typing as npt
import orjson

from chromadb.engine.index.columns import Column, Kind
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.index.vectors import Slots
from chromadb.engine.store import records

Codes: TypeAlias = npt.NDArray[np.int64]

_SCALARS = (Kind.MISSING, Kind.BOOL, Kind.INT, Kind.FLOAT, Kind.STRING)
"""Kinds of scalar values, the lowest first; sparse vectors and arrays come after all of them."""
_ELEMENTS = (bool, int, float, str)


def codes_of(
    connection: apsw.Connection, snapshot: Snapshot, columns: Mapping[str, Column], slots: Slots
) -> dict[str, Codes]:
    """Return for each key a code of each slot's value: equal for equal values, larger for larger ones.

    columns: of the keys. Types are ordered: missing, bool, int, float, str, sparse vector, arrays of bool, int, float,
    str.
    """
    return {key: _codes(connection, snapshot, key, column, slots) for key, column in columns.items()}


def _codes(connection: apsw.Connection, snapshot: Snapshot, key: str, column: Column, slots: Slots) -> Codes:
    kinds, words = column.kinds(snapshot.size)[slots], column.words(snapshot.size)[slots]
    codes = np.zeros(len(slots), dtype=np.int64)
    first = 0
    for kind in _SCALARS:
        chosen = np.flatnonzero(kinds == kind)
        if len(chosen):
            codes[chosen], count = _scalar_codes(kind, words[chosen], column)
            codes[chosen] += first
            first += count
    others = np.flatnonzero((kinds == Kind.ARRAY) | (kinds == Kind.SPARSE))
    if len(others):
        rows = records.fetch(connection, snapshot.numbers[slots[others]], "r.metadata")
        values = [_comparable(orjson.loads(stored)[key]) for (stored,) in rows]
        place_of = {value: place for place, value in enumerate(sorted(set(values)))}
        codes[others] = [first + place_of[value] for value in values]
    return codes


def _scalar_codes(kind: Kind, words: npt.NDArray[np.int64], column: Column) -> tuple[Codes, int]:
    """Return a code from 0 on of each word of a kind, and how many there are."""
    if kind is Kind.MISSING:
        return np.zeros(len(words), dtype=np.int64), 1
    if kind is Kind.FLOAT:
        numbers, places = np.unique(words.view(np.float64), return_inverse=True)
        return places, len(numbers)
    distinct, places = np.unique(words, return_inverse=True)
    if kind is Kind.STRING:
        texts = column.texts(distinct)
        order = np.array(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.int64)
        place_of = np.empty(len(texts), dtype=np.int64)
        place_of[order] = np.arange(len(texts))
        places = place_of[places]
    return places, len(distinct)


def _comparable(value: Any) -> tuple[int, tuple[Any, ...]]:
    if isinstance(value, list):
        return 1 + _ELEMENTS.index(type(value[0])), tuple(value)
    return 0, tuple(zip(value["indices"], value["values"], strict=True))
