"""Scores from rank expressions: arithmetic on the few records that neighbourhoods have found.

An expression stands for a score of some records (its support), and possibly for one that all others have (its default).
Arithmetic joins supports: where both sides have a default, records of either, where one has, those of the other, where
none has, those of both. All of it is binary32 and follows IEEE 754: what is divided by zero is infinite or NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from chromadb.engine.index.vectors import Slots
from chromadb.model.expression import Abs, Div, Exp, Knn, Log, Max, Min, Mul, Rank, Sub, Sum, Val

Scores: TypeAlias = npt.NDArray[np.float32]
_Operation: TypeAlias = Callable[[Scores, Scores], Scores]

_LARGEST = np.finfo(np.float32).max
_LISTS: dict[type[Rank], tuple[_Operation, np.float32]] = {
    Sum: (np.add, np.float32(0)),
    Mul: (np.multiply, np.float32(1)),
    Max: (np.fmax, -_LARGEST),
    Min: (np.fmin, _LARGEST),
}


class Scored(Struct, frozen=True):
    """What an expression stands for. slots: ascending. scores: one for each. default: of all others, None: none."""

    slots: Slots
    scores: Scores
    default: np.float32 | None


def scored(rank: Rank, neighbourhoods: Mapping[int, Scored]) -> Scored:
    """Return what an expression over `Val` and `Knn` stands for. neighbourhoods: of each `Knn`, by its ``id()``."""
    with np.errstate(all="ignore"):
        return _scored(rank, neighbourhoods)


def ranked(found: Scored, numbers: npt.NDArray[np.int64]) -> tuple[Slots, Scores]:
    """Return slots and scores, the smallest score first, NaN last, of equal ones the record inserted first.

    numbers: of the records of all slots.
    """
    order = np.lexsort((numbers[found.slots], found.scores))
    return found.slots[order], found.scores[order]


def _scored(rank: Rank, neighbourhoods: Mapping[int, Scored]) -> Scored:
    match rank:
        case Val(value=value):
            return _constant(np.float32(value))
        case Knn():
            return neighbourhoods[id(rank)]
        case Sum() | Mul() | Max() | Min():
            operation, start = _LISTS[type(rank)]
            parts = (_scored(part, neighbourhoods) for part in rank.ranks)
            return reduce(lambda left, right: _joined(left, right, operation), parts, _constant(start))
        case Sub(left=left, right=right):
            return _joined(_scored(left, neighbourhoods), _scored(right, neighbourhoods), np.subtract)
        case Div(left=left, right=right):
            return _joined(_scored(left, neighbourhoods), _scored(right, neighbourhoods), np.divide)
        case Abs(rank=operand):
            return _applied(_scored(operand, neighbourhoods), np.abs)
        case Exp(rank=operand):
            return _applied(_scored(operand, neighbourhoods), np.exp)
        case Log(rank=operand):
            return _applied(_scored(operand, neighbourhoods), np.log)
    raise TypeError(f"a rank expression cannot hold a {type(rank).__name__}")


def _constant(value: np.float32) -> Scored:
    return Scored(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32), value)


def _applied(operand: Scored, function: Callable[[Scores], Scores]) -> Scored:
    default = None if operand.default is None else np.float32(function(np.asarray(operand.default)))
    return Scored(operand.slots, function(operand.scores), default)


def _joined(left: Scored, right: Scored, operation: _Operation) -> Scored:
    default = None
    if left.default is not None and right.default is not None:
        default = np.float32(operation(np.asarray(left.default), np.asarray(right.default)))
        slots = _either(left.slots, right.slots)
    elif left.default is not None:
        slots = right.slots
    elif right.default is not None:
        slots = left.slots
    else:
        slots = np.intersect1d(left.slots, right.slots, assume_unique=True)
    return Scored(slots, operation(_scores_of(left, slots), _scores_of(right, slots)), default)


def _either(left: Slots, right: Slots) -> Slots:
    if len(left) == 0 or len(right) == 0:
        return left if len(right) == 0 else right
    return np.union1d(left, right)


def _scores_of(part: Scored, slots: Slots) -> Scores:
    """Return the score of each slot; a slot outside the support only where there is a default."""
    if slots is part.slots:
        return part.scores
    scores = np.full(len(slots), np.float32(0) if part.default is None else part.default, dtype=np.float32)
    if len(part.slots):
        places = np.minimum(np.searchsorted(part.slots, slots), len(part.slots) - 1)
        known = part.slots[places] == slots
        scores[known] = part.scores[places[known]]
    return scores
