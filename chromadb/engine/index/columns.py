"""Metadata columns: the values of one key for every slot, typed so that a filter is a few array operations.

A slot's metadata never changes (a change of a record makes a new slot), so a column is only ever appended to. Strings
are replaced by codes from a vocabulary of the column; the elements of arrays lie in one flat list with their slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.growable import Growable
from chromadb.model.metadata import Scalar

Mask = npt.NDArray[np.bool_]


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
        self._kinds = Growable(np.uint8)
        self._words = Growable(np.int64)
        self._codes: dict[str, int] = {}
        self._element_slots = Growable(np.int64)
        self._element_kinds = Growable(np.uint8)
        self._element_words = Growable(np.int64)

    def __len__(self) -> int:
        return len(self._kinds)

    @property
    def nbytes(self) -> int:
        """How much memory the arrays take, in bytes; the vocabulary is left out."""
        arrays = (self._kinds, self._words, self._element_slots, self._element_kinds, self._element_words)
        return sum(array.nbytes for array in arrays)

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
        self._words.append(words)
        self._kinds.append(kinds)

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

    def code(self, text: str) -> int | None:
        """Return the code of a string, None if no slot ever held it."""
        return self._codes.get(text)

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
