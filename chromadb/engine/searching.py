"""Searches: filter, score, group, page and select, inside one transaction and over one snapshot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from chromadb.engine.hydration import hydrated_each
from chromadb.engine.index.selected import Selected
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.index.vectors import Slots
from chromadb.engine.query.grouping import kept
from chromadb.engine.query.neighbourhoods import check_knn, knns_of, neighbourhoods
from chromadb.engine.query.projection import columns_for, projected
from chromadb.engine.query.ranking import Scored, Scores, ranked, scored
from chromadb.engine.query.trace import Trace
from chromadb.engine.query.where import check_filter
from chromadb.engine.reads import CollectionView, filtered
from chromadb.model.expression import Key
from chromadb.model.expression.request import SearchRequest
from chromadb.model.results import SearchHits


def search(view: CollectionView, requests: Sequence[SearchRequest], trace: Trace) -> list[SearchHits]:
    """Return the answer to each search.

    trace: is told what was done. Raises InvalidArgumentError for a filter or a neighbourhood that the collection cannot
    answer.
    """
    knns = [[] if request.rank is None else knns_of(request.rank) for request in requests]
    for request, its in zip(requests, knns, strict=True):
        if request.condition is not None:
            check_filter(view.state, request.condition)
        for knn in its:
            check_knn(view.state, knn)
    snapshot = view.snapshot()
    with trace.stage("filter", snapshot.size):
        selected = [filtered(view, snapshot, request.condition) for request in requests]
    wanted = {id(knn): (knn, where) for its, where in zip(knns, selected, strict=True) for knn in its}
    found = neighbourhoods(view.connection, view.state, snapshot, list(wanted.values()), trace)
    pages = [_page(view, snapshot, request, where, found) for request, where in zip(requests, selected, strict=True)]
    columns = columns_for([key for request in requests for key in request.selected])
    with trace.stage("records", sum(len(slots) for slots, _ in pages)):
        shown = hydrated_each(view.connection, [snapshot.numbers[slots] for slots, _ in pages], columns)
    answers = []
    for request, (slots, scores), records in zip(requests, pages, shown, strict=True):
        chosen = projected(records, request.selected)
        if Key.EMBEDDING.name in request.selected:
            vectors = snapshot.table.vectors
            embeddings = np.empty((0, 0), dtype=np.float32) if vectors is None else vectors.take(slots)
            chosen = replace(chosen, embeddings=embeddings)
        answers.append(SearchHits(chosen, scores if Key.SCORE.name in request.selected else None, request.selected))
    return answers


def _page(
    view: CollectionView,
    snapshot: Snapshot,
    request: SearchRequest,
    selected: Selected | None,
    found: dict[int, Scored],
) -> tuple[Slots, Scores]:
    """Return the slots of the page that is asked for, best first, and their scores."""
    page = slice(request.offset, None if request.limit is None else request.offset + request.limit)
    if request.rank is None:
        slots = snapshot.ordered(selected)[page]
        return slots, np.arange(len(slots), dtype=np.float32)
    slots, scores = ranked(scored(request.rank, found), snapshot.numbers)
    if request.grouping is not None:
        positions = kept(view.connection, view.state, snapshot, request.grouping, slots, scores)
        slots, scores = slots[positions], scores[positions]
    return slots[page], scores[page]
