"""Records as rows: id, document, uri and metadata, numbered in insertion order.

A record's number holds the collection's number above its row, so that a collection is one range of the table. Deleting
a record marks its row, which ``purge`` removes behind the writes. Every function works inside the transaction of its
caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import apsw
import numpy as np
import numpy.typing as npt

from chromadb.model.errors import InternalError

ROW_BITS = 40
_NO_NUMBER = np.array([-1], dtype=np.int64)
"""Stands for no numbers at all, which SQLite's array binding refuses; no record has a negative one."""
_ROW_MASK = (1 << ROW_BITS) - 1
_MAX_COLLECTION = 1 << (63 - ROW_BITS)

Numbers = npt.NDArray[np.int64]


def number_base(collection: int) -> int:
    """Return what is added to a row of the collection to get the record's number."""
    if collection >= _MAX_COLLECTION:
        raise InternalError(
            f"this database has created {_MAX_COLLECTION} collections, the most one file numbers; copy it to a new one"
        )
    return collection << ROW_BITS


def number_range(collection: int) -> tuple[int, int]:
    """Return the first and last number that a record of the collection can have."""
    base = number_base(collection)
    return base, base | _ROW_MASK


def rows_of(numbers: Numbers) -> Numbers:
    """Return the rows of the records of one collection."""
    return numbers & _ROW_MASK


def numbers_by_id(connection: apsw.Connection, collection: int, ids: Sequence[str]) -> dict[str, int]:
    """Return id to number of those records that exist."""
    return _numbers_in("live_records", connection, collection, ids)


def _numbers_in(table: str, connection: apsw.Connection, collection: int, ids: Sequence[str]) -> dict[str, int]:
    if any("\0" in id_ for id_ in ids):
        # SQLite's array binding ends a text at NUL, a single binding does not.
        found = {}
        for id_ in ids:
            for (number,) in connection.execute(
                f"SELECT number FROM {table} WHERE collection = ? AND id = ?", (collection, id_)
            ):
                found[id_] = int(number)
        return found
    if not ids:
        return {}
    rows = connection.execute(
        f"SELECT r.id, r.number FROM carray(?) a CROSS JOIN {table} r ON r.collection = ? AND r.id = a.value",
        (apsw.carray(tuple(ids)), collection),
    )
    found_numbers: list[Any] = rows.fetchall()
    return dict(found_numbers)


def stored_metadata(connection: apsw.Connection, numbers: Numbers) -> dict[int, str | None]:
    """Return number to metadata JSON of the records of the given numbers."""
    rows: list[Any] = fetch(connection, numbers, "r.number, r.metadata")
    return dict(rows)


def insert(
    connection: apsw.Connection,
    collection: int,
    rows: Iterable[tuple[int, str, str | None, str | None, str | None]],
) -> None:
    """Add records given as (number, id, document, uri, metadata JSON). ``free`` their ids before."""
    connection.executemany(
        f"INSERT INTO records (number, collection, id, document, uri, metadata) VALUES (?, {collection:d}, ?, ?, ?, ?)",
        rows,
    )


def update(
    connection: apsw.Connection,
    rows: Iterable[tuple[str | None, str | None, bool, str | None, int]],
) -> None:
    """Change records given as (document, uri, whether to replace metadata, metadata JSON, number).

    A document or uri of None stays what it was.
    """
    connection.executemany(
        "UPDATE records SET document = ifnull(?, document), uri = ifnull(?, uri), "
        "metadata = iif(?, ?, metadata) WHERE number = ?",
        rows,
    )


def delete(connection: apsw.Connection, numbers: Numbers) -> None:
    """Delete the records of the given numbers, ascending, which exist."""
    connection.execute("INSERT INTO deleted_records (number) SELECT value FROM carray(?)", (carray(numbers),))


def free(connection: apsw.Connection, collection: int, ids: Sequence[str]) -> None:
    """Remove the rows of deleted records that have some ids, which no live record has, for new ones to take these."""
    any_deleted = connection.execute(
        "SELECT 1 FROM deleted_records WHERE number BETWEEN ? AND ? LIMIT 1", number_range(collection)
    ).fetchone()
    if any_deleted is not None:
        found = _numbers_in("records", connection, collection, ids)
        numbers = np.fromiter(found.values(), dtype=np.int64, count=len(found))
        connection.execute("DELETE FROM records WHERE number IN (SELECT value FROM carray(?))", (carray(numbers),))


def purge(connection: apsw.Connection, collection: int, rows: int) -> int:
    """Remove the rows of up to so many deleted records of a collection; return how many there were."""
    connection.execute(
        "DELETE FROM records WHERE number IN "
        "(SELECT number FROM deleted_records WHERE number BETWEEN ? AND ? ORDER BY number LIMIT ?)",
        (*number_range(collection), rows),
    )
    return connection.changes()


def delete_collection(connection: apsw.Connection, collection: int) -> None:
    """Delete all records of a collection."""
    connection.execute("DELETE FROM records WHERE number BETWEEN ? AND ?", number_range(collection))


def copy_collection(connection: apsw.Connection, source: int, target: int) -> None:
    """Copy all records of a collection to the same rows of another."""
    connection.execute(
        "INSERT INTO records (number, collection, id, document, uri, metadata) "
        "SELECT number + ?, ?, id, document, uri, metadata FROM live_records WHERE number BETWEEN ? AND ?",
        (number_base(target) - number_base(source), target, *number_range(source)),
    )


def fetch(connection: apsw.Connection, numbers: Numbers, columns: str) -> list[tuple[Any, ...]]:
    """Return the given columns of the records of the given numbers, in that order.

    columns: SQL, from the names of the table. Records that do not exist are left out; deleted ones may not be.
    """
    if len(numbers) == 0:
        return []
    if len(numbers) > 1 and int(numbers[-1] - numbers[0]) == len(numbers) - 1 and bool((np.diff(numbers) == 1).all()):
        rows = connection.execute(
            f"SELECT {columns} FROM records r WHERE number BETWEEN ? AND ? ORDER BY number",
            (int(numbers[0]), int(numbers[-1])),
        )
    else:
        rows = connection.execute(
            f"SELECT {columns} FROM carray(?) a CROSS JOIN records r ON r.number = a.value", (carray(numbers),)
        )
    found: list[Any] = rows.fetchall()
    return found


def live_numbers(connection: apsw.Connection, collection: int) -> Numbers:
    """Return the numbers of all records of a collection, ascending."""
    rows = connection.execute(
        "SELECT number FROM live_records WHERE number BETWEEN ? AND ? ORDER BY number", number_range(collection)
    )
    return np.fromiter((number for (number,) in rows), dtype=np.int64)


def page(connection: apsw.Connection, collection: int, limit: int | None, offset: int) -> Numbers:
    """Return the numbers of a page of a collection's records in insertion order."""
    rows = connection.execute(
        "SELECT number FROM live_records WHERE number BETWEEN ? AND ? ORDER BY number LIMIT ? OFFSET ?",
        (*number_range(collection), -1 if limit is None else limit, offset),
    )
    return np.fromiter((number for (number,) in rows), dtype=np.int64)


def carray(numbers: Numbers) -> object:
    """Return an array that SQL reads as a table of numbers."""
    return apsw.carray(np.ascontiguousarray(numbers) if len(numbers) else _NO_NUMBER)
