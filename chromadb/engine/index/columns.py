"""Metadata columns: the values of one key for every slot, typed so that a filter is a few array operations.

A slot's metadata never changes (a change of a record makes a new slot), so a column is only ever appended to. Strings
are replaced by codes from a vocabulary of the column; the elements of arrays lie in one flat list with their slots.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.growable import Growable
from chromadb.engine.index.sorted_values import SortedValues
from chromadb.engine.index.vectors import Slots
from chromadb.model.filters import Comparison
from chromadb.model.metadata import Scalar

Mask = npt.NDArray[np.bool_]

_OPERATORS: dict[Comparison, Callable[[Any, Any], Any]] = {
    Comparison.GT: operator.gt,
    Comparison.GTE: operator.ge,
    Comparison.LT: operator.lt,
    Comparison.LTE: operator.le,
}
_COMPARED_ONE_BY_ONE = 3
_LARGEST_TABLE = 1 << 20
_WORTH_SORTING = 4
"""How often a column is asked for values before it sorts its own."""
_COVERED_SHARE = 0.8
"""Of all slots: sorted values of less are sorted anew."""
_READ_OFF_SHARE = 0.25
"""Of all slots: more are found as fast by looking at all values."""


_FEW_SLOTS = 4_096
"""More are sooner marked in a mask than put in order."""


class Kind(IntEnum):
    """What a slot holds under the key."""

    MISSING = 0
    INT = 1
    FLOAT = 2
    BOOL = 3
    STRING = 4
    ARRAY = 5
    SPARSE = 6


_KIND_OF_TYPE = {bool: Kind.BOOL, int: Kind.INT, float: Kind.FLOAT, str: Kind.STRING, list: Kind.ARRAY}


class Column:
    """The values of one metadata key, slot by slot.

    kinds: uint8 Kind of each slot. words: int64 of each slot: the int, the bool as 0 or 1, the bits of the float, or
    the code of the string.
    """

    def __init__(self) -> None:
        self._present: set[int] = set()
        self._kinds = Growable(np.uint8)
        self._words = Growable(np.int64)
        self._codes: dict[str, int] = {}
        self._texts: list[str] = []
        self._element_slots = Growable(np.int64)
        self._element_kinds = Growable(np.uint8)
        self._element_words = Growable(np.int64)
        self._sorted: dict[Kind, SortedValues] = {}
        self._uses = 0

    def __len__(self) -> int:
        return len(self._kinds)

    @property
    def nbytes(self) -> int:
        """How much memory the arrays take, in bytes; the vocabulary is left out."""
        arrays = (self._kinds, self._words, self._element_slots, self._element_kinds, self._element_words)
        ordered = sum(values.nbytes for values in list(self._sorted.values()))
        return ordered + sum(array.nbytes for array in arrays)

    def append(self, values: Sequence[Any]) -> None:
        """Add the values of the next slots; None for a slot without the key."""
        first_slot = len(self._kinds)
        kinds, words = self._encoded(values)
        arrays = np.flatnonzero(kinds == Kind.ARRAY)
        if len(arrays):
            elements = [values[position] for position in arrays.tolist()]
            lengths = np.fromiter(map(len, elements), dtype=np.int64, count=len(elements))
            element_kinds, element_words = self._encoded([item for array in elements for item in array])
            self._element_slots.append(np.repeat(arrays + first_slot, lengths))
            self._element_kinds.append(element_kinds)
            self._element_words.append(element_words)
        self._append_slots(kinds, words)

    def _append_slots(self, kinds: npt.NDArray[np.uint8], words: npt.NDArray[np.int64]) -> None:
        self._present |= set(np.flatnonzero(np.bincount(kinds)).tolist())
        self._words.append(words)
        self._kinds.append(kinds)

    def has(self, kind: Kind) -> bool:
        """Return whether any slot holds a value of the kind."""
        return kind in self._present

    def compared(self, kind: Kind, comparison: Comparison, operand: int | float, size: int) -> Mask:
        """Return which of the first ``size`` slots hold a value of a kind that compares so with the operand.

        operand: float for floats, int in the range of int64 for others: the number, 0 or 1, or the word of a string.
        comparison: neither EQ nor NE.
        """
        if kind not in self._present:
            return np.zeros(size, dtype=np.bool_)
        compare = _OPERATORS[comparison]
        return self._looked_through(kind, 0, size, lambda values: compare(values, values.dtype.type(operand)))

    def among(self, kind: Kind, operands: Sequence[float], size: int) -> Mask:
        """Return which of the first ``size`` slots hold a value of a kind that equals one of the operands.

        operands: as in ``compared``.
        """
        if kind not in self._present:
            return np.zeros(size, dtype=np.bool_)
        ordered = self._sorted_values(kind)
        places = [] if ordered is None else ordered.among(operands)
        if ordered is None or _count(places) > size * _READ_OFF_SHARE:
            return self._looked_through(kind, 0, size, lambda values: _among(values, operands))
        mask = np.zeros(max(size, ordered.covered), dtype=np.bool_)
        for place in places:
            mask[ordered.slots[place]] = True
        if ordered.covered < size:
            mask[ordered.covered :] = self._looked_through(
                kind, ordered.covered, size, lambda values: _among(values, operands)
            )
        return mask[:size]

    def slots_among(self, kind: Kind, operands: Sequence[float], size: int) -> Slots | None:
        """Return the slots of ``among``, ascending; None where they are many, or the values are in no order yet."""
        if kind not in self._present:
            return np.empty(0, dtype=np.int64)
        ordered = self._sorted.get(kind)
        if ordered is None or ordered.covered < size * _COVERED_SHARE:
            return None
        places = ordered.among(operands)
        if _count(places) > _FEW_SLOTS:
            return None
        slots = np.concatenate([np.empty(0, np.int64), *(ordered.slots[place] for place in places)])
        if ordered.covered > size:
            slots = slots[slots < size]
        slots.sort()
        if ordered.covered < size:
            later = self._looked_through(kind, ordered.covered, size, lambda values: _among(values, operands))
            slots = np.concatenate([slots, np.flatnonzero(later) + ordered.covered])
        return slots

    def _looked_through(self, kind: Kind, start: int, stop: int, matching: Callable[[npt.NDArray[Any]], Mask]) -> Mask:
        """Return which slots from ``start`` to ``stop`` hold a value of the kind that matches, by looking at each.

        matching: returns which values of an array match, int64, of floats float64.
        """
        values = self._words.values[start:stop]
        mask = matching(values.view(np.float64) if kind == Kind.FLOAT else values)
        if len(self._present) > 1:
            mask &= self._kinds.values[start:stop] == kind
        return mask

    def _sorted_values(self, kind: Kind) -> SortedValues | None:
        """Return the values of a kind in order, None as long as that is not worth sorting them."""
        ordered, size = self._sorted.get(kind), len(self)
        if ordered is not None and ordered.covered >= size * _COVERED_SHARE:
            return ordered
        self._uses += 1
        if self._uses <= _WORTH_SORTING:
            return ordered
        self._uses = 0
        values = self._words.values[:size]
        slots = np.flatnonzero(self._kinds.values[:size] == kind).astype(np.int32)
        values = values[slots]
        ordered = SortedValues.of(size, values.view(np.float64) if kind == Kind.FLOAT else values, slots)
        self._sorted[kind] = ordered
        return ordered

    def taken(self, slots: Slots) -> Column:
        """Return a column of some slots, numbered anew in the order given, with a vocabulary of what they hold."""
        taken = Column()
        kinds, words = self._kinds.values[slots], self._words.values[slots]
        position_of = np.full(len(self), -1, dtype=np.int64)
        position_of[slots] = np.arange(len(slots))
        positions = position_of[self._element_slots.values]
        kept = np.flatnonzero(positions >= 0)
        kept = kept[np.argsort(positions[kept], kind="stable")]
        element_kinds, element_words = self._element_kinds.values[kept], self._element_words.values[kept]
        texts = list(self._codes)
        used = np.unique(np.concatenate([words[kinds == Kind.STRING], element_words[element_kinds == Kind.STRING]]))
        taken._codes = {texts[code]: position for position, code in enumerate(used.tolist())}
        taken._append_slots(kinds, _recoded(kinds, words, lambda codes: np.searchsorted(used, codes)))
        taken._element_slots.append(positions[kept])
        taken._element_kinds.append(element_kinds)
        taken._element_words.append(_recoded(element_kinds, element_words, lambda codes: np.searchsorted(used, codes)))
        return taken

    def extend(self, other: Column, positions: Slots, count: int) -> None:
        """Add ``count`` slots: at the positions, ascending, what another column holds, and nothing at the others."""
        first = len(self)
        mapping = np.array([self._codes.setdefault(text, len(self._codes)) for text in other._codes], dtype=np.int64)
        kinds, words = np.zeros(count, dtype=np.uint8), np.zeros(count, dtype=np.int64)
        kinds[positions] = other._kinds.values
        words[positions] = _recoded(other._kinds.values, other._words.values, mapping.__getitem__)
        self._element_slots.append(positions[other._element_slots.values] + first)
        self._element_kinds.append(other._element_kinds.values)
        self._element_words.append(
            _recoded(other._element_kinds.values, other._element_words.values, mapping.__getitem__)
        )
        self._append_slots(kinds, words)

    def to_arrays(self) -> tuple[list[npt.NDArray[Any]], list[str]]:
        """Return the arrays (kinds, words, element slots, element kinds, element words) and the vocabulary."""
        arrays = (self._kinds, self._words, self._element_slots, self._element_kinds, self._element_words)
        return [array.values for array in arrays], list(self._codes)

    @classmethod
    def from_arrays(cls, arrays: Sequence[npt.NDArray[Any]], vocabulary: Sequence[str]) -> Column:
        """Return the column that ``to_arrays`` was called on."""
        column = cls()
        kinds, words, element_slots, element_kinds, element_words = arrays
        column._append_slots(kinds, words)
        column._element_slots.append(element_slots)
        column._element_kinds.append(element_kinds)
        column._element_words.append(element_words)
        column._codes = {text: code for code, text in enumerate(vocabulary)}
        return column

    def _encoded(self, values: Sequence[Any]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        count = len(values)
        kind_of = _KIND_OF_TYPE.get
        kinds = np.fromiter(
            (0 if value is None else kind_of(type(value), Kind.SPARSE) for value in values), np.uint8, count
        )
        words = np.zeros(count, dtype=np.int64)
        for kind in np.unique(kinds).tolist():
            if kind in (Kind.MISSING, Kind.ARRAY, Kind.SPARSE):
                continue
            positions = np.flatnonzero(kinds == kind)
            chosen = values if len(positions) == count else [values[position] for position in positions.tolist()]
            if kind == Kind.STRING:
                codes = self._codes
                words[positions] = [codes.setdefault(text, len(codes)) for text in chosen]
            elif kind == Kind.FLOAT:
                words[positions] = np.array(chosen, dtype=np.float64).view(np.int64)
            else:
                words[positions] = np.array(chosen, dtype=np.int64)
        return kinds, words

    def kinds(self, size: int) -> npt.NDArray[np.uint8]:
        """Return the kinds of the first ``size`` slots."""
        return self._kinds.values[:size]

    def words(self, size: int) -> npt.NDArray[np.int64]:
        """Return the words of the first ``size`` slots."""
        return self._words.values[:size]

    def texts(self, words: npt.NDArray[np.int64]) -> list[str]:
        """Return the strings that words stand for."""
        texts = self._texts
        if len(texts) < len(self._codes):
            self._texts = texts = list(self._codes)
        return [texts[word] for word in words.tolist()]

    def holds(self, operand: Scalar, size: int) -> Mask:
        """Return which of the first ``size`` slots have an array of the operand's very type that contains it."""
        mask = np.zeros(size, dtype=np.bool_)
        kind = _KIND_OF_TYPE[type(operand)]
        word = self.word_of(operand)
        if word is None:
            return mask
        count = int(np.searchsorted(self._element_slots.values, size))
        hits = (self._element_kinds.values[:count] == kind) & (self._element_words.values[:count] == word)
        mask[self._element_slots.values[:count][hits]] = True
        return mask

    def word_of(self, operand: Scalar) -> int | None:
        """Return the word that stands for a value of the operand's kind, None if no slot can hold it."""
        if isinstance(operand, str):
            return self._codes.get(operand)
        if isinstance(operand, float):
            return int(np.float64(operand + 0.0).view(np.int64))
        return int(operand)


