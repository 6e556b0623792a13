"""Writes: what an add, update, upsert or delete changes, resolved against the records inside one transaction.

Every function reads and writes through the connection of its caller's transaction and returns the collection's new
state with the change that its index has to follow.
"""

from __future__ import annotations

import apsw
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from chromadb.engine.index.collection_index import Change
from chromadb.engine.store import catalog, log, records, segments
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.log import Changed, Operation
from chromadb.engine.store.records import Numbers
from chromadb.engine.store.segments import SealedState
from chromadb.model.embeddings import Matrix
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.records import Positions, RecordBatch
from chromadb.model.schema import CollectionSchema
from chromadb.model.stored_metadata import decode, encode, merged, storable, value_types

_NO_NUMBERS = np.empty(0, dtype=np.int64)
_EVERYTHING = Changed.EVERYTHING
# Plain ints, because a flag enumeration costs a microsecond an operation, several times a record.
_VECTOR, _DOCUMENT, _METADATA, _URI = (
    int(flag) for flag in (Changed.VECTOR, Changed.DOCUMENT, Changed.METADATA, Changed.URI)
)


class _Written(Struct, frozen=True):
    """What one step wrote: its last log entry, the records, and the new vectors among them."""

    seq: int
    numbers: Numbers
    vectors: tuple[Numbers, Matrix] | None


def write_batch(
    connection: apsw.Connection, state: CollectionState, operation: Operation, batch: RecordBatch
) -> tuple[CollectionState, list[Change]]:
    """Add, update or upsert a batch; an id that occurs twice is treated as if each were a call of its own.

    Raises InvalidArgumentError, before anything is written, for an empty id, a bad metadata value or a vector of
    another length than the collection's.
    """
    before = state
    if any(not id_ for id_ in batch.ids):
        raise InvalidArgumentError("Empty ID, ID must have at least one character")
    state = replace(state, dimension=_checked_dimension(state, batch.embeddings))
    if batch.metadatas is not None:
        stored = storable(batch.metadatas, none_deletes=operation is not Operation.ADD)
        batch = replace(batch, metadatas=stored)
    changes = []
    for positions in _rounds(batch.ids):
        state, change = _write_distinct(connection, state, operation, batch.take(positions))
        if change is not None:
            changes.append(change)
        if operation is Operation.ADD:
            break
    catalog.put_state(connection, before, state)
    return state, changes


def delete(
    connection: apsw.Connection, state: CollectionState, numbers: Numbers
) -> tuple[CollectionState, Change | None]:
    """Delete the records of the given numbers, ascending, which exist."""
    if len(numbers) == 0:
        return state, None
    records.delete(connection, numbers)
    seq = log.append_deletes(connection, state.number, numbers)
    after = replace(state, record_count=state.record_count - len(numbers), last_seq=seq)
    catalog.put_state(connection, state, after)
    return after, _change(state, after, _NO_NUMBERS, (), numbers)


def copy_records(
    connection: apsw.Connection, source: CollectionState, target: CollectionState, sealed: SealedState
) -> CollectionState:
    """Copy all records of one collection into another, empty one, in the same order.

    sealed: the segments of the source, which the target's directory has, too.
    """
    records.copy_collection(connection, source.number, target.number)
    last_seq = 0
    if sealed.segments:
        last_seq = log.append_records(connection, target.number)
        segments.replace(connection, target.id, target.number, last_seq, sealed.segments)
    last_seq = log.copy_collection(connection, source.number, target.number, sealed.seq) or last_seq
    after = replace(target, record_count=source.record_count, next_row=source.next_row, last_seq=last_seq)
    catalog.put_state(connection, target, after)
    return after


def _checked_dimension(state: CollectionState, embeddings: Matrix | None) -> int | None:
    if embeddings is None or len(embeddings) == 0:
        return state.dimension
    given = int(embeddings.shape[1])
    if given == 0:
        raise InvalidArgumentError("Validation error: embeddings: Each embedding must have at least 1 dimension")
    if state.dimension is not None and given != state.dimension:
        raise InvalidArgumentError(f"Collection expecting embedding with dimension of {state.dimension}, got {given}")
    return given


def _rounds(ids: list[str]) -> list[Positions]:
    """Split positions into rounds in which each id occurs once: all first occurrences, all second ones ..."""
    if len(set(ids)) == len(ids):
        return [np.arange(len(ids))] if ids else []
    seen: dict[str, int] = {}
    round_of = np.empty(len(ids), dtype=np.int64)
    for position, id_ in enumerate(ids):
        round_of[position] = seen.get(id_, 0)
        seen[id_] = int(round_of[position]) + 1
    return [np.flatnonzero(round_of == number) for number in range(int(round_of.max()) + 1)]


