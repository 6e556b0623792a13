"""From the numbers of records to what a caller is shown: ids, documents, URIs and metadata.

Works inside the transaction of its caller, in which every record asked for exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw
import numpy as np

from chromadb.engine.store import records
from chromadb.engine.store.records import Numbers
from chromadb.model.results import Columns, Records
from chromadb.model.stored_metadata import decode_visible


def hydrated(connection: apsw.Connection, numbers: Numbers, columns: Columns) -> Records:
    """Return the records of the given numbers, which all exist, in that order and without embeddings."""
    document = "r.document" if columns.documents else "NULL"
    uri = "r.uri" if columns.uris or columns.metadatas else "NULL"
    metadata = "r.metadata" if columns.metadatas else "NULL"
    rows = list(records.fetch(connection, numbers, f"r.id, {document}, {uri}, {metadata}"))
    ids, documents, uris, stored = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Records(
        ids=list(ids),
        documents=list(documents) if columns.documents else None,
        uris=list(uris) if columns.uris else None,
        metadatas=list(map(_shown, stored, uris)) if columns.metadatas else None,
        embeddings=None,
    )


def hydrated_each(connection: apsw.Connection, lists: Sequence[Numbers], columns: Columns) -> list[Records]:
    """Return the records of several lists of numbers, each as ``hydrated`` does; reads every record once."""
    if len(lists) == 1:
        return [hydrated(connection, lists[0], columns)]
    distinct = np.unique(np.concatenate(lists)) if lists else np.empty(0, dtype=np.int64)
    found = hydrated(connection, distinct, columns)
    return [_taken(found, np.searchsorted(distinct, numbers).tolist()) for numbers in lists]


def _shown(stored: str | None, uri: str | None) -> dict[str, Any] | None:
    """Return a record's metadata as Chroma shows it: of a record without any, {} if it has a URI and None if not."""
    if stored is None:
        return None if uri is None else {}
    return decode_visible(stored)


def _taken(found: Records, positions: list[int]) -> Records:
    return Records(
        ids=[found.ids[position] for position in positions],
        documents=None if found.documents is None else [found.documents[position] for position in positions],
        uris=None if found.uris is None else [found.uris[position] for position in positions],
        metadatas=None if found.metadatas is None else [found.metadatas[position] for position in positions],
        embeddings=None,
    )
