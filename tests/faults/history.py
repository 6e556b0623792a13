"""What a collection should hold after so many calls, and whether it does: a dict of records and exact search.

Call n of a seed is a function of the records before it, so every process and every test agrees on what it was.
"""

from __future__ import annotations

import functools
import random
from typing import Any

import numpy as np
import numpy.typing as npt

import chromadb
from chromadb.api import ClientAPI

BATCH = 40
DIMENSION = 64
NAME = "records"
TOLERANCE = 1e-4

Records = dict[str, dict[str, Any]]
Vector = npt.NDArray[np.float32]


def records_after(seed: int, calls: int) -> Records:
    """Return the records by id after so many calls; not to be changed."""
    states = _states(seed)
    while len(states) <= calls:
        # Lists within a record are replaced, never changed.
        following = {id_: dict(record) for id_, record in states[-1].items()}
        apply(seed, len(states) - 1, following)
        states.append(following)
    return states[calls]


@functools.cache
def _states(seed: int) -> list[Records]:
    return [{}]


@functools.cache
def call_after(seed: int, calls: int) -> tuple[str, dict[str, Any]]:
    """Return the call that follows so many calls, as (method, arguments)."""
    return apply(seed, calls, {id_: dict(record) for id_, record in records_after(seed, calls).items()})


def apply(seed: int, call: int, records: Records) -> tuple[str, dict[str, Any]]:
    """Apply a call to the records; return it as (method, arguments)."""
    choice = random.Random(seed * 100_003 + call)
    existing = sorted(records)
    kinds = ["add", "add", "upsert", "update", "metadata", "delete", "delete where"]
    kind = choice.choice(kinds) if len(existing) > BATCH else "add"
    if kind == "delete":
        ids = choice.sample(existing, 10)
        for id_ in ids:
            del records[id_]
        return "delete", {"ids": ids}
    if kind == "delete where":
        key = f"key-{call % 3}"
        for id_ in [id_ for id_ in existing if records[id_]["metadata"].get(key, -1) >= BATCH - 4]:
            del records[id_]
        return "delete", {"where": {key: {"$gte": BATCH - 4}}}
    if kind == "add":
        ids = [f"{call}-{row}" for row in range(BATCH)]
    else:
        ids = choice.sample(existing, BATCH // 2)
        if kind == "upsert":
            ids += [f"{call}-{row}" for row in range(BATCH // 2)]
    metadatas = [{"call": call, f"key-{call % 3}": row} for row in range(len(ids))]
    for id_, metadata in zip(ids, metadatas, strict=True):
        record = records.setdefault(id_, {"metadata": {}})
        record["metadata"] = {**record["metadata"], **metadata}
    if kind == "metadata":
        return "update", {"ids": ids, "metadatas": metadatas}
    vectors = np.random.default_rng([seed, call]).normal(size=(len(ids), DIMENSION)).astype(np.float32).tolist()
    documents = [f"call {call} row {row}" for row in range(len(ids))]
    for id_, vector, document in zip(ids, vectors, documents, strict=True):
        records[id_].update(embedding=vector, document=document)
    return kind, {"ids": ids, "embeddings": vectors, "documents": documents, "metadatas": metadatas}


def stored(client: ClientAPI) -> Records:
    """Return the records by id that the collection holds, none when there is no collection yet."""
    if NAME not in [collection.name for collection in client.list_collections()]:
        return {}
    found = client.get_collection(NAME).get(include=["documents", "metadatas", "embeddings"])
    embeddings = np.asarray(found["embeddings"]).tolist()
    columns = zip(found["ids"], found["documents"] or [], found["metadatas"] or [], embeddings, strict=True)
    return {
        id_: {"document": document, "metadata": metadata, "embedding": embedding}
        for id_, document, metadata, embedding in columns
    }


def stored_in(directory: str) -> Records:
    """Return the records by id that a directory holds; raises AssertionError where it is damaged or answers wrongly."""
    with chromadb.PersistentClient(directory) as client:
        records = stored(client)
        check_answers(client, records)
        return records


def check_answers(client: ClientAPI, records: Records) -> None:
    """Assert that the client finds exactly these records, and answers searches as exact search does."""
    assert stored(client) == records
    if not records:
        return
    collection = client.get_collection(NAME)
    assert collection.count() == len(records)
    query = query_for(records)
    since = max(record["metadata"]["call"] for record in records.values()) - 2
    check_query(collection, query, records)
    recent = {id_: one for id_, one in records.items() if one["metadata"]["call"] >= since}
    check_query(collection, query, recent, where={"call": {"$gte": since}})
    saying = {id_: one for id_, one in records.items() if "row 1" in one["document"]}
    check_query(collection, query, saying, where_document={"$contains": "row 1"})


def query_for(records: Records) -> Vector:
    """Return a vector to search such records for."""
    return np.random.default_rng(len(records)).normal(size=DIMENSION).astype(np.float32)


def check_query(collection: chromadb.Collection, query: Vector, matching: Records, **filters: Any) -> None:
    """Assert that the ten nearest of the matching records are found, with their distances."""
    found = collection.query(query_embeddings=[query], n_results=10, **filters)
    ids, distances = found["ids"][0], (found["distances"] or [[]])[0]
    assert len(set(ids)) == len(ids) == min(10, len(matching))
    vectors = np.array([record["embedding"] for record in matching.values()]).reshape(-1, DIMENSION)
    true = dict(zip(matching, np.square(vectors - query).sum(axis=1), strict=True))
    np.testing.assert_allclose(distances, [true[id_] for id_ in ids], atol=TOLERANCE)
    np.testing.assert_allclose(distances, sorted(true.values())[: len(ids)], atol=TOLERANCE)


def check_order(client: ClientAPI) -> None:
    """Assert that the client's directory is in order."""
    report = client.check()
    assert report.ok, report.problems
