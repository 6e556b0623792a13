"""Metadata values for what needs no index: counts of values, orders, groups."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from chromadb.engine.index.columns import Column
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.index.vectors import Slots
from chromadb.engine.store.catalog import CollectionState


def values_of(
    connection: apsw.Connection, state: CollectionState, snapshot: Snapshot, keys: Sequence[str], slots: Slots
) -> dict[str, Column]:
    """Return columns that hold the values of the slots under each key, whatever they hold of others.

    The columns of indexed keys are filled and kept; the values of others are read from the records, for this once.
    Raises SnapshotOutdatedError as ``SlotTable.columns``.
    """
    indexed = [key for key in keys if state.schema.indexes_all_values(key)]
    found = snapshot.table.columns(connection, snapshot, indexed) if indexed else {}
    others = [key for key in dict.fromkeys(keys) if key not in found]
    return found | (snapshot.table.columns_read(connection, snapshot, others, slots) if others else {})
