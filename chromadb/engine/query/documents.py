"""Which records' documents contain a text or match a regular expression, verified on the documents themselves.

Deleted records whose rows are still there may be among them; a snapshot knows none of these.
"""

from __future__ import annotations

from functools import partial

import apsw
import numpy as np
import numpy.typing as npt

from chromadb.engine.query import regex
from chromadb.engine.query.literals import required
from chromadb.engine.store import text
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.records import Numbers, carray, number_range
from chromadb.engine.store.text_query import Requirement

_BLOCK_DOCUMENTS = 50_000
_FEW_ENOUGH_TO_LOOK_UP = 0.5


def containing(connection: apsw.Connection, state: CollectionState, wanted: str) -> Numbers:
    """Return the numbers of the records whose document contains the text, by code point and case, ascending."""
    candidates = _worth_looking_up(connection, state, wanted)
    condition = "document IS NOT NULL AND (? = '' OR instr(document, ?) > 0)"
    if candidates is None:
        rows = connection.execute(
            f"SELECT number FROM records WHERE number BETWEEN ? AND ? AND {condition}",
            (*number_range(state.number), wanted, wanted),
        )
    else:
        rows = connection.execute(
            f"SELECT r.number FROM carray(?) a CROSS JOIN records r ON r.number = a.value WHERE {condition}",
            (carray(candidates), wanted, wanted),
        )
    return np.fromiter((number for (number,) in rows), dtype=np.int64)


def matching(connection: apsw.Connection, state: CollectionState, pattern: str) -> Numbers:
    """Return the numbers of the records in whose document the pattern is found, ascending."""
    candidates = _worth_looking_up(connection, state, required(pattern))
    if candidates is None:
        rows = connection.execute(
            "SELECT number, document FROM records WHERE number BETWEEN ? AND ? AND document IS NOT NULL",
            number_range(state.number),
        )
    else:
        rows = connection.execute(
            "SELECT r.number, r.document FROM carray(?) a CROSS JOIN records r ON r.number = a.value "
            "WHERE r.document IS NOT NULL",
            (carray(candidates),),
        )
    found: list[npt.NDArray[np.int64]] = []
    for block in iter(partial(_next_block, rows), []):
        numbers = np.fromiter((number for number, _ in block), dtype=np.int64, count=len(block))
        found.append(numbers[regex.found_in(pattern, [document for _, document in block])])
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _next_block(rows: apsw.Cursor) -> list[tuple[int, str]]:
    return [row for _, row in zip(range(_BLOCK_DOCUMENTS), rows, strict=False)]


def _worth_looking_up(
    connection: apsw.Connection, state: CollectionState, requirement: Requirement | None
) -> Numbers | None:
    """Return the candidates of the text index, or None when reading the whole collection in order is cheaper."""
    candidates = None if requirement is None else text.candidates(connection, state, requirement)
    if candidates is None or len(candidates) > state.record_count * _FEW_ENOUGH_TO_LOOK_UP:
        return None
    return candidates
