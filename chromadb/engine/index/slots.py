"""Slots: versions of a collection's records, in the order in which they came to be.

A change of a record appends a slot and kills the record's old one; nothing is ever written in place. So a reader that
holds a ``Snapshot`` sees one moment of the collection, without a lock, while writers go on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import apsw
import numpy as np

from chromadb.engine.index.columns import Column, Mask
from chromadb.engine.index.distances import Distances
from chromadb.engine.index.growable import Growable
from chromadb.engine.index.vectors import Slots, VectorRows
from chromadb.engine.store import records
from chromadb.engine.store.records import Numbers
from chromadb.model.embeddings import Matrix
from chromadb.model.stored_metadata import decode

_COLUMN_BLOCK_SLOTS = 20_000


class SnapshotOutdatedError(Exception):
    """The index has moved past the transaction that wants to use it; the caller begins a new one."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """Vectors that new slots keep from slots of a table: which slots, and at which positions among the new ones."""

    table: SlotTable
    slots: Slots
    positions: Slots

    def rows(self) -> Matrix:
        """Return a copy of the vectors."""
        if self.table.vectors is None:
            return np.empty((0, 0), dtype=np.float32)
        return self.table.vectors.take(self.slots)


class SlotTable:
    """Record numbers, vectors and metadata columns of slots 0, 1, 2 ...

    One writer at a time appends (the caller sees to that); any number of readers look at the slots of their snapshots.
    """

    def __init__(self) -> None:
        self.numbers = Growable(np.int64)
        self.squared_norms = Growable(np.float32)
        self.vectors: VectorRows | None = None
        self._columns: dict[str, Column] = {}
        self._filled_at: dict[str, int] = {}
        self._columns_lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def nbytes(self) -> int:
        """How much memory the arrays take, in bytes."""
        vectors = 0 if self.vectors is None else self.vectors.nbytes
        columns = sum(column.nbytes for column in list(self._columns.values()))
        return vectors + columns + self.numbers.nbytes + self.squared_norms.nbytes

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
            squares = np.einsum("ij,ij->i", matrix, matrix)
            if not squares.all():
                # Only a zero vector has the length 0, however small the squares of another are.
                squares[(squares == 0) & matrix.any(axis=1)] = np.finfo(np.float32).tiny
            norms[positions] = squares
        self.squared_norms.append(norms)
        self.numbers.append(numbers)

    def columns(self, connection: apsw.Connection, snapshot: Snapshot, keys: Iterable[str]) -> dict[str, Column]:
        """Return the columns of the keys, filled for the live slots of the snapshot from its own transaction.

        Raises SnapshotOutdatedError when one was filled from a later transaction, when some slots were dead.
        """
        wanted = list(dict.fromkeys(keys))
        with self._columns_lock:
            if any(self._filled_at.get(key, 0) > snapshot.seq for key in wanted):
                raise SnapshotOutdatedError
            for key in wanted:
                self._columns.setdefault(key, Column())
            while lagging := [key for key in wanted if len(self._columns[key]) < snapshot.size]:
                start = min(len(self._columns[key]) for key in lagging)
                together = [key for key in lagging if len(self._columns[key]) == start]
                try:
                    self._fill(connection, snapshot, together, start)
                except BaseException:
                    # A column that was filled half (a signal came) would put values beside the wrong slots.
                    for key in together:
                        del self._columns[key]
                    raise
            return {key: self._columns[key] for key in wanted}

    def _fill(self, connection: apsw.Connection, snapshot: Snapshot, keys: list[str], start: int) -> None:
        stop = min(snapshot.size, start + _COLUMN_BLOCK_SLOTS)
        slots = np.arange(start, stop)
        if snapshot.alive is not None:
            slots = slots[snapshot.alive[start:stop]]
            if len(slots) < stop - start:
                self._filled_at.update(dict.fromkeys(keys, snapshot.seq))
        values: dict[str, list[object]] = {key: [None] * (stop - start) for key in keys}
        rows = records.fetch(connection, self.numbers.values[slots], "r.metadata")
        for position, (stored,) in zip((slots - start).tolist(), rows, strict=True):
            if stored is not None:
                metadata = decode(stored)
                for key in keys:
                    values[key][position] = metadata.get(key)
        for key in keys:
            self._columns[key].append(values[key])


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

    def live_mask(self) -> Mask:
        """Return which slots are alive, as a new array."""
        return np.ones(self.size, dtype=np.bool_) if self.alive is None else self.alive.copy()

    def ordered(self, mask: Mask | None) -> Slots:
        """Return the slots of a mask over live slots (None: all live ones) in insertion order of their records."""
        if mask is None:
            return self.live_slots
        return np.flatnonzero(mask) if self.in_order else self.live_slots[mask[self.live_slots]]

    def slots_of(self, numbers: Numbers) -> Slots:
        """Return the live slots of those of the records that exist, in the order given."""
        positions = np.searchsorted(self.live_numbers, numbers)
        found = positions < len(self.live_numbers)
        found[found] = self.live_numbers[positions[found]] == numbers[found]
        return self.live_slots[positions[found]]

    def mask_of(self, numbers: Numbers) -> Mask:
        """Return which slots are alive and belong to one of the records."""
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[self.slots_of(numbers)] = True
        return mask
