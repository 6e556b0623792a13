"""How records are written, read and searched over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from chromadb.client.http.call import LARGEST_PAGE, Call, collection_path, nothing, reading
from chromadb.client.operations.operation import Operation
from chromadb.client.operations.records import (
    Count,
    CountValues,
    Delete,
    Explain,
    Get,
    GetIndexingStatus,
    Query,
    Search,
    Unload,
    Write,
)
from chromadb.model import wire
from chromadb.model.embedding_codec import optional_embeddings_to_base64_strings
from chromadb.model.explanation import Explanation
from chromadb.model.filter_json import filter_json
from chromadb.model.json_text import json_text
from chromadb.model.metadata import deserialize_metadata
from chromadb.model.pre_flight import PreFlight
from chromadb.model.result_types import IndexingStatus
from chromadb.model.results import Columns, Facet, Hits, Records, SearchHits
from chromadb.model.selection import Selection
from chromadb.model.stored_metadata import storable

_INCLUDED = ("metadatas", "documents", "embeddings", "distances", "uris")
"""In the order in which clients have always sent them."""


def _write(operation: Write) -> Call[None]:
    return Call(
        "POST", collection_path(operation.collection, operation.kind), nothing, body=partial(_write_body, operation)
    )


def _write_body(operation: Write, server: PreFlight) -> bytes:
    batch = operation.batch
    if len(batch.ids) > server.max_batch_size:
        raise ValueError(
            f"Batch size {len(batch.ids)} exceeds maximum batch size {server.max_batch_size}: cut the records "
            "with chromadb.utils.batch_utils.create_batches"
        )
    embeddings: Any = batch.embeddings
    if embeddings is not None and server.supports_base64_encoding:
        embeddings = optional_embeddings_to_base64_strings(embeddings)
    # JSON would turn numbers that are not finite into null, which deletes a key.
    metadatas = batch.metadatas and storable(batch.metadatas, none_deletes=operation.kind != "add")
    return json_text(
        {
            "ids": batch.ids,
            "embeddings": embeddings,
            "metadatas": metadatas,
            "documents": batch.documents,
            "uris": batch.uris,
        }
    )


def _delete(operation: Delete) -> Call[int]:
    selection = operation.selection
    body = _selected(selection)
    if selection.limit is not None:
        body["limit"] = min(selection.limit, LARGEST_PAGE)
    read = reading(wire.Deleted, lambda answer: answer.deleted)
    return Call(
        "POST",
        collection_path(operation.collection, "delete"),
        read,
        body=json_text(body),
    )


def _count(operation: Count) -> Call[int]:
    path = collection_path(operation.collection, "count")
    if operation.selection is None:
        return Call("GET", path, reading(int, int), {"read_level": operation.read_level.value})
    return Call(
        "POST",
        path,
        reading(int, int),
        body=json_text({"where": filter_json(operation.selection.condition)}),
        is_read=True,
    )


def _count_values(operation: CountValues) -> Call[list[Facet]]:
    body: dict[str, Any] = {"key": operation.key, "where": filter_json(operation.selection.condition)}
    if operation.selection.limit is not None:
        body["limit"] = min(operation.selection.limit, LARGEST_PAGE)
    read = reading(list[tuple[Any, int]], lambda answers: [Facet(value, count) for value, count in answers])
    return Call("POST", collection_path(operation.collection, "facets"), read, body=json_text(body), is_read=True)


def _get(operation: Get) -> Call[Records]:
    selection = operation.selection
    body = {
        **_selected(selection),
        "limit": None if selection.limit is None else min(selection.limit, LARGEST_PAGE),
        "offset": min(selection.offset, LARGEST_PAGE) or None,
        "include": _included(operation.columns),
    }
    if selection.order is not None:
        body["order_by"] = {"key": selection.order.key, "descending": selection.order.descending}
    read = reading(wire.RecordsAnswer, _records)
    return Call("POST", collection_path(operation.collection, "get"), read, body=json_text(body), is_read=True)


def _query(operation: Query) -> Call[list[Hits]]:
    read = reading(wire.HitsAnswer, _hits)
    return Call(
        "POST",
        collection_path(operation.collection, "query"),
        read,
        body=json_text(_query_body(operation)),
        is_read=True,
    )


def _query_body(operation: Query) -> dict[str, Any]:
    selection = operation.selection
    body = {
        **_selected(selection),
        "query_embeddings": operation.queries,
        "n_results": min(int(operation.n_results), LARGEST_PAGE),
        "include": _included(operation.columns),
    }
    if selection.offset:
        body["offset"] = min(selection.offset, LARGEST_PAGE)
    if selection.max_distance is not None:
        body["max_distance"] = selection.max_distance
    if selection.exact:
        body["exact"] = True
    return body


def _explain(operation: Explain) -> Call[Explanation]:
    raise NotImplementedError(
        "explain() has no call over HTTP: run it on the server's machine with chromadb.PersistentClient(path=...)"
    )


def _search(operation: Search) -> Call[list[SearchHits]]:
    body = {"searches": [request.to_dict() for request in operation.requests], "read_level": operation.read_level.value}
    read = reading(wire.SearchAnswer, _search_hits)
    return Call("POST", collection_path(operation.collection, "search"), read, body=json_text(body), is_read=True)


def _get_indexing_status(operation: GetIndexingStatus) -> Call[IndexingStatus]:
    return Call(
        "GET",
        collection_path(operation.collection, "indexing_status"),
        reading(wire.IndexingProgress, _indexing_status),
    )


def _unload(operation: Unload) -> Call[None]:
    raise NotImplementedError(
        "unload_collection() is about the memory of this process; a server unloads collections by itself when its "
        "configuration limits its memory"
    )


def _selected(selection: Selection) -> dict[str, Any]:
    return {"ids": selection.ids, "where": filter_json(selection.condition), "where_document": None}


def _included(columns: Columns) -> list[str]:
    return [name for name in _INCLUDED if getattr(columns, name)]


def _records(answer: wire.RecordsAnswer) -> Records:
    return _columns(answer.ids, answer.documents, answer.uris, answer.metadatas, answer.embeddings)


def _columns(
    ids: list[str],
    documents: list[str | None] | None,
    uris: list[str | None] | None,
    metadatas: list[dict[str, Any] | None] | None,
    embeddings: list[list[float]] | None,
) -> Records:
    return Records(
        ids=ids,
        documents=documents,
        uris=uris,
        metadatas=None if metadatas is None else list(map(deserialize_metadata, metadatas)),
        embeddings=None if embeddings is None else _floats(embeddings),
    )


def _hits(answer: wire.HitsAnswer) -> list[Hits]:
    columns: list[list[Any] | None] = [answer.documents, answer.uris, answer.metadatas, answer.embeddings]
    return [
        Hits(
            _columns(ids, *(None if column is None else column[query] for column in columns)),
            _floats([] if answer.distances is None else answer.distances[query]),
        )
        for query, ids in enumerate(answer.ids)
    ]


def _search_hits(answer: wire.SearchAnswer) -> list[SearchHits]:
    found = []
    for search, ids in enumerate(answer.ids):
        scores = answer.scores[search]
        found.append(
            SearchHits(
                _columns(ids, answer.documents[search], None, answer.metadatas[search], answer.embeddings[search]),
                None if scores is None else _floats(scores),
                tuple(answer.select[search]),
            )
        )
    return found


def _floats(values: Sequence[Any]) -> npt.NDArray[np.float32]:
    """Return numbers, or lists of them, as an array; null is a number that is not finite."""
    with np.errstate(over="ignore"):
        return np.array(values, dtype=np.float32)


def _indexing_status(answer: wire.IndexingProgress) -> IndexingStatus:
    return IndexingStatus(**msgspec.structs.asdict(answer))


CALLS: Mapping[type[Operation[Any]], Callable[[Any], Call[Any]]] = {
    Write: _write,
    Delete: _delete,
    Count: _count,
    CountValues: _count_values,
    Get: _get,
    Query: _query,
    Explain: _explain,
    Search: _search,
    GetIndexingStatus: _get_indexing_status,
    Unload: _unload,
}
"""What makes the call of each operation."""
