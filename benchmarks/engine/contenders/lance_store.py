"""lancedb: exact until finish() builds an inverted file with a graph in each list, scalar indexes on the keys."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa

from benchmarks.engine.contender import RESULTS, Vector, name_of
from benchmarks.engine.data import Batch
from benchmarks.engine.filters import Where, sql

_KEYS = {
    "number": pa.int64(),
    "score": pa.float64(),
    "category": pa.string(),
    "user": pa.string(),
    "flag": pa.bool_(),
}
_SMALL_VOCABULARIES = ("category", "flag")
_SPACES = {"l2": "l2", "cosine": "cosine", "ip": "dot"}
_REFINED = 10


def version() -> str:
    """Return the version of the package."""
    return importlib.metadata.version("lancedb")


class LanceStore:
    """An open table."""

    efforts: tuple[int, ...] = (10, 20, 50, 100, 200, 400)

    def __init__(self, table: Any, space: str) -> None:
        self._table = table
        self._space = _SPACES[space]
        self._probes: int | None = None

    def add(self, batch: Batch) -> None:
        """Append records as a new fragment."""
        self._table.add(_arrow(batch, self._table.schema))

    def finish(self) -> None:
        """Build the vector index and the scalar indexes, and merge fragments."""
        self._table.optimize()
        self._table.create_index(metric=self._space, index_type="IVF_HNSW_SQ", vector_column_name="vector")
        for key in _KEYS:
            if key in self._table.schema.names:
                kind = "BITMAP" if key in _SMALL_VOCABULARIES else "BTREE"
                self._table.create_scalar_index(key, index_type=kind)
        self._table.optimize()

    def set_effort(self, effort: int) -> None:
        """Set the number of lists that are looked at."""
        self._probes = effort

    def query(self, vector: Vector, where: Where | None) -> list[Any]:
        """Return the ids of the 10 nearest, with all columns but the vector fetched."""
        columns = [name for name in self._table.schema.names if name != "vector"]
        search = self._table.search(vector, vector_column_name="vector").distance_type(self._space)
        search = search.limit(RESULTS).select([*columns, "_distance"]).refine_factor(_REFINED)
        if self._probes is not None:
            search = search.nprobes(self._probes)
        if where is not None:
            search = search.where(sql(where), prefilter=True)
        return [found["id"] for found in search.to_list()]

    def query_many(self, vectors: Any) -> list[list[Any]]:
        """Return the same for each vector, one after the other."""
        return [self.query(vector, None) for vector in vectors]

    def get(self, where: Where, *, contents: bool) -> int:
        """Return how many records match."""
        columns = [name for name in self._table.schema.names if name != "vector"] if contents else ["id"]
        return len(self._table.search().where(sql(where)).limit(None).select(columns).to_list())

    def upsert(self, batch: Batch) -> None:
        """Replace records by id."""
        merge = self._table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
        merge.execute(_arrow(batch, self._table.schema))

    def delete(self, rows: list[int]) -> None:
        """Delete records by id."""
        self._table.delete(f"id IN ({', '.join(repr(name_of(row)) for row in rows)})")

    def close(self) -> None:
        """Do nothing: every write is on disk."""


def create(folder: Path, dimension: int, space: str, *, contents: bool) -> LanceStore:
    """Create the table."""
    fields = [pa.field("id", pa.string()), pa.field("vector", pa.list_(pa.float32(), dimension))]
    if contents:
        fields.append(pa.field("document", pa.string()))
        fields += [pa.field(key, kind) for key, kind in _KEYS.items()]
    return LanceStore(lancedb.connect(str(folder)).create_table("records", schema=pa.schema(fields)), space)


def open(folder: Path, dimension: int, space: str) -> LanceStore:  # noqa: A001 - the door every contender has
    """Open the table."""
    return LanceStore(lancedb.connect(str(folder)).open_table("records"), space)


def _arrow(batch: Batch, schema: Any) -> Any:
    flat = pa.array(np.ascontiguousarray(batch.vectors).reshape(-1))
    columns: dict[str, Any] = {
        "id": [name_of(row) for row in batch.rows],
        "vector": pa.FixedSizeListArray.from_arrays(flat, batch.vectors.shape[1]),
    }
    if batch.documents:
        columns["document"] = batch.documents
        columns |= {key: [metadata[key] for metadata in batch.metadatas] for key in _KEYS}
    return pa.table(columns, schema=schema)