def _write_distinct(
    connection: apsw.Connection, state: CollectionState, operation: Operation, batch: RecordBatch
) -> tuple[CollectionState, Change | None]:
    """Write a batch of distinct ids and stored metadata."""
    number_of = records.numbers_by_id(connection, state.number, batch.ids)
    exists = np.fromiter((id_ in number_of for id_ in batch.ids), dtype=np.bool_, count=len(batch.ids))
    updated = batch.take(np.flatnonzero(exists & (operation is not Operation.ADD)))
    inserted = batch.take(np.flatnonzero(~exists & (operation is not Operation.UPDATE)))
    before, steps = state, []
    if updated.ids:
        numbers = np.array([number_of[id_] for id_ in updated.ids], dtype=np.int64)
        steps.append(_update(connection, state, operation, updated, numbers))
    if inserted.ids:
        steps.append(_insert(connection, state, operation, inserted))
        count = len(inserted.ids)
        state = replace(state, next_row=state.next_row + count, record_count=state.record_count + count)
    written = [step for step in steps if step is not None]
    if not written:
        return state, None
    state = replace(state, last_seq=written[-1].seq, schema=_extended_schema(state, updated, inserted))
    changed = np.sort(np.concatenate([step.numbers for step in written]))
    vectors = tuple(step.vectors for step in written if step.vectors is not None)
    return state, _change(before, state, changed, vectors, _NO_NUMBERS)


def _extended_schema(state: CollectionState, *batches: RecordBatch) -> CollectionSchema:
    """Return the schema with the metadata keys of what was written."""
    schema = state.schema
    for batch in batches:
        if batch.metadatas is not None:
            schema = schema.with_keys(value_types(batch.metadatas))
    return schema


def _insert(connection: apsw.Connection, state: CollectionState, operation: Operation, batch: RecordBatch) -> _Written:
    count = len(batch.ids)
    if batch.embeddings is None or batch.has_embedding is not None:
        raise InvalidArgumentError("every new record needs an embedding")
    first = records.number_base(state.number) + state.next_row
    numbers = range(first, first + count)
    documents, uris = batch.documents or [None] * count, batch.uris or [None] * count
    metadatas = batch.metadatas or [None] * count
    records.free(connection, state.number, batch.ids)
    records.insert(
        connection, state.number, zip(numbers, batch.ids, documents, uris, map(encode, metadatas), strict=True)
    )
    without_document = _EVERYTHING & ~Changed.DOCUMENT
    changed = [int(without_document if document is None else _EVERYTHING) for document in documents]
    vectors = log.vector_bytes(batch.embeddings)
    seq = log.append(connection, state.number, operation, zip(numbers, changed, vectors, strict=True))
    inserted = np.arange(first, first + count, dtype=np.int64)
    return _Written(seq, inserted, (inserted, batch.embeddings))


def _update(
    connection: apsw.Connection, state: CollectionState, operation: Operation, batch: RecordBatch, numbers: Numbers
) -> _Written | None:
    count = len(numbers)
    documents, uris = batch.documents or [None] * count, batch.uris or [None] * count
    metadatas = batch.metadatas or [None] * count
    has_vector = batch.has_embedding
    if has_vector is None:
        has_vector = np.full(count, batch.embeddings is not None)
    vectors = iter(() if batch.embeddings is None else log.vector_bytes(batch.embeddings))
    stored = {} if batch.metadatas is None else records.stored_metadata(connection, numbers)
    rows, entries = [], []
    for number, document, uri, metadata, vector in zip(
        numbers.tolist(), documents, uris, metadatas, has_vector.tolist(), strict=True
    ):
        changed = (
            (_VECTOR if vector else 0)
            | (_DOCUMENT if document is not None else 0)
            | (_METADATA if metadata else 0)
            | (_URI if uri is not None else 0)
        )
        if changed:
            entries.append((number, changed, next(vectors) if vector else None))
        if changed & ~_VECTOR:
            text = encode(merged(decode(stored[number]), metadata)) if metadata else None
            rows.append((document, uri, metadata is not None, text, number))
    if not entries:
        return None
    records.update(connection, rows)
    seq = log.append(connection, state.number, operation, entries)
    touched = np.array([number for number, _, _ in entries], dtype=np.int64)
    return _Written(seq, touched, None if batch.embeddings is None else (numbers[has_vector], batch.embeddings))


def _change(
    before: CollectionState,
    after: CollectionState,
    changed: Numbers,
    vectors: tuple[tuple[Numbers, Matrix], ...],
    deleted: Numbers,
) -> Change:
    return Change(
        before=before.last_seq,
        seq=after.last_seq,
        dimension=after.dimension or 0,
        changed=changed,
        vectors=vectors,
        deleted=deleted,
    )
