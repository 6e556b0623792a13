"""A process of a crowd that works on one collection: a writer of records of its own, or a reader of everybody's.

    python -m faults.crowd DIRECTORY writer|reader NUMBER

Writers count the calls that have been acknowledged in a file that all have mapped, and readers look there before and
after each read: what was acknowledged before must be seen, and what had not begun after cannot be. Readers count, too.
Ends when the last number in the file is not zero.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import chromadb
from chromadb.api import ClientAPI

from . import history
from .small_steps import SMALL, compacting

WRITERS = 4
READERS = 4
ROWS = 8
KEPT_ROUNDS = 5
NAME = "crowd"

Counts = npt.NDArray[np.int64]
Records = dict[str, dict[str, Any]]


def mapped_counts(directory: Path) -> Counts:
    """Return the mapped file: calls of each writer, reads of each reader, whether to end."""
    file = directory.with_suffix(".counts")
    if not file.exists():
        file.write_bytes(bytes(8 * (WRITERS + READERS + 1)))
    return np.memmap(file, dtype=np.int64, mode="r+")


def call(writer: int, number: int) -> tuple[str, dict[str, Any]]:
    """Return a writer's call as (method, arguments): replace the same rows, add some, delete those of rounds ago."""
    round_, phase = divmod(number, 3)
    if phase == 2:
        ids = [f"{writer}-{round_ - KEPT_ROUNDS}-{row}" for row in range(ROWS)]
        return "delete", {"ids": ids}
    vectors = np.random.default_rng([writer, number]).normal(size=(ROWS, history.DIMENSION)).astype(np.float32)
    name = "same" if phase == 0 else str(round_)
    return "add" if phase else "upsert", {
        "ids": [f"{writer}-{name}-{row}" for row in range(ROWS)],
        "embeddings": vectors.tolist(),
        "documents": [f"writer {writer} call {number}"] * ROWS,
        "metadatas": [{"writer": writer, "call": number}] * ROWS,
    }


def records_after(writer: int, calls: int) -> Records:
    """Return the records of a writer by id after so many calls."""
    records: Records = {}
    # What older calls left has been replaced or deleted since.
    for number in range(max(0, calls - 3 * (KEPT_ROUNDS + 3)), calls):
        method, arguments = call(writer, number)
        for row, id_ in enumerate(arguments["ids"]):
            if method == "delete":
                records.pop(id_, None)
            else:
                records[id_] = {
                    "embedding": arguments["embeddings"][row],
                    "document": arguments["documents"][row],
                    "metadata": arguments["metadatas"][row],
                }
    oldest = (calls - 1) // 3 - KEPT_ROUNDS - 1
    return {id_: one for id_, one in records.items() if "same" in id_ or int(id_.split("-")[1]) >= oldest}


def write(client: ClientAPI, counts: Counts, writer: int) -> None:
    """Write until told to end."""
    chance = random.Random(writer)
    collection = client.get_collection(NAME)
    while not counts[-1]:
        method, arguments = call(writer, int(counts[writer]))
        getattr(collection, method)(**arguments)
        counts[writer] += 1
        if chance.random() < 0.02:
            client.compact()


def read(client: ClientAPI, counts: Counts, reader: int) -> None:
    """Read until told to end, in every way there is."""
    chance = random.Random(reader)
    collection = client.get_collection(NAME)
    while not counts[-1]:
        writer = chance.randrange(WRITERS)
        filters: dict[str, Any] = chance.choice(
            [{}, {"where": {"writer": writer}}, {"where_document": {"$contains": f"writer {writer} "}}]
        )
        look = chance.choice([found_by_get, found_by_query])
        before = int(counts[writer])
        seen = look(collection, filters)
        after = int(counts[writer])
        if not filters:
            seen = {id_: record for id_, record in seen.items() if id_.startswith(f"{writer}-")}
        # One call more may have been committed, but not acknowledged.
        possible = [records_after(writer, calls) for calls in range(before, after + 2)]
        assert seen in possible, (look.__name__, filters, before, after, sorted(seen))
        counts[WRITERS + reader] += 1
        if chance.random() < 0.05:
            client.unload_collection(NAME)


def found_by_get(collection: chromadb.Collection, filters: dict[str, Any]) -> Records:
    """Return what ``get`` returns."""
    got = collection.get(include=["documents", "metadatas", "embeddings"], **filters)
    return _records(got["ids"], got["documents"] or [], got["metadatas"] or [], np.asarray(got["embeddings"]).tolist())


def found_by_query(collection: chromadb.Collection, filters: dict[str, Any]) -> Records:
    """Return what a query for the nearest of all records returns; assert that its distances are right."""
    vector = np.random.default_rng().normal(size=history.DIMENSION).astype(np.float32)
    include: chromadb.Include = ["documents", "metadatas", "embeddings", "distances"]
    found = collection.query(query_embeddings=[vector], n_results=10_000, include=include, **filters)
    embeddings = np.asarray((found["embeddings"] or [[]])[0], dtype=np.float32).reshape(-1, history.DIMENSION)
    true = np.square(embeddings - vector).sum(axis=1)
    np.testing.assert_allclose((found["distances"] or [[]])[0], true, atol=history.TOLERANCE)
    assert (np.diff(true) > -history.TOLERANCE).all()
    return _records(
        found["ids"][0], (found["documents"] or [[]])[0], (found["metadatas"] or [[]])[0], embeddings.tolist()
    )


def _records(ids: list[str], documents: list[Any], metadatas: list[Any], embeddings: list[Any]) -> Records:
    return {
        id_: {"document": document, "metadata": metadata, "embedding": embedding}
        for id_, document, metadata, embedding in zip(ids, documents, metadatas, embeddings, strict=True)
    }


def main(directory: Path, kind: str, number: int) -> None:
    """Work until told to end."""
    counts = mapped_counts(directory)
    with compacting(SMALL), chromadb.PersistentClient(directory) as client:
        work = write if kind == "writer" else read
        work(client, counts, number)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
