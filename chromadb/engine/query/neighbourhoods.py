"""The records that each `Knn` of some searches finds, with its score of them.

Every neighbourhood is searched for once, and dense ones that are alike but for the query together.
"""

from __future__ import annotations

from collections.abc import Sequence

import apsw
import numpy as np

from chromadb.engine.index import sparse
from chromadb.engine.index.selected import Selected
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.index.vectors import Slots
from chromadb.engine.query.nearest import nearest
from chromadb.engine.query.ranking import Scored, Scores
from chromadb.engine.query.trace import Trace
from chromadb.engine.store.catalog import CollectionState
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.expression import Abs, Div, Exp, Key, Knn, Log, Max, Min, Mul, Rank, Sub, Sum
from chromadb.model.sparse import SparseVector


def knns_of(rank: Rank) -> list[Knn]:
    """Return each `Knn` of an expression."""
    match rank:
        case Knn():
            return [rank]
        case Sum() | Mul() | Max() | Min():
            return [knn for part in rank.ranks for knn in knns_of(part)]
        case Sub() | Div():
            return [*knns_of(rank.left), *knns_of(rank.right)]
        case Abs() | Exp() | Log():
            return knns_of(rank.rank)
    return []


def check_knn(state: CollectionState, knn: Knn) -> None:
    """Raise InvalidArgumentError when the collection cannot search for the query under its key.

    So it is for a sparse query where the key has no sparse index, for a dense one under a metadata key and for one of
    another dimension.
    """
    if isinstance(knn.query, SparseVector):
        state.schema.sparse_options(str(knn.key))
        return
    if knn.key != Key.EMBEDDING.name:
        raise InvalidArgumentError(
            f"a dense query can only be compared with '{Key.EMBEDDING.name}', got the key '{knn.key}', "
            "under which there can be sparse vectors alone"
        )
    if state.dimension is not None and len(knn.query) != state.dimension:
        raise InvalidArgumentError(
            f"Collection expecting embedding with dimension of {state.dimension}, got {len(knn.query)}"
        )


def neighbourhoods(
    connection: apsw.Connection,
    state: CollectionState,
    snapshot: Snapshot,
    wanted: Sequence[tuple[Knn, Selected | None]],
    trace: Trace,
) -> dict[int, Scored]:
    """Return what each `Knn` finds among the slots selected for it (None: all live ones), by its ``id()``.

    All have passed ``check_knn``. Raises SnapshotOutdatedError as ``SlotTable.sparse_columns``.
    """
    found: dict[int, Scored] = {}
    # Of one length, too: a collection without records has no dimension that all queries would have to have.
    alike: dict[tuple[int, int, int], tuple[Selected | None, list[Knn]]] = {}
    for knn, selected in wanted:
        if isinstance(knn.query, SparseVector):
            limit, bm25 = min(knn.limit, snapshot.size), state.schema.sparse_options(str(knn.key)).bm25
            with trace.stage("sparse", snapshot.size):
                slots, products = sparse.nearest(
                    connection, snapshot, str(knn.key), knn.query, limit, selected, bm25=bool(bm25)
                )
            found[id(knn)] = _neighbourhood(knn, slots, np.float32(1) - products)
        else:
            alike.setdefault((id(selected), knn.limit, len(knn.query)), (selected, []))[1].append(knn)
    for (_, limit, _), (selected, knns) in alike.items():
        queries = np.ascontiguousarray([knn.query for knn in knns], dtype=np.float32)
        answers = nearest(snapshot, queries, selected, min(limit, snapshot.size), state.schema, trace)
        for knn, (slots, distances) in zip(knns, answers, strict=True):
            found[id(knn)] = _neighbourhood(knn, slots, distances)
    return found


def _neighbourhood(knn: Knn, slots: Slots, distances: Scores) -> Scored:
    """Return the neighbourhood with the slots given, nearest first, scored by distance or by position."""
    scores = np.arange(len(slots), dtype=np.float32) if knn.return_rank else distances
    order = np.argsort(slots)
    with np.errstate(over="ignore"):
        default = None if knn.default is None else np.float32(knn.default)
    return Scored(slots[order], scores[order], default)
