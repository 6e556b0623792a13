"""Searches sparse vectors as another process would, straight through the index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from chromadb import SparseVector
from chromadb.engine.index.collection_index import CollectionIndex
from chromadb.engine.index.key_columns import SnapshotOutdatedError
from chromadb.engine.index.selected import Selected
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.index.sparse import nearest
from chromadb.engine.store import catalog, records
from chromadb.engine.store.connection import Store, StoreOptions
from chromadb.engine.store.segment_files import SegmentFolder


class Reader:
    """Reads a collection as another process would, keeping one index over all its reads."""

    def __init__(self, directory: Path, collection: Any) -> None:
        self._store = Store(StoreOptions(directory, "apply", "md5"))
        self._id = collection.id
        with self._store.read() as connection:
            number = catalog.get_state(connection, self._id).number
        self._index = CollectionIndex(number, SegmentFolder(directory))

    def close(self) -> None:
        self._store.close()

    def read(self, use: Callable[[Any, Snapshot], Any]) -> Any:
        while True:
            try:
                with self._store.read() as connection:
                    return use(connection, self._index.snapshot(connection, catalog.get_state(connection, self._id)))
            except SnapshotOutdatedError:
                continue

    def best(
        self, query: SparseVector, limit: int, allowed: set[str] | None = None, *, bm25: bool = False
    ) -> tuple[list[str], list[float]]:
        """Return ids and products of the best of the allowed records."""

        def search(connection: Any, snapshot: Snapshot) -> tuple[list[str], list[float]]:
            selected = None
            if allowed is not None:
                ids = [id_ for (id_,) in records.fetch(connection, snapshot.live_numbers, "r.id")]
                chosen = [number for number, id_ in zip(snapshot.live_numbers, ids, strict=True) if id_ in allowed]
                selected = Selected.of_mask(snapshot.mask_of(np.array(chosen, dtype=np.int64)))
            slots, scores = nearest(connection, snapshot, "sp", query, limit, selected, bm25=bm25)
            ids = [id_ for (id_,) in records.fetch(connection, snapshot.numbers[slots], "r.id")]
            return ids, scores.tolist()

        result: tuple[list[str], list[float]] = self.read(search)
        return result
