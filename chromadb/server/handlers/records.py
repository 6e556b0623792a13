"""Records of a collection: writes, reads, queries."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import islice
from uuid import UUID

import numpy as np
from msgspec import Struct

from chromadb.engine.database import Database
from chromadb.model.embeddings import Matrix
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.results import Columns, Hits, Records
from chromadb.model.selection import Order, Selection
from chromadb.model.wire import (
    AddRecords,
    CountRecords,
    DeleteRecords,
    FacetRecords,
    GetRecords,
    QueryRecords,
    SearchRecords,
    UpdateRecords,
)
from chromadb.server.handlers.catalog import owned_collection, placed_collection
from chromadb.server.reading import (
    check_read_level,
    matrix_of_rows,
    read_added,
    read_condition,
    read_searches,
    read_updated,
)
from chromadb.server.responses import Response, json_response
from chromadb.server.route import Call

DEFAULT_RESULTS = 10


def add(call: Call) -> Response:
    """Add records; those whose id exists are left as they are."""
    body: AddRecords = call.body
    batch = read_added(body, none_deletes=False)
    call.database.add(placed_collection(call), batch)
    return json_response({}, 201)


def update(call: Call) -> Response:
    """Change records that exist."""
    body: UpdateRecords = call.body
    batch = read_updated(body)
    call.database.update(placed_collection(call), batch)
    return json_response({})


def upsert(call: Call) -> Response:
    """Change records that exist and add the others."""
    body: AddRecords = call.body
    batch = read_added(body, none_deletes=True)
    call.database.upsert(placed_collection(call), batch)
    return json_response({})


def delete(call: Call) -> Response:
    """Delete records by id, by condition, or both."""
    body: DeleteRecords = call.body
    condition = read_condition(body.where, body.where_document)
    if condition is None and body.limit is not None:
        raise InvalidArgumentError(
            "Validation error: limit, where: limit can only be specified when a where clause is provided"
        )
    if condition is None and body.ids == []:
        raise InvalidArgumentError("Validation error: ids, where: Either ids or where must be specified")
    id_ = owned_collection(call)
    if condition is None and body.ids is None:
        return json_response({"deleted": 0})
    selection = Selection(ids=body.ids, condition=condition, limit=body.limit)
    return json_response({"deleted": call.database.delete(id_, selection)})


def get(call: Call) -> Response:
    """Answer with the selected records in the order that is asked for, in insertion order if none is."""
    body: GetRecords = call.body
    condition = read_condition(body.where, body.where_document)
    order = None if body.order_by is None else Order(body.order_by.key, body.order_by.descending)
    selection = Selection(ids=body.ids, condition=condition, limit=body.limit, offset=body.offset or 0, order=order)
    columns = Columns.of(body.include)
    found = call.database.get(placed_collection(call), selection, columns)
    return json_response(
        {
            "ids": found.ids,
            "embeddings": found.embeddings,
            "documents": found.documents,
            "uris": found.uris,
            "metadatas": found.metadatas,
            "include": body.include,
        }
    )


class _Asked(Struct, frozen=True):
    """A query that has been read."""

    collection: UUID
    queries: Matrix
    n_results: int
    selection: Selection
    columns: Columns

    @property
    def common(self) -> Hashable:
        """What queries must have in common to be answered by one call; text, for 1, 1.0 and True are equal."""
        return self.collection, self.queries.shape[1:], self.n_results, repr(self.selection), self.columns


def query(calls: Sequence[Call]) -> list[Response | Exception]:
    """Answer for each vector of each call with the nearest of the selected records.

    Calls that agree in all but their vectors are answered by one call of the database.
    """
    answers: list[Response | Exception] = [Response(500)] * len(calls)
    groups: dict[Hashable, list[tuple[int, _Asked]]] = {}
    owned: dict[tuple[str, ...], UUID] = {}
    for position, call in enumerate(calls):
        try:
            where = tuple(call.parameters.values())
            if where not in owned:
                owned[where] = placed_collection(call)
            asked = _asked(call.body, owned[where])
            groups.setdefault(asked.common, []).append((position, asked))
        except Exception as error:
            answers[position] = error
    for group in groups.values():
        for (position, asked), hits in zip(group, _hits(calls[0].database, [one for _, one in group]), strict=True):
            body: QueryRecords = calls[position].body
            answers[position] = hits if isinstance(hits, Exception) else _shown(hits, asked.columns, body.include)
    return answers


def _asked(body: QueryRecords, collection: UUID) -> _Asked:
    selection = Selection(
        ids=body.ids,
        condition=read_condition(body.where, body.where_document),
        offset=body.offset or 0,
        max_distance=body.max_distance,
        exact=body.exact,
    )
    n_results = DEFAULT_RESULTS if body.n_results is None else body.n_results
    return _Asked(collection, matrix_of_rows(body.query_embeddings), n_results, selection, Columns.of(body.include))


def _hits(database: Database, group: Sequence[_Asked]) -> list[list[Hits] | Exception]:
    """Return what each of some queries that have all but the vectors in common finds."""
    first = group[0]
    queries = np.concatenate([one.queries for one in group]) if len(group) > 1 else first.queries
    if len(queries) == 0:
        return [[] for _ in group]
    try:
        hits = iter(database.query(first.collection, queries, first.n_results, first.selection, first.columns))
    except Exception as error:
        # What one of them did wrong is not the fault of the others.
        return [error] if len(group) == 1 else [_hits(database, [one])[0] for one in group]
    return [list(islice(hits, len(one.queries))) for one in group]


def _shown(hits: Sequence[Hits], columns: Columns, include: Sequence[str]) -> Response:
    found: list[Records] = [hit.records for hit in hits]
    return json_response(
        {
            "ids": [records.ids for records in found],
            "embeddings": [records.embeddings for records in found] if columns.embeddings else None,
            "documents": [records.documents for records in found] if columns.documents else None,
            "uris": [records.uris for records in found] if columns.uris else None,
            "metadatas": [records.metadatas for records in found] if columns.metadatas else None,
            "distances": [hit.distances for hit in hits] if columns.distances else None,
            "include": include,
        }
    )


def count(call: Call) -> Response:
    """Answer how many records a collection has."""
    check_read_level(call.query)
    return json_response(call.database.count(placed_collection(call)))


def count_selected(call: Call) -> Response:
    """Answer how many records satisfy a condition."""
    body: CountRecords = call.body
    condition = read_condition(body.where, body.where_document)
    return json_response(call.database.count(placed_collection(call), Selection(condition=condition)))


def facets(call: Call) -> Response:
    """Answer with the values of a metadata key and how many records hold each, the most frequent first."""
    body: FacetRecords = call.body
    selection = Selection(condition=read_condition(body.where, body.where_document), limit=body.limit)
    found = call.database.facets(placed_collection(call), body.key, selection)
    return json_response([(facet.value, facet.records) for facet in found])


def search(call: Call) -> Response:
    """Answer searches; each column holds null for a search that did not select it."""
    body: SearchRecords = call.body
    searches = read_searches(body)
    answers = call.database.search(placed_collection(call), searches)
    found = [answer.records for answer in answers]
    return json_response(
        {
            "ids": [records.ids for records in found],
            "documents": [records.documents for records in found],
            "embeddings": [records.embeddings for records in found],
            "metadatas": [records.metadatas for records in found],
            "scores": [answer.scores for answer in answers],
            "select": [answer.selected for answer in answers],
        }
    )


def indexing_status(call: Call) -> Response:
    """Answer that every record is found: what is written is found by the next read."""
    total = call.database.count(placed_collection(call))
    return json_response(
        {"op_indexing_progress": 1.0, "num_unindexed_ops": 0, "num_indexed_ops": total, "total_ops": total}
    )
