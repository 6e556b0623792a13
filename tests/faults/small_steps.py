"""Databases that compact in so small steps that a few hundred records see all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from unittest import mock

from chromadb.client import embedded
from chromadb.engine.compaction import CompactionOptions
from chromadb.engine.database import DatabaseOptions

SMALL = CompactionOptions(
    seal_rows=60, graph_rows=100, list_rows=100, index_entries=16, trim_entries=16, vacuum_pages=8, spare_pages=4
)
"""Something to seal, merge and trim at every other call of ``history``."""

ASKED = CompactionOptions(
    graph_rows=100, list_rows=100, whole_reach=1, index_entries=16, trim_entries=16, vacuum_pages=8, spare_pages=4
)
"""Nothing until ``client.compact`` asks for it."""


@contextmanager
def compacting(options: CompactionOptions) -> Iterator[None]:
    """Let the clients that are made within the block compact so."""
    with mock.patch.object(embedded, "DatabaseOptions", partial(DatabaseOptions, compaction=options)):
        yield
