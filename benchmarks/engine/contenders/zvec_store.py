"""zvec: a graph index at its defaults, inverted indexes on the metadata keys."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import zvec

from benchmarks.engine.contender import RESULTS, Unsupported, Vector, name_of
from benchmarks.engine.data import Batch
from benchmarks.engine.filters import Where, sql

_GET_MAX = 1024
_WRITE_MAX = 1024
_SPACES = {"l2": "L2", "cosine": "COSINE", "ip": "IP"}
_KEYS = {"number": "INT64", "score": "DOUBLE", "category": "STRING", "user": "STRING", "flag": "BOOL"}


def version() -> str:
    """Return the version of the package."""
    return importlib.metadata.version("zvec")


class ZvecStore:
    """An open collection."""

    efforts: tuple[int, ...] = (100, 200, 300, 500, 800, 1200, 2000)

    def __init__(self, collection: Any) -> None:
        self._collection = collection
        self._parameters: Any = None

    def add(self, batch: Batch) -> None:
        """Insert records and wait until they are on disk."""
        _in_parts(self._collection.insert, _documents(batch))
        self._collection.flush()

    def finish(self) -> None:
        """Build the graph over all that was added."""
        self._collection.optimize()
        self._collection.flush()

    def set_effort(self, effort: int) -> None:
        """Set ef."""
        self._parameters = zvec.HnswQueryParam(ef=effort)

    def query(self, vector: Vector, where: Where | None) -> list[Any]:
        """Return the ids of the 10 nearest, with all fields fetched."""
        question = zvec.Query(field_name="vector", vector=vector, param=self._parameters)
        condition = None if where is None else sql(where)
        return [found.id for found in self._collection.query(question, topk=RESULTS, filter=condition)]

    def query_many(self, vectors: Any) -> list[list[Any]]:
        """Return the same for each vector, one after the other: there is no call for many."""
        return [self.query(vector, None) for vector in vectors]

    def get(self, where: Where, *, contents: bool) -> int:
        """Return how many records match. Raises Unsupported where they are more than the API returns."""
        fields = None if contents else []
        found = self._collection.query(topk=_GET_MAX, filter=sql(where), output_fields=fields)
        if len(found) == _GET_MAX:
            raise Unsupported
        return len(found)

    def upsert(self, batch: Batch) -> None:
        """Replace records and wait until they are on disk."""
        _in_parts(self._collection.upsert, _documents(batch))
        self._collection.flush()

    def delete(self, rows: list[int]) -> None:
        """Delete records and wait until that is on disk."""
        _in_parts(self._collection.delete, [name_of(row) for row in rows])
        self._collection.flush()

    def close(self) -> None:
        """Close the collection."""
        self._collection.close()


def create(folder: Path, dimension: int, space: str, *, contents: bool) -> ZvecStore:
    """Create the collection."""
    _initialise()
    fields: list[Any] = []
    if contents:
        fields.append(zvec.FieldSchema("document", zvec.DataType.STRING))
        for key, kind in _KEYS.items():
            index = zvec.InvertIndexParam(enable_range_optimization=key == "score")
            fields.append(zvec.FieldSchema(key, getattr(zvec.DataType, kind), index_param=index))
    graph = zvec.HnswIndexParam(metric_type=getattr(zvec.MetricType, _SPACES[space]))
    vectors = zvec.VectorSchema("vector", zvec.DataType.VECTOR_FP32, dimension, index_param=graph)
    schema = zvec.CollectionSchema(name="records", fields=fields, vectors=[vectors])
    return ZvecStore(zvec.create_and_open(str(folder / "collection"), schema))


def open(folder: Path, dimension: int, space: str) -> ZvecStore:  # noqa: A001 - the door every contender has
    """Open the collection."""
    _initialise()
    return ZvecStore(zvec.open(str(folder / "collection")))


@cache
def _initialise() -> None:
    """Set up the library, which it accepts once a process."""
    zvec.init(log_level=zvec.LogLevel.ERROR)


def _documents(batch: Batch) -> list[Any]:
    if not batch.documents:
        return [
            zvec.Doc(id=name_of(row), vectors={"vector": vector})
            for row, vector in zip(batch.rows, batch.vectors, strict=True)
        ]
    return [
        zvec.Doc(id=name_of(row), vectors={"vector": vector}, fields={"document": document, **metadata})
        for row, vector, document, metadata in zip(
            batch.rows, batch.vectors, batch.documents, batch.metadatas, strict=True
        )
    ]


def _in_parts(action: Callable[[list[Any]], list[Any]], values: list[Any]) -> None:
    for start in range(0, len(values), _WRITE_MAX):
        failed = [status for status in action(values[start : start + _WRITE_MAX]) if not status.ok()]
        if failed:
            raise RuntimeError(f"{len(failed)} records were refused: {failed[0]}")
