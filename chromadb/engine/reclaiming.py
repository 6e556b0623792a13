"""Upkeep beside compaction: what nobody needs goes (log entries, rows of deleted records, free pages, directories), and
a text index is mended.

All in short transactions between those of the writers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from uuid import UUID

from chromadb.engine.compaction import CompactionOptions
from chromadb.engine.store import catalog, log, records, segments, text
from chromadb.engine.store.connection import Store
from chromadb.engine.store.segment_files import SegmentFolder

_logger = logging.getLogger(__name__)


def trim(store: Store, collection: UUID, options: CompactionOptions) -> Iterator[None]:
    """Delete what segments hold from the log, moving the text index past it first; yields between transactions."""
    with store.read() as connection:
        if not segments.purges_automatically(connection):
            return
        sealed = segments.sealed_seq(connection, collection)
    while True:
        with store.write() as connection:
            state = catalog.get_state(connection, collection)
            if text.position(connection, state) >= sealed:
                break
            if not text.index_next(connection, state, options.index_entries):
                break
        yield
    while True:
        with store.write() as connection:
            state = catalog.get_state(connection, collection)
            until = segments.followed_position(connection, collection)
            trimmed = log.trim(connection, state.number, until, options.trim_entries)
        yield
        if trimmed < options.trim_entries:
            break


def purge(store: Store, collection: UUID, options: CompactionOptions) -> Iterator[None]:
    """Remove the rows of deleted records; yields between transactions."""
    while True:
        with store.write() as connection:
            state = catalog.get_state(connection, collection)
            purged = records.purge(connection, state.number, options.purge_rows)
        yield
        if purged < options.purge_rows:
            break


def vacuum(store: Store, options: CompactionOptions) -> Iterator[None]:
    """Return free pages of the database file to the file system; yields between transactions."""
    while True:
        with store.write() as connection:
            free = connection.pragma("freelist_count") - options.spare_pages
            if free <= 0:
                break
            connection.execute(f"PRAGMA incremental_vacuum({min(free, options.vacuum_pages):d})").fetchall()
        yield
    store.checkpoint()


def repair_text_index(store: Store) -> None:
    """Make the text index anew from the records if its tables are damaged."""
    with store.read(unused=True) as connection:
        sound = text.is_sound(connection)
    if not sound:
        with store.write() as connection:
            _logger.warning("the text index of %s is damaged and is made anew", store.name)
            text.rebuild(connection)


def collect_garbage(store: Store, folder: SegmentFolder) -> None:
    """Remove the directories of segments that nothing refers to: of deleted collections, and of killed processes.

    Works under the write lock, under which forks make their directories.
    """
    with store.write() as connection:
        known = set(segments.registered(connection))
        for entry in folder.entries():
            if entry not in known:
                folder.remove(*entry)
