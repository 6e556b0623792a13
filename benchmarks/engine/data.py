"""The records, queries and changes of a run, laid out in files that the process of every contender reads.

Batches are read one at a time, so that what a contender's process holds is the contender's.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import dataset
from benchmarks.engine import filters, truth
from benchmarks.engine.vectors import Matrix, Source

BATCH = 5_000
QUERIES = 320
PROBES = 50
"""The first queries, whose nearest rows the worker knows, to see whether all is searchable."""

CHANGE_RUNS = 5
SINGLE_ADDS = 30
_CHANGED = 1_000
_SMALLEST_PART = 20
_DRAWN = 50_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records: rows are their numbers, vectors has shape (rows, dimension); without contents both are empty."""

    rows: list[int]
    vectors: Matrix
    documents: list[str]
    metadatas: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Work:
    """A set of records in a folder. space: l2, cosine or ip. contents: whether there are documents and metadata."""

    folder: Path
    records: int
    dimension: int
    space: str
    contents: bool

    def batch(self, start: int, stop: int) -> Batch:
        """Read the records of some rows, within one batch of 5,000."""
        vectors = _read_rows(self.folder / "vectors.f32", self.dimension, start, stop)
        documents: list[str] = []
        metadatas: list[dict[str, Any]] = []
        if self.contents:
            number, first = start // BATCH, start // BATCH * BATCH
            documents, metadatas = _load(self.folder / "contents" / f"{number:05}.json")
            documents, metadatas = documents[start - first : stop - first], metadatas[start - first : stop - first]
        return Batch(list(range(start, stop)), vectors, documents, metadatas)

    def batches(self, start: int = 0, stop: int | None = None) -> Iterator[Batch]:
        """Read rows from start to stop, all by default, in batches of 5,000. start: a multiple of 5,000."""
        end = self.records if stop is None else stop
        for first in range(start, end, BATCH):
            yield self.batch(first, min(first + BATCH, end))

    def vectors(self) -> Matrix:
        """Map all vectors; shape (records, dimension)."""
        shape = (self.records, self.dimension)
        return np.memmap(self.folder / "vectors.f32", dtype=np.float32, mode="r", shape=shape)

    def queries(self) -> Matrix:
        """Read the queries; shape (320, dimension)."""
        return np.asarray(np.load(self.folder / "queries.npy"))

    def plan(self) -> dict[str, Any]:
        """Read the filters by family, the rows of each upsert and delete, and the nearest rows of the first queries."""
        return dict(_load(self.folder / "plan.json"))

    def replacements(self, run: int) -> Matrix:
        """Read the new vectors of an upsert; shape (rows of the upsert, dimension)."""
        count = changed(self.records)
        return _read_rows(self.folder / "replacements.f32", self.dimension, run * count, (run + 1) * count)

    def contents_of(self, rows: list[int]) -> tuple[list[str], list[dict[str, Any]]]:
        """Read the documents and metadata of any rows, in their order."""
        found: dict[int, tuple[str, dict[str, Any]]] = {}
        for number in sorted({row // BATCH for row in rows}):
            documents, metadatas = _load(self.folder / "contents" / f"{number:05}.json")
            within = [row for row in rows if row // BATCH == number]
            found |= {row: (documents[row % BATCH], metadatas[row % BATCH]) for row in within}
        return [found[row][0] for row in rows], [found[row][1] for row in rows]

    def columns(self) -> filters.Columns:
        """Return the metadata of all records by key."""
        metadatas = [metadata for batch in self.batches() for metadata in batch.metadatas]
        return {key: np.array([metadata[key] for metadata in metadatas]) for key in metadatas[0]} if metadatas else {}


def sources_of_contents(rows: list[int]) -> list[int]:
    """Return whose documents and metadata the records of an upsert get: each those of the next, so that all change."""
    return [*rows[1:], rows[0]]


def changed(records: int) -> int:
    """Return how many records an upsert or a delete changes: 1,000, or a twentieth of a small set."""
    return min(_CHANGED, records // _SMALLEST_PART)


def make(folder: Path, draw: Source, records: int, dimension: int, space: str, *, contents: bool) -> Work:
    """Write a set of records into a new folder."""
    folder.mkdir()
    queries = draw(QUERIES)
    np.save(folder / "queries.npy", queries)
    with (folder / "vectors.f32").open("wb") as file:
        for start in range(0, records, _DRAWN):
            draw(min(_DRAWN, records - start)).tofile(file)
    work = Work(folder, records, dimension, space, contents)
    plan: dict[str, Any] = {
        "nearest": truth.nearest(work.vectors(), queries[:PROBES], np.arange(records), space).tolist()
    }
    if contents:
        _write_contents(work)
        count = changed(records)
        draw(CHANGE_RUNS * count).tofile(folder / "replacements.f32")
        rows = random.Random(dataset.SEED).sample(range(records), 2 * CHANGE_RUNS * count)
        parts = [rows[start : start + count] for start in range(0, len(rows), count)]
        plan |= {
            "filters": filters.families(),
            "gets": filters.for_gets(),
            "upserts": parts[:CHANGE_RUNS],
            "deletes": parts[CHANGE_RUNS:],
        }
    _dump(folder / "plan.json", plan)
    _dump(folder / "work.json", {**asdict(work), "folder": ""})
    return work


def opened(folder: Path) -> Work:
    """Return the set of records that lies in a folder."""
    return Work(**{**_load(folder / "work.json"), "folder": folder})


def _write_contents(work: Work) -> None:
    words = random.Random(dataset.SEED)
    known = dataset.vocabulary(words)
    (work.folder / "contents").mkdir()
    for number, start in enumerate(range(0, work.records, BATCH)):
        rows = range(start, min(start + BATCH, work.records))
        documents = [dataset.document(words, known, row) for row in rows]
        metadatas = [dataset.metadata(words, work.records) for _ in rows]
        _dump(work.folder / "contents" / f"{number:05}.json", [documents, metadatas])


def _read_rows(path: Path, dimension: int, start: int, stop: int) -> Matrix:
    count, offset = (stop - start) * dimension, 4 * start * dimension
    return np.fromfile(path, dtype=np.float32, count=count, offset=offset).reshape(-1, dimension)


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
