"""Columns by metadata key over the slots of a table, filled from the records by whoever reads a key first.

Writers do nothing for a column: it is extended up to a reader's snapshot from the reader's own transaction, saved with
the segments, and taken over by the table that follows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import apsw
import numpy as np
import orjson

from chromadb.engine.index.columns import Mask
from chromadb.engine.index.growable import Growable
from chromadb.engine.index.segment import Segment
from chromadb.engine.index.vectors import Slots
from chromadb.engine.store import records

_BLOCK_SLOTS = 2_000
"""How many records are read at once: few, for a sparse vector is hundreds of Python objects until it is listed."""


class SnapshotOutdatedError(Exception):
    """The index has moved past the transaction that wants to use it; the caller begins a new one."""


class AppendedColumn(Protocol):
    """What is kept of one key: appended to, never changed."""

    def __len__(self) -> int:
        """How many slots it covers."""

    @property
    def nbytes(self) -> int:
        """How much memory of its own it takes, in bytes."""

    def append(self, values: Sequence[Any]) -> None:
        """Add the values of the next slots as the stored JSON has them; None for a slot without the key."""

    def taken(self, slots: Slots) -> Any:
        """Return a column of some slots, numbered anew in the order given."""

    def extend(self, other: Any, positions: Slots, count: int) -> None:
        """Add ``count`` slots: at the positions, ascending, what another column holds, and nothing at the others."""


C = TypeVar("C", bound=AppendedColumn)


class KeyColumns(Generic[C]):
    """The columns of one table, of one kind. Thread-safe.

    numbers: record number of each slot of the table. make: returns an empty column. saved: returns what a segment has
    saved of a key, None if nothing. saved_is_mapped: whether that takes no memory of its own.
    """

    def __init__(
        self,
        numbers: Growable[np.int64],
        make: Callable[[], C],
        saved: Callable[[Segment, str], C | None],
        *,
        saved_is_mapped: bool,
    ) -> None:
        self._numbers = numbers
        self._make = make
        self._saved = saved
        self._saved_is_mapped = saved_is_mapped
        self._columns: dict[str, C] = {}
        self._filled_at: dict[str, int] = {}
        self._lock = threading.Lock()
        self._unsaved = 0

    @property
    def nbytes(self) -> int:
        """How much memory of their own the columns take, in bytes."""
        return sum(column.nbytes for column in list(self._columns.values()))

    def filled(
        self,
        connection: apsw.Connection,
        sealed: Sequence[tuple[int, Segment]],
        seq: int,
        size: int,
        alive: Mask | None,
        keys: Iterable[str],
    ) -> dict[str, C]:
        """Return the columns of the keys, filled for the live slots of a snapshot from its own transaction.

        sealed: the segments of the table. seq, size, alive: of the snapshot. Raises SnapshotOutdatedError when a column
        was filled from a later transaction, when some slots were dead.
        """
        wanted = list(dict.fromkeys(keys))
        sealed_size = sealed[-1][0] + len(sealed[-1][1]) if sealed else 0
        with self._lock:
            if any(self._filled_at.get(key, 0) > seq for key in wanted):
                raise SnapshotOutdatedError
            for key in wanted:
                if key not in self._columns:
                    self._columns[key] = self._of_segments(sealed, key)
            while lagging := [key for key in wanted if len(self._columns[key]) < size]:
                start = min(len(self._columns[key]) for key in lagging)
                together = [key for key in lagging if len(self._columns[key]) == start]
                stop = min(size, start + _BLOCK_SLOTS)
                try:
                    self._fill(connection, seq, slice(start, stop), alive, together)
                except BaseException:
                    # A column that was filled half (a signal came) would put values beside the wrong slots.
                    for key in together:
                        del self._columns[key]
                    raise
                self._unsaved += max(0, min(stop, sealed_size) - start)
            return {key: self._columns[key] for key in wanted}

    def read(self, connection: apsw.Connection, size: int, keys: Sequence[str], slots: Slots) -> dict[str, C]:
        """Return columns of ``size`` slots with what the records of some of them hold, and keep nothing of them.

        slots: live ones, as the transaction sees them.
        """
        columns = {key: self._make() for key in keys}
        chosen = np.zeros(size, dtype=np.bool_)
        chosen[slots] = True
        for start in range(0, size, _BLOCK_SLOTS):
            self._append(connection, slice(start, min(size, start + _BLOCK_SLOTS)), chosen, columns)
        return columns

    def take_unsaved(self, least: int) -> bool:
        """Return, once, whether at least so many values of sealed slots were read from records, saved nowhere else."""
        if self._unsaved < least:
            return False
        self._unsaved = 0
        return True

    def taken(self, slots: Slots) -> dict[str, C]:
        """Return the columns of some slots, of the keys that are filled for all of these."""
        with self._lock:
            highest = slots.max(initial=-1)
            return {key: column.taken(slots) for key, column in self._columns.items() if len(column) > highest}

    def adopt(
        self, earlier: KeyColumns[C], sealed: Sequence[tuple[int, Segment]], slots: Slots, positions: Slots, count: int
    ) -> None:
        """Begin with what the columns of an earlier table say of its slots; they become ``positions`` of ``count``.

        sealed: the segments of this table, whose slots these are.
        """
        for key, column in earlier.taken(slots).items():
            if self._saved_is_mapped and all(self._saved(segment, key) is not None for _, segment in sealed):
                continue
            self._columns[key] = self._make()
            self._columns[key].extend(column, positions, count)

    def _of_segments(self, sealed: Sequence[tuple[int, Segment]], key: str) -> C:
        """Return the column of a key as far as the segments have saved it, one after the other."""
        column = self._make()
        for _, segment in sealed:
            saved = self._saved(segment, key)
            if saved is None:
                break
            column.extend(saved, np.arange(len(saved)), len(saved))
        return column

    def _fill(
        self, connection: apsw.Connection, seq: int, extent: slice, alive: Mask | None, keys: Sequence[str]
    ) -> None:
        if alive is not None and not alive[extent].all():
            self._filled_at.update(dict.fromkeys(keys, seq))
        self._append(connection, extent, alive, {key: self._columns[key] for key in keys})

    def _append(
        self, connection: apsw.Connection, extent: slice, chosen: Mask | None, columns: Mapping[str, C]
    ) -> None:
        """Add the values of an extent of slots, nothing for those that are not chosen. chosen: None for all."""
        start, stop = extent.start, extent.stop
        slots = np.arange(start, stop)
        if chosen is not None:
            slots = slots[chosen[extent]]
        values: dict[str, list[object]] = {key: [None] * (stop - start) for key in columns}
        rows = records.fetch(connection, self._numbers.values[slots], "r.metadata")
        for position, (stored,) in zip((slots - start).tolist(), rows, strict=True):
            if stored is not None:
                metadata = orjson.loads(stored)
                for key in columns:
                    values[key][position] = metadata.get(key)
        for key, column in columns.items():
            column.append(values[key])
