"""A process that writes until it is killed, saying after each call what was acknowledged.

    python writer.py DIRECTORY SEED

Prints one line a call: the call's number, flushed. Call n changes records by the rules in ``history``.
"""

from __future__ import annotations

import random
import sys
from typing import Any

import numpy as np

import chromadb

BATCH = 40
DIMENSION = 8


def history(seed: int, calls: int) -> dict[str, dict[str, Any]]:
    """Return the records by id after so many calls."""
    records: dict[str, dict[str, Any]] = {}
    for call in range(calls):
        apply(seed, call, records)
    return records


def apply(seed: int, call: int, records: dict[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Apply a call to the records; return it as (method, arguments)."""
    choice = random.Random(seed * 100_003 + call)
    kind = choice.choice(["add", "add", "upsert", "update", "delete"])
    existing = sorted(records)
    if kind in ("update", "delete") and not existing:
        kind = "add"
    if kind == "delete":
        ids = choice.sample(existing, min(10, len(existing)))
        for id_ in ids:
            del records[id_]
        return "delete", {"ids": ids}
    if kind == "add":
        ids = [f"{call}-{row}" for row in range(BATCH)]
    else:
        ids = choice.sample(existing, min(BATCH // 2, len(existing)))
        if kind == "upsert":
            ids += [f"{call}-{row}" for row in range(BATCH // 2)]
    arguments = {
        "ids": ids,
        "embeddings": [[float(call), float(row), *[0.5] * (DIMENSION - 2)] for row in range(len(ids))],
        "documents": [f"call {call} row {row}" for row in range(len(ids))],
        "metadatas": [{"call": call, f"key-{call % 3}": row} for row in range(len(ids))],
    }
    for row, id_ in enumerate(ids):
        record = records.setdefault(id_, {"metadata": {}})
        record["embedding"] = arguments["embeddings"][row]
        record["document"] = arguments["documents"][row]
        record["metadata"] = {**record["metadata"], **arguments["metadatas"][row]}
    return kind, arguments


def stored(directory: str) -> dict[str, dict[str, Any]]:
    """Return the records by id that the directory holds, none when it has no collection yet."""
    with chromadb.PersistentClient(directory) as client:
        if client.count_collections() == 0:
            return {}
        found = client.get_collection("records").get(include=["documents", "metadatas", "embeddings"])
        embeddings = np.asarray(found["embeddings"]).tolist()
        columns = zip(found["ids"], found["documents"] or [], found["metadatas"] or [], embeddings, strict=True)
        return {
            id_: {"document": document, "metadata": metadata, "embedding": embedding}
            for id_, document, metadata, embedding in columns
        }


def main(directory: str, seed: int) -> None:
    """Write until killed."""
    collection = chromadb.PersistentClient(directory).create_collection("records", embedding_function=None)
    records: dict[str, dict[str, Any]] = {}
    call = 0
    while True:
        method, arguments = apply(seed, call, records)
        getattr(collection, method)(**arguments)
        call += 1
        print(call, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
