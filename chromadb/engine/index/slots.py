"""Slots: versions of a collection's records, in the order in which they came to be.

The rows of sealed segments come first, then the tail: what the log says since. A change of a record appends a slot and
kills the record's old one; nothing is ever written in place. So a reader that holds a ``Snapshot`` sees one moment of
the collection, without a lock, while writers go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import apsw
import numpy as np
from msgspec import Struct

from chromadb.engine.index.codes import Codes
from chromadb.engine.index.columns import Column, Mask
from chromadb.engine.index.distances import Distances
from chromadb.engine.index.effort import Efforts
from chromadb.engine.index.growable import Growable
from chromadb.engine.index.key_columns import KeyColumns
from chromadb.engine.index.narrowing import Narrowing
from chromadb.engine.index.segment import Segment, squared_norms
from chromadb.engine.index.selected import Selected
from chromadb.engine.index.sparse_column import SparseColumn
from chromadb.engine.index.vector_index import VectorIndex
from chromadb.engine.index.vectors import Slots, VectorRows
from chromadb.engine.store.records import Numbers
from chromadb.model.embeddings import Matrix
from chromadb.model.filters import Filter

_FILTERS_KEPT = 32


class Inherited(Struct, frozen=True):
    """Vectors that new slots keep from slots of a table: which slots, and at which positions among the new ones."""

    table: SlotTable
    slots: Slots
    positions: Slots

    def rows(self) -> Matrix:
        """Return a copy of the vectors."""
        if self.table.vectors is None:
            return np.empty((0, 0), dtype=np.float32)
        return self.table.vectors.take(self.slots)


class CodedSlots(Struct, frozen=True):
    """The slots from ``start`` up to ``stop``, which have codes. index: a graph or lists over them, too, if large."""

    start: int
    stop: int
    codes: Codes
    index: VectorIndex | None = None


class SlotTable:
    """Record numbers, vectors, codes and metadata columns of slots 0, 1, 2 ...

    One writer at a time appends (the caller sees to that); any number of readers look at the slots of their snapshots.
    """

    def __init__(self) -> None:
        self.numbers = Growable(np.int64)
        self.squared_norms = Growable(np.float32)
        self.vectors: VectorRows | None = None
        self.coded: tuple[CodedSlots, ...] = ()
        self.sealed: tuple[tuple[int, Segment], ...] = ()
        self.efforts = Efforts()
        self._columns = KeyColumns(self.numbers, Column, Segment.column, saved_is_mapped=False)
        self._sparse_columns = KeyColumns(self.numbers, SparseColumn, Segment.sparse_column, saved_is_mapped=True)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def sealed_size(self) -> int:
        """How many slots, the first ones, belong to sealed segments."""
        if not self.sealed:
            return 0
        start, segment = self.sealed[-1]
        return start + len(segment)

    @property
    def coded_size(self) -> int:
        """How many slots, the first ones, have codes."""
        return self.coded[-1].stop if self.coded else 0

    @property
    def nbytes(self) -> int:
        """How much memory of its own the table takes, in bytes; what is mapped from files is left out."""
        vectors = 0 if self.vectors is None else self.vectors.nbytes
        columns = self._columns.nbytes + self._sparse_columns.nbytes
        codes = sum(part.codes.nbytes for part in self.coded if part.start >= self.sealed_size)
        return vectors + columns + codes + self.numbers.nbytes + self.squared_norms.nbytes

    def attach(self, segment: Segment, index: VectorIndex | None, number_base: int) -> None:
        """Add the rows of a sealed segment as slots; before any other slot is appended.

        index: the graph or lists over it. number_base: what makes the rows of the collection record numbers.
        """
        start = len(self)
        if self.vectors is None:
            self.vectors = VectorRows(segment.vectors.matrix.shape[1])
        self.vectors.attach(segment.vectors)
        self.sealed += ((start, segment),)
        if segment.codes is not None:
            self.coded += (CodedSlots(start, start + len(segment), segment.codes, index),)
        self.squared_norms.append(segment.norms)
        self.numbers.append(segment.rows + number_base)

    def add_codes(self, coded: CodedSlots) -> None:
        """Keep the codes of slots in memory; they reach on from the codes before or replace the last of these."""
        self.coded = (*(part for part in self.coded if part.stop <= coded.start), coded)

    def append(
        self,
        numbers: Numbers,
        inherited: Inherited | None,
        vectors: Iterable[tuple[Numbers, Matrix]],
        dimension: int,
    ) -> None:
        """Add a slot for each record number (ascending).

        inherited: vectors that some of them keep from earlier slots. vectors: blocks of (record numbers, matrix), later
        ones replacing earlier ones; numbers not asked for are passed over. Each record has one or the other.
        """
        if len(numbers) == 0:
            return
        if self.vectors is None:
            self.vectors = VectorRows(dimension)
        first = len(self)
        self.vectors.extend(len(numbers))
        norms = np.zeros(len(numbers), dtype=np.float32)
        if inherited is not None:
            self.vectors.write(inherited.positions + first, inherited.rows())
            norms[inherited.positions] = inherited.table.squared_norms.values[inherited.slots]
        for block_numbers, matrix in vectors:
            positions = np.searchsorted(numbers, block_numbers)
            known = positions < len(numbers)
            known[known] = numbers[positions[known]] == block_numbers[known]
            if not known.all():
                positions, matrix = positions[known], matrix[known]
            self.vectors.write(positions + first, matrix)
            norms[positions] = squared_norms(matrix)
        self.squared_norms.append(norms)
        self.numbers.append(numbers)

    def columns(self, connection: apsw.Connection, snapshot: Snapshot, keys: Iterable[str]) -> dict[str, Column]:
        """Return the columns of the keys, filled for the live slots of the snapshot from its own transaction.

        Raises SnapshotOutdatedError when one was filled from a later transaction, when some slots were dead.
        """
        return self._columns.filled(connection, self.sealed, snapshot.seq, snapshot.size, snapshot.alive, keys)

    def columns_read(
        self, connection: apsw.Connection, snapshot: Snapshot, keys: Sequence[str], slots: Slots
    ) -> dict[str, Column]:
        """Return columns of the keys that hold the values of some live slots of the snapshot, kept nowhere."""
        return self._columns.read(connection, snapshot.size, keys, slots)

    def sparse_columns(
        self, connection: apsw.Connection, snapshot: Snapshot, keys: Iterable[str]
    ) -> dict[str, SparseColumn]:
        """Return the sparse vectors under the keys as ``columns`` does."""
        return self._sparse_columns.filled(connection, self.sealed, snapshot.seq, snapshot.size, snapshot.alive, keys)

    def columns_of(self, slots: Slots) -> dict[str, Column]:
        """Return the columns of some slots, of the keys that are filled for all of them."""
        return self._columns.taken(slots)

    def sparse_columns_of(self, slots: Slots) -> dict[str, SparseColumn]:
        """Return the sparse vectors of some slots, under the keys that are filled for all of them."""
        return self._sparse_columns.taken(slots)

    def take_unsaved_columns(self, least: int) -> bool:
        """Return, once, whether readers have filled columns of at least so many sealed slots that segments lack."""
        return self._columns.take_unsaved(least)

    def inherit_columns(self, snapshot: Snapshot) -> None:
        """Take over what the columns of an earlier table say of the sealed slots; all are known to its snapshot."""
        numbers = self.numbers.values[: self.sealed_size]
        positions, slots = snapshot.found(numbers)
        earlier = snapshot.table
        self._columns.adopt(earlier._columns, self.sealed, slots, positions, len(numbers))
        self._sparse_columns.adopt(earlier._sparse_columns, self.sealed, slots, positions, len(numbers))


@dataclass(frozen=True)
class Snapshot:
    """One moment of a collection.

    seq: the last log entry it includes. size: how many slots there are. alive: which slots are the current version of a
    record, None: all. in_order: whether the record numbers of the slots ascend.
    """

    table: SlotTable
    seq: int
    size: int
    alive: Mask | None
    in_order: bool

    @property
    def numbers(self) -> Numbers:
        """Record number of each slot, shape (size,)."""
        return self.table.numbers.values[: self.size]

    @property
    def order(self) -> Numbers | None:
        """What orders equally near slots: the numbers of their records; None where the slots ascend as these do."""
        return None if self.in_order else self.numbers

    @property
    def squared_norms(self) -> Distances:
        """Squared length of each slot's vector, shape (size,)."""
        return self.table.squared_norms.values[: self.size]

    @cached_property
    def live_slots(self) -> Slots:
        """The live slots in insertion order of their records."""
        slots = np.arange(self.size) if self.alive is None else np.flatnonzero(self.alive)
        # Slots are a few ascending runs, which a merge sort orders in about linear time.
        return slots if self.in_order else slots[np.argsort(self.numbers[slots], kind="stable")]

    @cached_property
    def live_numbers(self) -> Numbers:
        """The record numbers of the live slots, ascending."""
        return self.numbers[self.live_slots]

    def selected(self, condition: Filter, evaluate: Callable[[], Selected]) -> Selected:
        """Return what a filter selects; evaluated once for the snapshot, as long as it is kept."""
        # Not the filter itself, for 1, 1.0 and True are equal.
        text = repr(condition)
        selected = self._selected.get(text)
        if selected is None:
            selected = evaluate()
            while len(self._selected) >= _FILTERS_KEPT:
                self._selected.pop(next(iter(self._selected)), None)
            self._selected[text] = selected
        return selected

    @cached_property
    def _selected(self) -> dict[str, Selected]:
        return {}

    @cached_property
    def live(self) -> Selected | None:
        """The live slots, None where all are."""
        return None if self.alive is None else Selected.of_mask(self.alive)

    @cached_property
    def narrowing(self) -> Narrowing:
        """Codes of what the masks of this moment select; of no more slots in all than there are."""
        return Narrowing(self.size)

    def live_mask(self) -> Mask:
        """Return which slots are alive, as a new array."""
        return np.ones(self.size, dtype=np.bool_) if self.alive is None else self.alive.copy()

    def ordered(self, selected: Selected | None) -> Slots:
        """Return the selected slots (None: all live ones) in insertion order of their records."""
        if selected is None:
            return self.live_slots
        return selected.slots if self.in_order else self.live_slots[selected.mask[self.live_slots]]

    def slots_of(self, numbers: Numbers) -> Slots:
        """Return the live slots of those of the records that exist, in the order given."""
        return self.found(numbers)[1]

    def found(self, numbers: Numbers) -> tuple[Slots, Slots]:
        """Return which of the records exist, as positions among those given, and their live slots."""
        positions = np.searchsorted(self.live_numbers, numbers)
        known = positions < len(self.live_numbers)
        known[known] = self.live_numbers[positions[known]] == numbers[known]
        return np.flatnonzero(known), self.live_slots[positions[known]]

    def mask_of(self, numbers: Numbers) -> Mask:
        """Return which slots are alive and belong to one of the records."""
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[self.slots_of(numbers)] = True
        return mask
