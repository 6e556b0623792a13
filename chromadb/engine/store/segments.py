"""Which sealed segments a collection has, and how far its derived indexes have followed the log, as rows.

Every function works inside the transaction of its caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal
from uuid import UUID

import apsw
import orjson
from msgspec import Struct


class SealedSegment(Struct, frozen=True):
    """One sealed segment of a collection.

    rows: how many it has. live: bits of those that were the current version of a record when the log had reached the
    collection's sealed position, lowest bit first (NumPy's packbits, little); None: all. vector_index: the directory of
    the graph or lists over it, None while there is none.
    """

    name: UUID
    rows: int
    live: bytes | None
    vector_index: UUID | None = None


class SealedState(Struct, frozen=True):
    """The sealed part of a collection.

    owner: id of the collection's VECTOR segment, which names the directory. seq: up to where the log is in segments.
    segments: in the order of their rows' slots.
    """

    owner: UUID
    seq: int
    segments: tuple[SealedSegment, ...]


def owner_of(connection: apsw.Connection, collection: UUID) -> UUID:
    """Return the id of a collection's VECTOR segment."""
    sql = "SELECT id FROM segments WHERE collection = ? AND scope = 'VECTOR'"
    ((text,),) = connection.execute(sql, (str(collection),))
    return UUID(text)


def sealed_state(connection: apsw.Connection, collection: UUID, number: int) -> SealedState:
    """Return the sealed part of a collection."""
    owner = owner_of(connection, collection)
    rows = connection.execute(
        "SELECT id, row_count, live, vector_index FROM sealed_segments WHERE collection = ? ORDER BY position",
        (number,),
    )
    found = tuple(
        SealedSegment(UUID(name), count, live, None if index is None else UUID(index))
        for name, count, live, index in rows
    )
    return SealedState(owner, _position(connection, str(owner)), found)


def sealed_seq(connection: apsw.Connection, collection: UUID) -> int:
    """Return up to where the log of a collection is in segments."""
    return _position(connection, str(owner_of(connection, collection)))


def replace(
    connection: apsw.Connection, collection: UUID, number: int, seq: int, segments: Sequence[SealedSegment]
) -> None:
    """Register the sealed segments of a collection in place of those it had, as of a log position."""
    connection.execute("DELETE FROM sealed_segments WHERE collection = ?", (number,))
    connection.executemany(
        "INSERT INTO sealed_segments (collection, position, id, row_count, live, vector_index) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (number, position, str(one.name), one.rows, one.live, one.vector_index and str(one.vector_index))
            for position, one in enumerate(segments)
        ],
    )
    connection.execute(
        "INSERT OR REPLACE INTO max_seq_id (segment_id, seq_id) VALUES (?, ?)",
        (str(owner_of(connection, collection)), seq),
    )
    connection.execute("UPDATE collections SET generation = generation + 1 WHERE number = ?", (number,))


def delete_collection(connection: apsw.Connection, number: int) -> None:
    """Forget the sealed segments of a collection."""
    connection.execute("DELETE FROM sealed_segments WHERE collection = ?", (number,))


def registered(connection: apsw.Connection) -> Iterator[tuple[UUID, str]]:
    """Yield (owner, name) of every registered segment, and of every graph or lists over one."""
    rows = connection.execute(
        "SELECT g.id, s.id, s.vector_index FROM sealed_segments s JOIN collections c ON c.number = s.collection "
        "JOIN segments g ON g.collection = c.id AND g.scope = 'VECTOR'"
    )
    for owner, *names in rows:
        yield from ((UUID(owner), name) for name in names if name is not None)


def followed_position(connection: apsw.Connection, collection: UUID) -> int:
    """Return the log position that every derived index of a collection has passed."""
    rows = connection.execute(
        "SELECT m.seq_id FROM segments g LEFT JOIN max_seq_id m ON m.segment_id = g.id WHERE g.collection = ?",
        (str(collection),),
    )
    return min(seq or 0 for (seq,) in rows)


def backlogs(connection: apsw.Connection, scope: Literal["VECTOR", "METADATA"]) -> list[tuple[UUID, int]]:
    """Return each collection with how many log entries, at most, its segments or its text index are behind."""
    rows = connection.execute(
        "SELECT c.id, c.last_seq - ifnull(m.seq_id, 0) FROM collections c "
        "JOIN segments s ON s.collection = c.id AND s.scope = ? LEFT JOIN max_seq_id m ON m.segment_id = s.id",
        (scope,),
    )
    return [(UUID(id_), behind) for id_, behind in rows]


def purges_automatically(connection: apsw.Connection) -> bool:
    """Return whether the log is trimmed once segments and text index hold what it says (embeddings_queue_config)."""
    for (text,) in connection.execute("SELECT config_json_str FROM embeddings_queue_config"):
        return bool(orjson.loads(text).get("automatically_purge", True))
    return True


def _position(connection: apsw.Connection, segment: str) -> int:
    for (seq,) in connection.execute("SELECT seq_id FROM max_seq_id WHERE segment_id = ?", (segment,)):
        return int(seq)
    return 0
