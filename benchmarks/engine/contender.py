"""What a database under measurement must offer; each module of contenders/ offers it in its own way."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from benchmarks.engine.data import Batch
from benchmarks.engine.filters import Where

Vector = npt.NDArray[np.float32]

RESULTS = 10
NAMES = ("ours", "official", "zvec", "qdrant", "lancedb", "faiss")
TITLES = {
    "ours": "this package",
    "official": "chromadb 1.5.9",
    "zvec": "zvec",
    "qdrant": "qdrant-edge",
    "lancedb": "lancedb",
    "faiss": "faiss alone",
}


class Store(Protocol):
    """An open database with one collection of records. Records are known by their row number outside."""

    efforts: tuple[int, ...]
    """What search effort may be set to, in order of time; empty where only the default is to be measured."""

    def add(self, batch: Batch) -> None:
        """Add records; they may be searchable later, but are accepted."""

    def finish(self) -> None:
        """Do all work that is left to do in the background or that the maintainer recommends after loading."""

    def set_effort(self, effort: int) -> None:
        """Use one of ``efforts`` from now on."""

    def query(self, vector: Vector, where: Where | None) -> list[Any]:
        """Return the ids of the 10 nearest records; their documents and metadata are fetched as well."""

    def query_many(self, vectors: npt.NDArray[np.float32]) -> list[list[Any]]:
        """Return the same for each vector, in the way that suits many queries best."""

    def get(self, where: Where, *, contents: bool) -> int:
        """Fetch the ids of the records that match, and on demand documents and metadata; return how many there are."""

    def upsert(self, batch: Batch) -> None:
        """Replace records."""

    def delete(self, rows: list[int]) -> None:
        """Delete records."""

    def close(self) -> None:
        """Close the database. Everything is on disk afterwards."""


class Contender(Protocol):
    """A module of contenders/."""

    def version(self) -> str:
        """Return the version of the package."""

    def create(self, folder: Path, dimension: int, space: str, *, contents: bool) -> Store:
        """Create the database in an empty folder. contents: whether records have documents and metadata."""

    def open(self, folder: Path, dimension: int, space: str) -> Store:
        """Open the database that an earlier process made."""


class Unsupported(Exception):  # noqa: N818 - a fact about a contender, not an error
    """The contender cannot do this."""


def load(name: str) -> Contender:
    """Import the module of a contender, and with it the package."""
    module = {"ours": "chroma", "official": "chroma", "lancedb": "lance"}.get(name, name)
    loaded: Any = importlib.import_module(f"benchmarks.engine.contenders.{module}_store")
    return loaded  # type: ignore[no-any-return]


def name_of(row: int) -> str:
    """Return the id of a record where ids are text."""
    return f"record-{row}"


def row_of(identifier: Any) -> int:
    """Return the row of a record from its id."""
    return int(str(identifier).removeprefix("record-"))
