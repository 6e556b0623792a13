"""From the numbers of records to what a caller is shown: ids, documents, URIs and metadata.

Works inside the transaction of its caller, in which every record asked for exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, repeat
from typing import Any

import apsw
import numpy as np

from chromadb.engine.store import records
from chromadb.engine.store.records import Numbers
from chromadb.model.results import Columns, Records
from chromadb.model.stored_metadata import decode_visible


def hydrated(connection: apsw.Connection, numbers: Numbers, columns: Columns) -> Records:
    """Return the records of the given numbers, which all exist, in that order and without embeddings."""
    return _shown(_rows(connection, numbers, columns), columns)


def hydrated_each(connection: apsw.Connection, lists: Sequence[Numbers], columns: Columns) -> list[Records]:
    """Return the records of several lists of numbers, each as ``hydrated`` does, with one statement for all of them.

    What two lists have in common is read once; no two records returned share a metadata dict.
    """
    if len(lists) <= 1:
        return [hydrated(connection, numbers, columns) for numbers in lists]
    every = np.concatenate(lists)
    ordered = np.sort(every)
    is_new = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    distinct = ordered[is_new]
    rows = _rows(connection, distinct, columns)
    found = _shown([rows[position] for position in np.searchsorted(distinct, every).tolist()], columns)
    stops = list(accumulate(map(len, lists)))
    return [_part(found, slice(start, stop)) for start, stop in zip([0, *stops], stops, strict=False)]


def _rows(connection: apsw.Connection, numbers: Numbers, columns: Columns) -> list[tuple[Any, ...]]:
    """Return of each record its id and then, as far as the columns need them, document, URI and metadata JSON."""
    document = ", r.document" if columns.documents else ""
    uri = ", r.uri" if columns.uris or columns.metadatas else ""
    metadata = ", r.metadata" if columns.metadatas else ""
    return records.fetch(connection, numbers, f"r.id{document}{uri}{metadata}")


def _shown(rows: Sequence[tuple[Any, ...]], columns: Columns) -> Records:
    fields = iter(zip(*rows, strict=True)) if rows else repeat(())
    ids = next(fields)
    documents = next(fields) if columns.documents else ()
    uris = next(fields) if columns.uris or columns.metadatas else ()
    stored = next(fields) if columns.metadatas else ()
    return Records(
        ids=list(ids),
        documents=list(documents) if columns.documents else None,
        uris=list(uris) if columns.uris else None,
        metadatas=_metadatas(stored, uris) if columns.metadatas else None,
        embeddings=None,
    )


def _metadatas(stored: Sequence[str | None], uris: Sequence[str | None]) -> list[dict[str, Any] | None]:
    """Return metadata as Chroma shows it: of a record without any, {} if it has a URI and None if not."""
    metadatas = decode_visible(stored)
    if None in stored:
        return [
            {} if metadata is None and uri is not None else metadata
            for metadata, uri in zip(metadatas, uris, strict=True)
        ]
    return metadatas


def _part(found: Records, part: slice) -> Records:
    return Records(
        ids=found.ids[part],
        documents=None if found.documents is None else found.documents[part],
        uris=None if found.uris is None else found.uris[part],
        metadatas=None if found.metadatas is None else found.metadatas[part],
        embeddings=None,
    )
