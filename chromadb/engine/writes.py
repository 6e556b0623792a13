"""Writes: what an add, update, upsert or delete changes, resolved against the records inside one transaction.

Every function reads and writes through the connection of its caller's transaction and returns the collection's new
state with the change that its index has to follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import apsw
import numpy as np

from chromadb.engine.index.collection_index import Change
from chromadb.engine.store import catalog, log, records
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.log import Changed, Operation
from chromadb.engine.store.records import Numbers
from chromadb.model.embeddings import Matrix
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.metadata import StoredMetadata, decode, encode, merged, storable
from chromadb.model.records import RecordBatch

_NO_NUMBERS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Written:
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
    value_types: dict[str, set[str]] = {}
    metadatas: list[StoredMetadata | None] = (
        [None] * len(batch.ids)
        if batch.metadatas is None
        else storable(batch.metadatas, value_types, none_deletes=operation is not Operation.ADD)
    )
    state = replace(state, schema=state.schema.with_keys(value_types))
    changes = []
    for positions in _rounds(batch.ids):
        part = batch if len(positions) == len(batch.ids) else batch.take(positions)
        chosen = metadatas if part is batch else [metadatas[position] for position in positions.tolist()]
        state, change = _write_distinct(connection, state, operation, part, chosen)
        if change is not None:
            changes.append(change)
        if operation is Operation.ADD:
            break
    catalog.put_state(connection, before, state)
    return state, changes


def delete(
    connection: apsw.Connection, state: CollectionState, numbers: Numbers
) -> tuple[CollectionState, Change | None]:
    """Delete the records of the given numbers, which exist."""
    if len(numbers) == 0:
        return state, None
    records.delete(connection, numbers)
    seq = log.append(connection, state.number, Operation.DELETE, ((number, 0, None) for number in numbers.tolist()))
    after = replace(state, record_count=state.record_count - len(numbers), last_seq=seq)
    catalog.put_state(connection, state, after)
    return after, _change(state, after, _NO_NUMBERS, (), numbers)


def copy_records(connection: apsw.Connection, source: CollectionState, target: CollectionState) -> CollectionState:
    """Copy all records of one collection into another, empty one, in the same order."""
    records.copy_collection(connection, source.number, target.number)
    last_seq = log.copy_collection(connection, source.number, target.number)
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


def _rounds(ids: list[str]) -> list[np.ndarray]:
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
    connection: apsw.Connection,
    state: CollectionState,
    operation: Operation,
    batch: RecordBatch,
    metadatas: list[StoredMetadata | None],
) -> tuple[CollectionState, Change | None]:
    number_of = records.numbers_by_id(connection, state.number, batch.ids)
    exists = np.fromiter((id_ in number_of for id_ in batch.ids), dtype=np.bool_, count=len(batch.ids))
    inserted, updated = np.flatnonzero(~exists), np.flatnonzero(exists)
    if operation is Operation.ADD:
        updated = updated[:0]
    elif operation is Operation.UPDATE:
        inserted = inserted[:0]
    before, written = state, []
    if len(updated):
        part = batch if len(updated) == len(batch.ids) else batch.take(updated)
        numbers = [number_of[id_] for id_ in part.ids]
        chosen = [metadatas[position] for position in updated.tolist()]
        written.append(_update(connection, state, operation, part, numbers, chosen))
    if len(inserted):
        part = batch if len(inserted) == len(batch.ids) else batch.take(inserted)
        chosen = [metadatas[position] for position in inserted.tolist()]
        written.append(_insert(connection, state, operation, part, chosen))
        count = len(inserted)
        state = replace(state, next_row=state.next_row + count, record_count=state.record_count + count)
    steps = [step for step in written if step is not None]
    if not steps:
        return state, None
    state = replace(state, last_seq=steps[-1].seq)
    changed = np.sort(np.concatenate([step.numbers for step in steps]))
    vectors = tuple(step.vectors for step in steps if step.vectors is not None)
    return state, _change(before, state, changed, vectors, _NO_NUMBERS)


def _insert(
    connection: apsw.Connection,
    state: CollectionState,
    operation: Operation,
    batch: RecordBatch,
    metadatas: list[StoredMetadata | None],
) -> _Written:
    count = len(batch.ids)
    if batch.embeddings is None or batch.has_embedding is not None:
        raise InvalidArgumentError("every new record needs an embedding")
    first = records.number_base(state.number) + state.next_row
    numbers = np.arange(first, first + count, dtype=np.int64)
    documents = batch.documents or [None] * count
    uris = batch.uris or [None] * count
    encoded = map(encode, metadatas)
    records.insert(
        connection,
        state.number,
        zip(range(first, first + count), batch.ids, documents, uris, encoded, strict=True),
    )
    changed = int(Changed.VECTOR | Changed.METADATA | Changed.URI)
    with_document = int(Changed.DOCUMENT) | changed
    seq = log.append(
        connection,
        state.number,
        operation,
        zip(
            range(first, first + count),
            (changed if document is None else with_document for document in documents),
            log.vector_bytes(batch.embeddings),
            strict=True,
        ),
    )
    return _Written(seq, numbers, (numbers, batch.embeddings))


def _update(
    connection: apsw.Connection,
    state: CollectionState,
    operation: Operation,
    batch: RecordBatch,
    numbers: list[int],
    metadatas: list[StoredMetadata | None],
) -> _Written | None:
    count = len(numbers)
    documents = batch.documents or [None] * count
    uris = batch.uris or [None] * count
    vectors = iter(() if batch.embeddings is None else log.vector_bytes(batch.embeddings))
    has_vector = np.full(count, batch.embeddings is not None) if batch.has_embedding is None else batch.has_embedding
    stored = records.stored_metadata(connection, np.array(numbers, dtype=np.int64))
    rows, entries = [], []
    for number, document, uri, metadata, vector in zip(
        numbers, documents, uris, metadatas, has_vector.tolist(), strict=True
    ):
        changed = (
            (Changed.VECTOR * vector)
            | (Changed.DOCUMENT * (document is not None))
            | (Changed.METADATA * bool(metadata))
            | (Changed.URI * (uri is not None))
        )
        if not changed:
            continue
        entries.append((number, int(changed), next(vectors) if vector else None))
        if changed != Changed.VECTOR:
            old = stored[number]
            text = encode(merged(decode(old), metadata)) if metadata else old
            rows.append((document, uri, text, number))
    if not entries:
        return None
    records.update(connection, rows)
    seq = log.append(connection, state.number, operation, entries)
    touched = np.array([number for number, _, _ in entries], dtype=np.int64)
    new_vectors = None
    if batch.embeddings is not None:
        new_vectors = np.array(numbers, dtype=np.int64)[has_vector], batch.embeddings
    return _Written(seq, touched, new_vectors)


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