def _count(places: Sequence[slice]) -> int:
    return sum(place.stop - place.start for place in places)


def _recoded(
    kinds: npt.NDArray[np.uint8],
    words: npt.NDArray[np.int64],
    recode: Callable[[npt.NDArray[np.int64]], npt.NDArray[np.int64]],
) -> npt.NDArray[np.int64]:
    """Return the words with the codes of strings replaced."""
    recoded = words.copy()
    strings = kinds == Kind.STRING
    recoded[strings] = recode(words[strings])
    return recoded


def _among(values: npt.NDArray[Any], wanted: Sequence[float]) -> Mask:
    """Return which values, int64 or float64, are one of those wanted."""
    if not wanted:
        return np.zeros(len(values), dtype=np.bool_)
    if len(wanted) <= _COMPARED_ONE_BY_ONE:
        return reduce(operator.or_, (values == one for one in wanted))
    operands = np.array(wanted, dtype=values.dtype)
    lowest, highest = operands.min(), operands.max()
    if values.dtype == np.float64 or int(highest) - int(lowest) >= _LARGEST_TABLE:
        return np.isin(values, operands)
    # What lies beyond the table on either side, or comes back around it, reads one of its false ends.
    table = np.zeros(int(highest) - int(lowest) + 3, dtype=np.bool_)
    table[operands - lowest + 1] = True
    return np.take(table, values - lowest + 1, mode="clip")
