"""Forks: copies of whole collections, which share the sealed segments they begin with."""

from __future__ import annotations

from uuid import UUID

import apsw

from chromadb.engine import writes
from chromadb.engine.store import catalog, segments
from chromadb.engine.store.segment_files import SegmentFolder
from chromadb.model.collection import CollectionInfo
from chromadb.model.errors import NotFoundError


def fork(
    connection: apsw.Connection,
    folder: SegmentFolder | None,
    id_: UUID,
    name: str,
    tenant: str,
    database: str,
    copy_id: UUID | None = None,
) -> tuple[CollectionInfo, int]:
    """Copy a collection with all its records under another name in its database, inside the caller's transaction.

    folder: where segments lie, whose files get further names; None for a database in memory. Returns the copy and how
    many records it has. Raises NotFoundError, AlreadyExistsError for a taken name.
    """
    source = catalog.find_collection_by_id(connection, id_, tenant, database)
    if source is None:
        raise NotFoundError(f"Collection [{id_}] does not exist.")
    copy = catalog.create_collection(
        connection, name, tenant, database, source.metadata, source.schema, source.dimension, copy_id
    )
    state = catalog.get_state(connection, id_)
    sealed = segments.sealed_state(connection, id_, state.number)
    target = catalog.get_state(connection, copy.id)
    if folder is not None:
        owner = segments.owner_of(connection, copy.id)
        for segment in sealed.segments:
            for directory in (segment.name, segment.vector_index):
                if directory is not None:
                    folder.link(sealed.owner, owner, directory)
    return copy, writes.copy_records(connection, state, target, sealed).record_count
