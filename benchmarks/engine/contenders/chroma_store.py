"""Our package and the official one, through nothing but the API they share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromadb
from benchmarks.engine.contender import RESULTS, Vector, name_of
from benchmarks.engine.data import Batch
from benchmarks.engine.filters import Where

_COLLECTION = "records"
_COLUMNS: Any = ["documents", "metadatas", "distances"]


def version() -> str:
    """Return the version of the package."""
    return chromadb.__version__


class ChromaStore:
    """A persistent client with one collection."""

    efforts: tuple[int, ...] = ()

    def __init__(self, client: Any, collection: Any) -> None:
        self._client = client
        self._collection = collection

    @property
    def collection(self) -> Any:
        """The collection itself."""
        return self._collection

    def add(self, batch: Batch) -> None:
        """Add records."""
        self._collection.add(**_fields(batch))

    def finish(self) -> None:
        """Compact, where the package can be asked to."""
        compact = getattr(self._client, "compact", None)
        if compact is not None:
            compact()

    def set_effort(self, effort: int) -> None:
        """Refuse: only the default is measured."""
        raise ValueError("the search effort of this contender is its default")

    def query(self, vector: Vector, where: Where | None) -> list[Any]:
        """Return the ids of the 10 nearest, with documents, metadatas and distances fetched."""
        found = self._collection.query(query_embeddings=[vector], n_results=RESULTS, where=where, include=_COLUMNS)
        return list(found["ids"][0])

    def query_many(self, vectors: Any) -> list[list[Any]]:
        """Return the same for each vector, in one call."""
        return list(self._collection.query(query_embeddings=vectors, n_results=RESULTS, include=_COLUMNS)["ids"])

    def get(self, where: Where, *, contents: bool) -> int:
        """Return how many records match."""
        columns: Any = ["documents", "metadatas"] if contents else []
        return len(self._collection.get(where=where, include=columns)["ids"])

    def upsert(self, batch: Batch) -> None:
        """Replace records."""
        self._collection.upsert(**_fields(batch))

    def delete(self, rows: list[int]) -> None:
        """Delete records."""
        self._collection.delete(ids=[name_of(row) for row in rows])

    def close(self) -> None:
        """Close the client."""
        self._client.close()


def create(folder: Path, dimension: int, space: str, *, contents: bool, index: str = "hnsw") -> ChromaStore:
    """Create the collection, with nothing but the space configured. index: hnsw or spann."""
    client = chromadb.PersistentClient(str(folder))
    configuration: Any = {index: {"space": space}}
    return ChromaStore(
        client, client.create_collection(_COLLECTION, embedding_function=None, configuration=configuration)
    )


def open(folder: Path, dimension: int, space: str) -> ChromaStore:  # noqa: A001 - the door every contender has
    """Open the collection."""
    client = chromadb.PersistentClient(str(folder))
    return ChromaStore(client, client.get_collection(_COLLECTION, embedding_function=None))


def _fields(batch: Batch) -> dict[str, Any]:
    contents = {"documents": batch.documents, "metadatas": batch.metadatas} if batch.documents else {}
    return {"ids": [name_of(row) for row in batch.rows], "embeddings": batch.vectors, **contents}
