"""Records of a collection: writes, reads, queries, searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from chromadb.client.operations.operation import Operation
from chromadb.model.collection import CollectionAddress
from chromadb.model.embeddings import Matrix
from chromadb.model.explanation import Explanation
from chromadb.model.records import RecordBatch
from chromadb.model.results import (
    Columns,
    Facet,
    Hits,
    ReadLevel,
    Records,
    SearchHits,
)
from chromadb.model.selection import Selection

if TYPE_CHECKING:
    from chromadb.engine.database import Database
    from chromadb.model.expression.request import SearchRequest
    from chromadb.model.result_types import IndexingStatus


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


class Delete(Operation[int], frozen=True):
    """Delete the selected records and tell how many there were."""

    collection: CollectionAddress
    selection: Selection

    def on_database(self, database: Database) -> int:
        return database.delete(self.collection.id, self.selection)


class Count(Operation[int], frozen=True):
    """Count the records of a collection, or those that are selected."""

    collection: CollectionAddress
    read_level: ReadLevel
    selection: Selection | None

    def on_database(self, database: Database) -> int:
        return database.count(self.collection.id, self.selection)


class CountValues(Operation[list[Facet]], frozen=True):
    """Count the records that hold each value of a metadata key."""

    collection: CollectionAddress
    key: str
    selection: Selection

    def on_database(self, database: Database) -> list[Facet]:
        return database.facets(self.collection.id, self.key, self.selection)


class Get(Operation[Records], frozen=True):
    """Read the selected records."""

    collection: CollectionAddress
    selection: Selection
    columns: Columns

    def on_database(self, database: Database) -> Records:
        return database.get(self.collection.id, self.selection, self.columns)


class Query(Operation[list[Hits]], frozen=True):
    """Find for each query vector the nearest of the selected records."""

    collection: CollectionAddress
    queries: Matrix
    n_results: int
    selection: Selection
    columns: Columns

    def on_database(self, database: Database) -> list[Hits]:
        return database.query(self.collection.id, self.queries, self.n_results, self.selection, self.columns)


class Explain(Operation[Explanation], frozen=True):
    """Answer a query and tell how."""

    query: Query

    def on_database(self, database: Database) -> Explanation:
        asked = self.query
        return database.explain(asked.collection.id, asked.queries, asked.n_results, asked.selection, asked.columns)


class Search(Operation[list[SearchHits]], frozen=True):
    """Answer searches, all of one moment."""

    collection: CollectionAddress
    requests: Sequence[SearchRequest]
    read_level: ReadLevel

    def on_database(self, database: Database) -> list[SearchHits]:
        return database.search(self.collection.id, self.requests)


class GetIndexingStatus(Operation["IndexingStatus"], frozen=True):
    """Tell how far indexing has come, on a server that indexes behind the writes."""

    collection: CollectionAddress

    def on_database(self, database: Database) -> IndexingStatus:
        raise NotImplementedError("Indexing status is not implemented for Local Chroma: every write is found at once")


class Unload(Operation[None], frozen=True):
    """Give back the memory that a collection takes in this process."""

    collection: CollectionAddress

    def on_database(self, database: Database) -> None:
        database.unload(self.collection.id)
