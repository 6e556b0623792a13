"""Filters over a snapshot: one boolean mask over its slots, true only for live ones.

Ints and floats compare by value (exactly, also beyond 2^53), bools only with bools, strings only with strings. ``$ne``,
``$nin`` and ``$not_contains`` are complements: they hold for records that lack the key or hold another type.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from functools import reduce

import apsw
import numpy as np
from typing_extensions import assert_never

from chromadb.engine.index.columns import Column, Kind, Mask
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.query import documents, regex
from chromadb.engine.store import records
from chromadb.engine.store.catalog import CollectionState
from chromadb.model.filters import (
    All,
    ArrayContains,
    Compare,
    Comparison,
    DocumentContains,
    DocumentMatches,
    Either,
    Filter,
    HasId,
    IsIn,
)
from chromadb.model.metadata import INT64_MAX, INT64_MIN, Scalar

_TYPE_NAMES: dict[type, str] = {str: "string", bool: "bool", int: "int", float: "float"}


def check_filter(state: CollectionState, condition: Filter) -> None:
    """Raise InvalidArgumentError if the schema disables an index that the filter needs, or a pattern is malformed."""
    for leaf in _leaves(condition):
        match leaf:
            case DocumentContains():
                state.schema.require_full_text()
            case DocumentMatches(pattern=pattern):
                state.schema.require_full_text()
                regex.check(pattern)
            case Compare(key=key, operand=operand) | ArrayContains(key=key, operand=operand):
                state.schema.require_filterable(key, _TYPE_NAMES[type(operand)])
            case IsIn(key=key, operands=operands):
                for type_ in dict.fromkeys(map(type, operands)):
                    state.schema.require_filterable(key, _TYPE_NAMES[type_])


def evaluate(condition: Filter, connection: apsw.Connection, state: CollectionState, snapshot: Snapshot) -> Mask:
    """Return which live slots satisfy the filter, shape (snapshot.size,).

    The filter has passed ``check_filter``. Raises SnapshotOutdatedError as ``SlotTable.columns`` does.
    """
    keys = [leaf.key for leaf in _leaves(condition) if isinstance(leaf, (Compare, IsIn, ArrayContains))]
    columns = snapshot.table.columns(connection, snapshot, keys) if keys else {}

    def mask_of(part: Filter) -> Mask:
        match part:
            case All(parts=parts):
                return reduce(operator.and_, map(mask_of, parts), np.ones(snapshot.size, dtype=np.bool_))
            case Either(parts=parts):
                return reduce(operator.or_, map(mask_of, parts), np.zeros(snapshot.size, dtype=np.bool_))
            case Compare(key=key, comparison=Comparison.NE, operand=operand):
                return ~_compare(columns[key], Comparison.EQ, operand, snapshot.size)
            case Compare(key=key, comparison=comparison, operand=operand):
                return _compare(columns[key], comparison, operand, snapshot.size)
            case IsIn(key=key, operands=operands, negated=negated):
                return _is_in(columns[key], operands, snapshot.size) ^ negated
            case ArrayContains(key=key, operand=operand, negated=negated):
                return columns[key].holds(operand, snapshot.size) ^ negated
            case DocumentContains(text=text, negated=negated):
                return snapshot.mask_of(documents.containing(connection, state, text)) ^ negated
            case DocumentMatches(pattern=pattern, negated=negated):
                return snapshot.mask_of(documents.matching(connection, state, pattern)) ^ negated
            case HasId(ids=ids, negated=negated):
                found = records.numbers_by_id(connection, state.number, ids)
                return snapshot.mask_of(np.fromiter(found.values(), dtype=np.int64, count=len(found))) ^ negated
            case _:
                assert_never(part)

    mask = mask_of(condition)
    if snapshot.alive is not None:
        mask &= snapshot.alive
    return mask


def _leaves(condition: Filter) -> Iterator[Filter]:
    if isinstance(condition, (All, Either)):
        for part in condition.parts:
            yield from _leaves(part)
    else:
        yield condition


def _compare(column: Column, comparison: Comparison, operand: Scalar, size: int) -> Mask:
    if isinstance(operand, (bool, str)):
        word = column.word_of(operand)
        if word is None:
            return np.zeros(size, dtype=np.bool_)
        return column.compared(Kind.BOOL if isinstance(operand, bool) else Kind.STRING, comparison, word, size)
    if not column.has(Kind.FLOAT):
        return _compare_ints(column, comparison, operand, size)
    mask = _compare_floats(column, comparison, operand, size)
    if column.has(Kind.INT):
        mask |= _compare_ints(column, comparison, operand, size)
    return mask


def _compare_ints(column: Column, comparison: Comparison, operand: int | float, size: int) -> Mask:
    """Compare the ints of a column with a number by value, without turning them into floats."""
    if isinstance(operand, float):
        if comparison is Comparison.EQ and not operand.is_integer():
            return np.zeros(size, dtype=np.bool_)
        rounds_up = comparison in (Comparison.GTE, Comparison.LT)
        operand = math.ceil(operand) if rounds_up else math.floor(operand)
    if operand > INT64_MAX or operand < INT64_MIN:
        every = (Comparison.LT, Comparison.LTE) if operand > INT64_MAX else (Comparison.GT, Comparison.GTE)
        if comparison not in every:
            return np.zeros(size, dtype=np.bool_)
        comparison, operand = Comparison.GTE, INT64_MIN
    return column.compared(Kind.INT, comparison, operand, size)


def _compare_floats(column: Column, comparison: Comparison, operand: int | float, size: int) -> Mask:
    """Compare the floats of a column with a number by value; an int that no float equals lies between two of them."""
    nearest = float(operand)
    if nearest != operand:
        if comparison is Comparison.EQ:
            return np.zeros(size, dtype=np.bool_)
        above = comparison in (Comparison.GT, Comparison.GTE)
        if nearest > operand:
            comparison = Comparison.GTE if above else Comparison.LT
        else:
            comparison = Comparison.GT if above else Comparison.LTE
    with np.errstate(invalid="ignore"):
        return column.compared(Kind.FLOAT, comparison, nearest, size)


def _is_in(column: Column, operands: tuple[Scalar, ...], size: int) -> Mask:
    if isinstance(operands[0], (bool, str)):
        known = [word for operand in operands if (word := column.word_of(operand)) is not None]
        return column.among(Kind.BOOL if isinstance(operands[0], bool) else Kind.STRING, known, size)
    numbers = [operand for operand in operands if not isinstance(operand, str)]
    ints = [int(number) for number in numbers if INT64_MIN <= number <= INT64_MAX and number == int(number)]
    floats = [float(number) for number in numbers if float(number) == number]
    if not column.has(Kind.FLOAT):
        return column.among(Kind.INT, ints, size)
    mask = column.among(Kind.FLOAT, floats, size)
    if column.has(Kind.INT):
        mask |= column.among(Kind.INT, ints, size)
    return mask
