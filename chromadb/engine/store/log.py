"""The write-ahead log: one entry for each change of a record, in the order in which calls were acknowledged.

It holds what the records table does not: the vectors. An index that has applied the entries up to some seq_id reads
only the later ones. Every function works inside the transaction of its caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum, IntFlag
from itertools import islice
from typing import Any

import apsw
import numpy as np
import numpy.typing as npt

from chromadb.engine.store.records import Numbers, carray, number_base, number_range
from chromadb.model.embeddings import Matrix

_BLOCK_ROWS = 4096


class Operation(IntEnum):
    """The call that changed a record."""

    ADD = 0
    UPDATE = 1
    UPSERT = 2
    DELETE = 3


class Changed(IntFlag):
    """What an entry changed."""

    NOTHING = 0
    VECTOR = 1
    DOCUMENT = 2
    METADATA = 4
    URI = 8
    EVERYTHING = 15


def append(
    connection: apsw.Connection,
    collection: int,
    operation: Operation,
    entries: Iterable[tuple[int, int, bytes | None]],
) -> int:
    """Add entries given as (number, changed, vector bytes) and return the last seq_id."""
    connection.executemany(
        "INSERT INTO embeddings_queue (collection, operation, number, changed, vector) "
        f"VALUES ({collection:d}, {int(operation):d}, ?, ?, ?)",
        entries,
    )
    return connection.last_insert_rowid()


def append_deletes(connection: apsw.Connection, collection: int, numbers: Numbers) -> int:
    """Add an entry for each deleted record and return the last seq_id."""
    connection.execute(
        "INSERT INTO embeddings_queue (collection, operation, number, changed) SELECT ?, ?, value, ? FROM carray(?)",
        (collection, int(Operation.DELETE), int(Changed.NOTHING), carray(numbers)),
    )
    return connection.last_insert_rowid()


def changes(connection: apsw.Connection, collection: int, after: int) -> tuple[Numbers, Numbers]:
    """Return the numbers of the records that the entries above ``after`` left new or changed, and of those deleted.

    Both ascending.
    """
    rows = connection.execute(
        "SELECT number, operation FROM embeddings_queue WHERE collection = ? AND seq_id > ? ORDER BY seq_id",
        (collection, after),
    )
    entries: list[Any] = rows.fetchall()
    last: dict[int, int] = dict(entries)
    numbers = np.fromiter(last, dtype=np.int64, count=len(last))
    deleted = np.fromiter(last.values(), dtype=np.int64, count=len(last)) == Operation.DELETE
    return np.sort(numbers[~deleted]), np.sort(numbers[deleted])


def vectors(
    connection: apsw.Connection, collection: int, after: int, dimension: int
) -> Iterator[tuple[Numbers, Matrix]]:
    """Yield the vectors of the entries above ``after`` in order, in blocks of (numbers, matrix of one row a number)."""
    cursor = connection.execute(
        "SELECT number, vector FROM embeddings_queue WHERE collection = ? AND seq_id > ? AND vector IS NOT NULL "
        "ORDER BY seq_id",
        (collection, after),
    )
    while block := list(islice(cursor, _BLOCK_ROWS)):
        numbers = np.fromiter((number for number, _ in block), dtype=np.int64, count=len(block))
        matrix = np.frombuffer(b"".join(vector for _, vector in block), dtype="<f4")
        yield numbers, matrix.astype(np.float32, copy=False).reshape(len(block), dimension)


def numbers_with_changed_document(connection: apsw.Connection, collection: int, after: int, until: int) -> Numbers:
    """Return the numbers of the records whose document changed (or that were deleted) in (after, until], ascending."""
    rows = connection.execute(
        "SELECT DISTINCT number FROM embeddings_queue WHERE collection = ? AND seq_id > ? AND seq_id <= ? "
        "AND (changed & ? OR operation = ?) ORDER BY number",
        (collection, after, until, int(Changed.DOCUMENT), int(Operation.DELETE)),
    )
    return np.fromiter((number for (number,) in rows), dtype=np.int64)


def delete_collection(connection: apsw.Connection, collection: int) -> None:
    """Delete all entries of a collection."""
    connection.execute("DELETE FROM embeddings_queue WHERE collection = ?", (collection,))


def copy_collection(connection: apsw.Connection, source: int, target: int, after: int) -> int:
    """Log for the copy of a collection what the log has of the original above ``after``; return the last seq_id."""
    connection.execute(
        "INSERT INTO embeddings_queue (collection, operation, number, changed, vector) "
        "SELECT ?, operation, number + ?, changed, vector FROM embeddings_queue "
        "WHERE collection = ? AND seq_id > ? ORDER BY seq_id",
        (target, number_base(target) - number_base(source), source, after),
    )
    return connection.last_insert_rowid() if connection.changes() else 0


def append_records(connection: apsw.Connection, collection: int) -> int:
    """Log all records of a collection as new ones whose vectors lie elsewhere; return the last seq_id, 0 if none."""
    connection.execute(
        "INSERT INTO embeddings_queue (collection, operation, number, changed) "
        "SELECT collection, ?, number, ? FROM live_records WHERE number BETWEEN ? AND ? ORDER BY number",
        (int(Operation.ADD), int(Changed.EVERYTHING & ~Changed.VECTOR), *number_range(collection)),
    )
    return connection.last_insert_rowid() if connection.changes() else 0


def last_vectors(
    connection: apsw.Connection, collection: int, numbers: Numbers, dimension: int
) -> tuple[Numbers, Matrix]:
    """Return those of the records, ascending, of which the log has a vector, and the last one of each."""
    rows: list[Any] = connection.execute(
        "SELECT number, vector, max(seq_id) FROM embeddings_queue WHERE collection = ? AND vector IS NOT NULL "
        "AND number IN (SELECT value FROM carray(?)) GROUP BY number ORDER BY number",
        (collection, carray(numbers)),
    ).fetchall()
    found = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").reshape(len(rows), dimension)
    return found, matrix.astype(np.float32)


def count_after(connection: apsw.Connection, collection: int, after: int) -> int:
    """Return how many entries of a collection lie above ``after``."""
    sql = "SELECT count(*) FROM embeddings_queue WHERE collection = ? AND seq_id > ?"
    ((count,),) = connection.execute(sql, (collection, after))
    return int(count)


def trim(connection: apsw.Connection, collection: int, until: int, entries: int) -> int:
    """Delete up to ``entries`` of the oldest entries at or below ``until``; return how many there were."""
    connection.execute(
        "DELETE FROM embeddings_queue WHERE seq_id IN (SELECT seq_id FROM embeddings_queue "
        "WHERE collection = ? AND seq_id <= ? ORDER BY seq_id LIMIT ?)",
        (collection, until, entries),
    )
    return connection.changes()


def vector_bytes(matrix: Matrix) -> list[bytes]:
    """Return each row of a float32 matrix as the bytes that the log stores."""
    data: npt.NDArray[np.float32] = np.ascontiguousarray(matrix, dtype="<f4")
    whole, width = data.tobytes(), data.shape[1] * 4
    return [whole[start : start + width] for start in range(0, len(whole), width)]
