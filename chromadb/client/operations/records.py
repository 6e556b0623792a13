"""Records of a collection: writes, reads, queries, searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from chromadb.client.operations.catalog import collection_path
from chromadb.client.operations.operation import LARGEST_PAGE, Call, Operation, nothing, reading
from chromadb.model import wire
from chromadb.model.collection import CollectionAddress
from chromadb.model.embedding_codec import optional_embeddings_to_base64_strings
from chromadb.model.embeddings import Matrix
from chromadb.model.explanation import Explanation
from chromadb.model.filter_json import filter_json
from chromadb.model.json_text import json_text
from chromadb.model.metadata import deserialize_metadata
from chromadb.model.records import RecordBatch
from chromadb.model.result_types import (
    IndexingStatus,
)
from chromadb.model.results import (
    Columns,
    Facet,
    Hits,
    ReadLevel,
    Records,
    SearchHits,
)
from chromadb.model.selection import Selection
from chromadb.model.stored_metadata import storable

if TYPE_CHECKING:
    from chromadb.engine.database import Database
    from chromadb.model.expression.request import SearchRequest

_INCLUDED = ("metadatas", "documents", "embeddings", "distances", "uris")
"""In the order in which clients have always sent them."""


class Write(Operation[None], frozen=True):
    """Write records: add new ones, update those that exist, or upsert, which does either."""

    kind: Literal["add", "update", "upsert"]
    collection: CollectionAddress
    batch: RecordBatch

    def on_database(self, database: Database) -> None:
        match self.kind:
            case "add":
                database.add(self.collection.id, self.batch)
            case "update":
                database.update(self.collection.id, self.batch)
            case "upsert":
                database.upsert(self.collection.id, self.batch)

    def on_server(self) -> Call[None]:
        return Call("POST", collection_path(self.collection, self.kind), nothing, body=self._body)

    def _body(self, server: wire.PreFlight) -> bytes:
        batch = self.batch
        if len(batch.ids) > server.max_batch_size:
            raise ValueError(
                f"Batch size {len(batch.ids)} exceeds maximum batch size {server.max_batch_size}: cut the records "
                "with chromadb.utils.batch_utils.create_batches"
            )
        embeddings: Any = batch.embeddings
        if embeddings is not None and server.supports_base64_encoding:
            embeddings = optional_embeddings_to_base64_strings(embeddings)
        # JSON would turn numbers that are not finite into null, which deletes a key.
        metadatas = batch.metadatas and storable(batch.metadatas, none_deletes=self.kind != "add")
        return json_text(
            {
                "ids": batch.ids,
                "embeddings": embeddings,
                "metadatas": metadatas,
                "documents": batch.documents,
                "uris": batch.uris,
            }
        )


class Delete(Operation[int], frozen=True):
    """Delete the selected records and tell how many there were."""

    collection: CollectionAddress
    selection: Selection

    def on_database(self, database: Database) -> int:
        return database.delete(self.collection.id, self.selection)

    def on_server(self) -> Call[int]:
        selection = self.selection
        body = _selected(selection)
        if selection.limit is not None:
            body["limit"] = min(selection.limit, LARGEST_PAGE)
        read = reading(wire.Deleted, lambda answer: answer.deleted)
        return Call(
            "POST",
            collection_path(self.collection, "delete"),
            read,
            body=json_text(body),
        )


class Count(Operation[int], frozen=True):
    """Count the records of a collection, or those that are selected."""

    collection: CollectionAddress
    read_level: ReadLevel
    selection: Selection | None

    def on_database(self, database: Database) -> int:
        return database.count(self.collection.id, self.selection)

    def on_server(self) -> Call[int]:
        path = collection_path(self.collection, "count")
        if self.selection is None:
            return Call("GET", path, reading(int, int), {"read_level": self.read_level.value})
        return Call(
            "POST",
            path,
            reading(int, int),
            body=json_text({"where": filter_json(self.selection.condition)}),
            is_read=True,
        )


class CountValues(Operation[list[Facet]], frozen=True):
    """Count the records that hold each value of a metadata key."""

    collection: CollectionAddress
    key: str
    selection: Selection

    def on_database(self, database: Database) -> list[Facet]:
        return database.facets(self.collection.id, self.key, self.selection)

    def on_server(self) -> Call[list[Facet]]:
        body: dict[str, Any] = {"key": self.key, "where": filter_json(self.selection.condition)}
        if self.selection.limit is not None:
            body["limit"] = min(self.selection.limit, LARGEST_PAGE)
        read = reading(list[tuple[Any, int]], lambda answers: [Facet(value, count) for value, count in answers])
        return Call("POST", collection_path(self.collection, "facets"), read, body=json_text(body), is_read=True)


class Get(Operation[Records], frozen=True):
    """Read the selected records."""

    collection: CollectionAddress
    selection: Selection
    columns: Columns

    def on_database(self, database: Database) -> Records:
        return database.get(self.collection.id, self.selection, self.columns)

    def on_server(self) -> Call[Records]:
        selection = self.selection
        body = {
            **_selected(selection),
            "limit": None if selection.limit is None else min(selection.limit, LARGEST_PAGE),
            "offset": min(selection.offset, LARGEST_PAGE) or None,
            "include": _included(self.columns),
        }
        if selection.order is not None:
            body["order_by"] = {"key": selection.order.key, "descending": selection.order.descending}
        read = reading(wire.RecordsAnswer, _records)
        return Call("POST", collection_path(self.collection, "get"), read, body=json_text(body), is_read=True)


class Query(Operation[list[Hits]], frozen=True):
    """Find for each query vector the nearest of the selected records."""

    collection: CollectionAddress
    queries: Matrix
    n_results: int
    selection: Selection
    columns: Columns

    def on_database(self, database: Database) -> list[Hits]:
        return database.query(self.collection.id, self.queries, self.n_results, self.selection, self.columns)

    def on_server(self) -> Call[list[Hits]]:
        read = reading(wire.HitsAnswer, _hits)
        return Call("POST", collection_path(self.collection, "query"), read, body=json_text(self._body()), is_read=True)

    def _body(self) -> dict[str, Any]:
        selection = self.selection
        body = {
            **_selected(selection),
            "query_embeddings": self.queries,
            "n_results": min(int(self.n_results), LARGEST_PAGE),
            "include": _included(self.columns),
        }
        if selection.offset:
            body["offset"] = min(selection.offset, LARGEST_PAGE)
        if selection.max_distance is not None:
            body["max_distance"] = selection.max_distance
        if selection.exact:
            body["exact"] = True
        return body


class Explain(Operation[Explanation], frozen=True):
    """Answer a query and tell how."""

    query: Query

    def on_database(self, database: Database) -> Explanation:
        asked = self.query
        return database.explain(asked.collection.id, asked.queries, asked.n_results, asked.selection, asked.columns)

    def on_server(self) -> Call[Explanation]:
        raise NotImplementedError(
            "explain() has no call over HTTP: run it on the server's machine with chromadb.PersistentClient(path=...)"
        )


class Search(Operation[list[SearchHits]], frozen=True):
    """Answer searches, all of one moment."""

    collection: CollectionAddress
    requests: Sequence[SearchRequest]
    read_level: ReadLevel

    def on_database(self, database: Database) -> list[SearchHits]:
        return database.search(self.collection.id, self.requests)

    def on_server(self) -> Call[list[SearchHits]]:
        body = {"searches": [request.to_dict() for request in self.requests], "read_level": self.read_level.value}
        read = reading(wire.SearchAnswer, _search_hits)
        return Call("POST", collection_path(self.collection, "search"), read, body=json_text(body), is_read=True)


class GetIndexingStatus(Operation[IndexingStatus], frozen=True):
    """Tell how far indexing has come, on a server that indexes behind the writes."""

    collection: CollectionAddress

    def on_database(self, database: Database) -> IndexingStatus:
        raise NotImplementedError("Indexing status is not implemented for Local Chroma: every write is found at once")

    def on_server(self) -> Call[IndexingStatus]:
        return Call(
            "GET", collection_path(self.collection, "indexing_status"), reading(wire.IndexingProgress, _indexing_status)
        )


class Unload(Operation[None], frozen=True):
    """Give back the memory that a collection takes in this process."""

    collection: CollectionAddress

    def on_database(self, database: Database) -> None:
        database.unload(self.collection.id)

    def on_server(self) -> Call[None]:
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
