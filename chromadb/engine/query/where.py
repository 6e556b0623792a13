"""Filters over a snapshot: which of its live slots they select.

Ints and floats compare by value (exactly, also beyond 2^53), bools only with bools, strings only with strings. ``$ne``,
``$nin`` and ``$not_contains`` are complements: they hold for records that lack the key or hold another type.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Sequence
from functools import reduce

import apsw
import numpy as np
from typing_extensions import assert_never

from chromadb.engine.index.columns import Column, Kind, Mask
from chromadb.engine.index.selected import Selected
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.index.vectors import Slots
from chromadb.engine.query import documents, regex
from chromadb.engine.store import records
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.records import Numbers
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


def evaluate(condition: Filter, connection: apsw.Connection, state: CollectionState, snapshot: Snapshot) -> Selected:
    """Return which live slots satisfy the filter.

    The filter has passed ``check_filter``. Raises SnapshotOutdatedError as ``SlotTable.columns`` does.
    """
    keys = [leaf.key for leaf in _leaves(condition) if isinstance(leaf, (Compare, IsIn, ArrayContains))]
    columns = snapshot.table.columns(connection, snapshot, keys) if keys else {}

    def numbers_of(leaf: DocumentContains | DocumentMatches | HasId) -> Numbers:
        match leaf:
            case DocumentContains(text=text):
                return documents.containing(connection, state, text)
            case DocumentMatches(pattern=pattern):
                return documents.matching(connection, state, pattern)
            case HasId(ids=ids):
                found = records.numbers_by_id(connection, state.number, ids)
                return np.fromiter(found.values(), dtype=np.int64, count=len(found))

    def mask_of(part: Filter) -> Mask:
        match part:
            case All(parts=parts):
                return reduce(operator.and_, map(mask_of, parts), np.ones(snapshot.size, dtype=np.bool_))
            case Either(parts=parts):
                return reduce(operator.or_, map(mask_of, parts), np.zeros(snapshot.size, dtype=np.bool_))
            case Compare(key=key, comparison=Comparison.EQ, operand=operand):
                return _is_in(columns[key], (operand,), snapshot.size)
            case Compare(key=key, comparison=Comparison.NE, operand=operand):
                return ~_is_in(columns[key], (operand,), snapshot.size)
            case Compare(key=key, comparison=comparison, operand=operand):
                return _compare(columns[key], comparison, operand, snapshot.size)
            case IsIn(key=key, operands=operands, negated=negated):
                return _is_in(columns[key], operands, snapshot.size) ^ negated
            case ArrayContains(key=key, operand=operand, negated=negated):
                return columns[key].holds(operand, snapshot.size) ^ negated
            case DocumentContains(negated=negated) | DocumentMatches(negated=negated) | HasId(negated=negated):
                return snapshot.mask_of(numbers_of(part)) ^ negated
            case _:
                assert_never(part)

    def slots_of(leaf: Filter) -> Slots | None:
        """Return the slots that satisfy a filter of one leaf where they are few and found without looking at all."""
        match leaf:
            case Compare(key=key, comparison=Comparison.EQ, operand=operand):
                return _slots_in(columns[key], (operand,), snapshot.size)
            case IsIn(key=key, operands=operands, negated=False):
                return _slots_in(columns[key], operands, snapshot.size)
            case DocumentContains(negated=False) | DocumentMatches(negated=False) | HasId(negated=False):
                return np.sort(snapshot.slots_of(numbers_of(leaf)))
        return None

    slots = slots_of(condition)
    if slots is not None:
        return Selected.of_slots(slots if snapshot.alive is None else slots[snapshot.alive[slots]], snapshot.size)
    mask = mask_of(condition)
    if snapshot.alive is not None:
        mask &= snapshot.alive
    return Selected.of_mask(mask)


def _leaves(condition: Filter) -> Iterator[Filter]:
    if isinstance(condition, (All, Either)):
        for part in condition.parts:
            yield from _leaves(part)
    else:
        yield condition


def _compare(column: Column, comparison: Comparison, operand: Scalar, size: int) -> Mask:
    """Return which slots hold a value that compares so with the operand. comparison: neither EQ nor NE."""
    if isinstance(operand, (bool, str)):
        word = column.word_of(operand)
        if word is None:
            return np.zeros(size, dtype=np.bool_)
        return column.compared(Kind.BOOL if isinstance(operand, bool) else Kind.STRING, comparison, word, size)
    mask = _compare_ints(column, comparison, operand, size)
    if column.has(Kind.FLOAT):
        mask |= _compare_floats(column, comparison, operand, size)
    return mask


def _compare_ints(column: Column, comparison: Comparison, operand: int | float, size: int) -> Mask:
    """Compare the ints of a column with a number by value, without turning them into floats."""
    if isinstance(operand, float):
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
        above = comparison in (Comparison.GT, Comparison.GTE)
        if nearest > operand:
            comparison = Comparison.GTE if above else Comparison.LT
        else:
            comparison = Comparison.GT if above else Comparison.LTE
    with np.errstate(invalid="ignore"):
        return column.compared(Kind.FLOAT, comparison, nearest, size)


def _is_in(column: Column, operands: Sequence[Scalar], size: int) -> Mask:
    """Return which slots hold a value that equals one of the operands."""
    masks = [column.among(kind, wanted, size) for kind, wanted in _wanted(column, operands)]
    return reduce(operator.or_, masks) if masks else np.zeros(size, dtype=np.bool_)


def _slots_in(column: Column, operands: Sequence[Scalar], size: int) -> Slots | None:
    """Return the slots of ``_is_in``, ascending; None as ``Column.slots_among``."""
    found = []
    for kind, wanted in _wanted(column, operands):
        slots = column.slots_among(kind, wanted, size)
        if slots is None:
            return None
        found.append(slots)
    if len(found) == 1:
        return found[0]
    return np.sort(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)


def _wanted(column: Column, operands: Sequence[Scalar]) -> list[tuple[Kind, list[int] | list[float]]]:
    """Return, for each kind of values that the column has, the words that equal one of the operands, if any does."""
    if isinstance(operands[0], (bool, str)):
        known = [word for operand in operands if (word := column.word_of(operand)) is not None]
        return [(Kind.BOOL if isinstance(operands[0], bool) else Kind.STRING, known)] if known else []
    numbers = [operand for operand in operands if not isinstance(operand, str)]
    wanted: list[tuple[Kind, list[int] | list[float]]] = []
    if column.has(Kind.INT):
        wanted.append((Kind.INT, [int(one) for one in numbers if INT64_MIN <= one <= INT64_MAX and one == int(one)]))
    if column.has(Kind.FLOAT):
        wanted.append((Kind.FLOAT, [float(one) for one in numbers if float(one) == one]))
    return [(kind, words) for kind, words in wanted if words]
