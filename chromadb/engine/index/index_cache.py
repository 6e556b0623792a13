"""The indexes that a process holds, within a limit of memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from chromadb.engine.index.collection_index import CollectionIndex
from chromadb.engine.store.segment_files import SegmentFolder


class IndexCache:
    """Collection number to index, least recently used first. Thread-safe.

    folder: where sealed segments lie. memory_limit_bytes: beyond it, ``shrink`` drops what was not used for longest;
    None: no limit. A dropped index lives on where a call uses it, and is built from segments and log when it is next
    asked for.
    """

    def __init__(self, memory_limit_bytes: int | None, folder: SegmentFolder | None) -> None:
        self._limit = memory_limit_bytes
        self._folder = folder
        self._indexes: OrderedDict[int, CollectionIndex] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, collection: int) -> CollectionIndex:
        """Return the index of a collection, an empty one that has yet to follow the log if it is not held."""
        with self._lock:
            index = self._indexes.get(collection)
            if index is None:
                index = self._indexes[collection] = CollectionIndex(collection, self._folder)
            self._indexes.move_to_end(collection)
            return index

    def shrink(self) -> None:
        """Drop indexes until the limit holds; the one that was asked for last stays."""
        if self._limit is None:
            return
        with self._lock:
            held = sum(index.nbytes for index in self._indexes.values())
            while held > self._limit and len(self._indexes) > 1:
                _, dropped = self._indexes.popitem(last=False)
                held -= dropped.nbytes

    def drop(self, collections: Iterable[int]) -> None:
        """Let go of the indexes of some collections."""
        with self._lock:
            for collection in collections:
                self._indexes.pop(collection, None)

    def clear(self) -> None:
        """Let go of all indexes."""
        with self._lock:
            self._indexes.clear()
