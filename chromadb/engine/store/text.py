"""The text index: trigrams of documents, for finding the few documents that may contain a text.

It follows the log behind the writes (``index_next`` moves it on), and says how far it has come; documents changed
since then are candidates for everything. Candidates are never answers: whoever asks looks at the documents themselves.
So an entry that is out of date costs time, not correctness. Every function works inside the transaction of its caller.
"""

from __future__ import annotations

import logging

import apsw
import numpy as np

from chromadb.engine.store import log
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.records import Numbers, carray, number_range
from chromadb.engine.store.text_query import Requirement, match_expression

_logger = logging.getLogger(__name__)

_FULL_TEXT_ENABLED = '$.keys."#document".string.fts_index.enabled'


def candidates(connection: apsw.Connection, state: CollectionState, requirement: Requirement) -> Numbers | None:
    """Return the numbers of the records whose document may satisfy the requirement, ascending; None: any may.

    Letter case is ignored, and so are texts of fewer than three characters.
    """
    expression = match_expression(requirement)
    if expression is None:
        return None
    try:
        rows = connection.execute(
            "SELECT rowid FROM embedding_fulltext_search "
            "WHERE embedding_fulltext_search MATCH ? AND rowid BETWEEN ? AND ?",
            (expression, *number_range(state.number)),
        )
        indexed = np.fromiter((number for (number,) in rows), dtype=np.int64)
    except apsw.CorruptError as error:
        _logger.warning("%s; documents are read one by one until client.compact() makes the text index anew", error)
        return None
    recent = log.numbers_with_changed_document(connection, state.number, position(connection, state), state.last_seq)
    return np.union1d(indexed, recent) if len(recent) else indexed


def position(connection: apsw.Connection, state: CollectionState) -> int:
    """Return the seq_id up to which the documents of a collection are indexed, 0 if none are."""
    rows = connection.execute(
        "SELECT m.seq_id FROM segments s JOIN max_seq_id m ON m.segment_id = s.id "
        "WHERE s.collection = ? AND s.scope = 'METADATA'",
        (str(state.id),),
    )
    return next((int(seq) for (seq,) in rows), 0)


def index_next(connection: apsw.Connection, state: CollectionState, entries: int) -> bool:
    """Index the documents changed by the next ``entries`` log entries; return whether any were left to do.

    Of a collection whose schema has no full text, the entries are only passed.
    """
    start = position(connection, state)
    (stop,) = next(
        connection.execute(
            "SELECT max(seq_id) FROM (SELECT seq_id FROM embeddings_queue WHERE collection = ? AND seq_id > ? "
            "ORDER BY seq_id LIMIT ?)",
            (state.number, start, entries),
        )
    )
    if stop is None:
        return False
    if state.schema.has_full_text:
        _index(connection, log.numbers_with_changed_document(connection, state.number, start, stop))
    connection.execute(
        "INSERT OR REPLACE INTO max_seq_id (segment_id, seq_id) "
        "SELECT id, ? FROM segments WHERE collection = ? AND scope = 'METADATA'",
        (stop, str(state.id)),
    )
    return True


def _index(connection: apsw.Connection, numbers: Numbers) -> None:
    """Index the documents of the records anew."""
    wanted = carray(numbers)
    connection.execute("DELETE FROM embedding_fulltext_search WHERE rowid IN (SELECT value FROM carray(?))", (wanted,))
    connection.execute(
        "INSERT INTO embedding_fulltext_search (rowid, document) SELECT r.number, r.document FROM carray(?) a "
        "CROSS JOIN live_records r ON r.number = a.value WHERE r.document IS NOT NULL",
        (wanted,),
    )


def rebuild(connection: apsw.Connection) -> None:
    """Make the whole text index anew from the records, for one whose tables turned out to be damaged."""
    connection.execute("INSERT INTO embedding_fulltext_search (embedding_fulltext_search) VALUES ('delete-all')")
    connection.execute(
        "INSERT INTO embedding_fulltext_search (rowid, document) "
        "SELECT number, document FROM live_records WHERE document IS NOT NULL AND collection NOT IN "
        f"(SELECT number FROM collections WHERE schema_str ->> '{_FULL_TEXT_ENABLED}' = 0) ORDER BY number"
    )
    connection.execute(
        "INSERT OR REPLACE INTO max_seq_id (segment_id, seq_id) SELECT s.id, c.last_seq FROM segments s "
        "JOIN collections c ON c.id = s.collection WHERE s.scope = 'METADATA'"
    )


def is_sound(connection: apsw.Connection) -> bool:
    """Return whether the tables of the text index are whole, reading all of them through an unused connection."""
    ((verdict,), *_) = connection.execute("PRAGMA integrity_check('embedding_fulltext_search')").fetchall()
    return bool(verdict == "ok")


def delete_collection(connection: apsw.Connection, collection: int) -> None:
    """Drop the entries of a collection."""
    connection.execute("DELETE FROM embedding_fulltext_search WHERE rowid BETWEEN ? AND ?", number_range(collection))
