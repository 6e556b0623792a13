"""FAISS alone: codes and exact rescoring with documents and metadata in Python lists; written once, by finish()."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine.contender import Unsupported, Vector
from benchmarks.engine.data import Batch
from benchmarks.engine.filters import Where, mask
from benchmarks.engine.kernel import Kernel, one_thread


def version() -> str:
    """Return the version of the package."""
    return importlib.metadata.version("faiss-cpu")


class FaissStore:
    """Arrays and lists in memory. Nothing is durable before finish(), nothing can be changed."""

    efforts: tuple[int, ...] = ()

    def __init__(self, folder: Path, space: str, vectors: list[Any], contents: list[Any]) -> None:
        self._folder = folder
        self._space = space
        self._vectors = vectors
        self._contents = contents
        self._kernel: Kernel | None = None
        self._columns: dict[str, Any] = {}
        self._written = bool(vectors)

    def add(self, batch: Batch) -> None:
        """Keep records in memory."""
        self._vectors.append(batch.vectors)
        self._contents += zip(batch.documents, batch.metadatas, strict=True)
        self._kernel = None

    def finish(self) -> None:
        """Write everything."""
        self._index().write(self._folder)
        np.save(self._folder / "vectors.npy", self._vectors[0])
        (self._folder / "contents.json").write_text(json.dumps(self._contents), encoding="utf-8")

    def set_effort(self, effort: int) -> None:
        """Refuse: only the default is measured."""
        raise ValueError("the search effort of this contender is its default")

    def query(self, vector: Vector, where: Where | None) -> list[Any]:
        """Return the rows of the 10 nearest, with documents and metadata looked up."""
        index = self._index()
        with one_thread():
            if where is None:
                rows = index.query(vector)
            else:
                rows = index.query_masked(vector, mask(where, self._columns, len(self._contents)))
        if self._contents:
            [self._contents[row] for row in rows]
        return rows

    def query_many(self, vectors: Any) -> list[list[Any]]:
        """Return the same for each vector, one after the other."""
        return [self.query(vector, None) for vector in vectors]

    def get(self, where: Where, *, contents: bool) -> int:
        """Return how many records match."""
        self._index()
        rows = np.flatnonzero(mask(where, self._columns, len(self._contents))).tolist()
        return len([self._contents[row] for row in rows] if contents else rows)

    def upsert(self, batch: Batch) -> None:
        """Refuse: the codes cannot be changed."""
        raise Unsupported

    def delete(self, rows: list[int]) -> None:
        """Refuse: the codes cannot be changed."""
        raise Unsupported

    def close(self) -> None:
        """Forget everything."""
        self._kernel = None

    def _index(self) -> Kernel:
        if self._kernel is None:
            self._vectors = [np.concatenate(self._vectors)]
            self._kernel = Kernel(self._vectors[0], self._space, self._folder if self._written else None)
            keys = self._contents[0][1] if self._contents else {}
            self._columns = {key: np.array([metadata[key] for _, metadata in self._contents]) for key in keys}
        return self._kernel


def create(folder: Path, dimension: int, space: str, *, contents: bool) -> FaissStore:
    """Start with nothing."""
    return FaissStore(folder, space, [], [])


def open(folder: Path, dimension: int, space: str) -> FaissStore:  # noqa: A001 - the door every contender has
    """Read what finish() wrote; with the codes."""
    contents = json.loads((folder / "contents.json").read_text(encoding="utf-8"))
    return FaissStore(folder, space, [np.load(folder / "vectors.npy")], contents)
