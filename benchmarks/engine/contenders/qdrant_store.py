"""qdrant-edge: one shard, payload indexes on the metadata keys, the graph built by optimize().

Flags are stored as 0 and 1: in version 0.9 a condition on a bool matches nothing, as the binding makes it a number.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

import qdrant_edge as edge

from benchmarks.engine.contender import RESULTS, Vector
from benchmarks.engine.data import Batch
from benchmarks.engine.filters import Where

_GET_MAX = 1_000_000
_SPACES = {"l2": "Euclid", "cosine": "Cosine", "ip": "Dot"}
_KEYS = {"number": "Integer", "score": "Float", "category": "Keyword", "user": "Keyword", "flag": "Integer"}


def version() -> str:
    """Return the version of the package."""
    return importlib.metadata.version("qdrant-edge-py")


class QdrantStore:
    """An open shard. Ids are the row numbers, since text is not accepted."""

    efforts: tuple[int, ...] = (100, 200, 400, 800, 1600)

    def __init__(self, shard: Any) -> None:
        self._shard = shard
        self._parameters: Any = None

    def add(self, batch: Batch) -> None:
        """Upsert records; the write-ahead log has them afterwards."""
        self._shard.update(edge.UpdateOperation.upsert_points(_points(batch)))

    def finish(self) -> None:
        """Merge and index all segments."""
        self._shard.optimize()
        self._shard.flush()

    def set_effort(self, effort: int) -> None:
        """Set ef."""
        self._parameters = edge.SearchParams(hnsw_ef=effort)

    def query(self, vector: Vector, where: Where | None) -> list[Any]:
        """Return the ids of the 10 nearest, with the payload fetched."""
        return [(point.payload, point.id)[1] for point in self._shard.query(self._request(vector, where))]

    def query_many(self, vectors: Any) -> list[list[Any]]:
        """Return the same for each vector, in one call."""
        requests = edge.QueryBatchRequest([self._request(vector, None) for vector in vectors])
        return [[(point.payload, point.id)[1] for point in found] for found in self._shard.query_batch(requests)]

    def get(self, where: Where, *, contents: bool) -> int:
        """Return how many records match."""
        request = edge.ScrollRequest(limit=_GET_MAX, filter=_filter(where), with_payload=contents, with_vector=False)
        found, _ = self._shard.scroll(request)
        return len([(record.payload, record.id) for record in found])

    def upsert(self, batch: Batch) -> None:
        """Replace records."""
        self.add(batch)

    def delete(self, rows: list[int]) -> None:
        """Delete records."""
        self._shard.update(edge.UpdateOperation.delete_points(list(rows)))

    def close(self) -> None:
        """Close the shard."""
        self._shard.flush()
        self._shard.close()

    def _request(self, vector: Vector, where: Where | None) -> Any:
        return edge.QueryRequest(
            limit=RESULTS,
            query=edge.Query.Nearest(vector, using="vector"),
            filter=None if where is None else _filter(where),
            params=self._parameters,
            with_payload=True,
        )


def create(folder: Path, dimension: int, space: str, *, contents: bool) -> QdrantStore:
    """Create the shard."""
    vectors = {"vector": edge.EdgeVectorParams(size=dimension, distance=getattr(edge.Distance, _SPACES[space]))}
    shard = edge.EdgeShard.create(str(folder), edge.EdgeConfig(vectors=vectors))
    if contents:
        for key, kind in _KEYS.items():
            schema = getattr(edge.PayloadSchemaType, kind)
            shard.update(edge.UpdateOperation.create_field_index(key, schema))
    return QdrantStore(shard)


def open(folder: Path, dimension: int, space: str) -> QdrantStore:  # noqa: A001 - the door every contender has
    """Open the shard."""
    return QdrantStore(edge.EdgeShard.load(str(folder)))


def _points(batch: Batch) -> list[Any]:
    if not batch.documents:
        return [edge.Point(row, {"vector": vector}) for row, vector in zip(batch.rows, batch.vectors, strict=True)]
    return [
        edge.Point(row, {"vector": vector}, {"document": document, **metadata, "flag": int(metadata["flag"])})
        for row, vector, document, metadata in zip(
            batch.rows, batch.vectors, batch.documents, batch.metadatas, strict=True
        )
    ]


def _filter(where: Where) -> Any:
    return edge.Filter(must=_conditions(where))


def _conditions(where: Where) -> list[Any]:
    ((key, operand),) = where.items()
    if key == "$and":
        return [condition for part in operand for condition in _conditions(part)]
    if not isinstance(operand, dict):
        return [edge.FieldCondition(key, match=edge.MatchValue(int(operand) if isinstance(operand, bool) else operand))]
    ((operator, operand),) = operand.items()
    if operator == "$in":
        return [edge.FieldCondition(key, match=edge.MatchAny(operand))]
    bound = edge.RangeFloat(gte=operand) if operator == "$gte" else edge.RangeFloat(lt=operand)
    return [edge.FieldCondition(key, range=bound)]
