"""What is on disk is there after reopening."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import chromadb

from .area import Area, Stage
from .results import hits, records

AREA = Area("reopening")


def _reopened(stage: Stage, write: Callable[[Any], object], read: Callable[[Any], object]) -> object:
    path = str(stage.directory / "store")
    with chromadb.PersistentClient(path) as client:
        write(client)
    with chromadb.PersistentClient(path) as client:
        return read(client)


def _make(client: Any, **options: Any) -> Any:
    return client.create_collection("things", embedding_function=None, **options)


def _open(client: Any) -> Any:
    return client.get_collection("things", embedding_function=None)


def _fill(client: Any) -> Any:
    collection = _make(client, metadata={"topic": "demo", "n": 1, "f": 2.0, "b": True})
    collection.add(
        ids=["c", "a", "b"],
        embeddings=[[3.0, 1.0], [1.0, 0.1], [2.0, -1.0]],
        documents=["red apple", None, ""],
        metadatas=[{"x": 1, "f": 1.0, "t": ["u", "v"]}, None, {"x": 2**53 + 1, "b": False}],
        uris=["file:///c", None, None],
    )
    return collection


def _churn(client: Any) -> None:
    collection = _fill(client)
    collection.delete(ids=["a"])
    collection.add(ids=["a", "d"], embeddings=[[5.0, 5.0], [6.0, 6.0]], documents=["green pear", "blue plum"])
    collection.update(ids=["c"], embeddings=[[9.0, 9.0]], metadatas=[{"x": None, "y": "new"}])
    collection.upsert(ids=["b", "e"], embeddings=[[7.0, 7.0], [8.0, 8.0]], documents=["yellow banana", "brown nut"])


_READS: dict[str, Callable[[Any], object]] = {
    "records": lambda client: records(_open(client)),
    "order": lambda client: _open(client).get(include=[])["ids"],
    "uris": lambda client: _open(client).get(include=["uris"])["uris"],
    "query": lambda client: hits(_open(client).query(query_embeddings=[[1.0, 1.0]])),
    "filtered query": lambda client: hits(_open(client).query(query_embeddings=[[1.0, 1.0]], where={"x": {"$gt": 0}})),
    "where": lambda client: _open(client).get(where={"x": {"$ne": 1}})["ids"],
    "array": lambda client: _open(client).get(where={"t": {"$contains": "u"}})["ids"],
    "document": lambda client: _open(client).get(where_document={"$contains": "apple"})["ids"],
    "pattern": lambda client: _open(client).get(where_document={"$regex": "^(red|blue)"})["ids"],
    "count": lambda client: _open(client).count(),
    "collection": lambda client: [_open(client).metadata, _open(client).get_model().dimension],
    "wrong dimension": lambda client: _open(client).add(ids=["z"], embeddings=[[1.0]]),
    "add again": lambda client: [
        _open(client).add(ids=["a", "z"], embeddings=[[0.0, 0.0]] * 2),
        records(_open(client)),
    ],
}
for _name, _read in _READS.items():
    AREA.add(f"filled: {_name}", partial(_reopened, write=_fill, read=_read))
    AREA.add(f"changed: {_name}", partial(_reopened, write=_churn, read=_read))

for _space in ("cosine", "ip"):
    AREA.add(
        f"space {_space}",
        partial(
            _reopened,
            write=lambda client, space=_space: _make(client, configuration={"hnsw": {"space": space}}).add(  # type: ignore[misc]
                ids=["a", "b"], embeddings=[[2.0, 1.0], [-1.0, 3.0]]
            ),
            read=lambda client: [
                _open(client).configuration_json["hnsw"]["space"],
                hits(_open(client).query(query_embeddings=[[1.0, 1.0]])),
            ],
        ),
    )


def _rename(client: Any) -> None:
    _fill(client).modify(name="renamed", metadata={"new": 1})
    client.create_collection("gone", embedding_function=None)
    client.delete_collection("gone")


AREA.add(
    "renamed and deleted collections",
    partial(
        _reopened,
        write=_rename,
        read=lambda client: [(found.name, found.metadata, found.count()) for found in client.list_collections()],
    ),
)


@AREA.case()
def three_openings(stage: Stage) -> object:
    path = str(stage.directory / "store")
    ids = []
    for opening in range(3):
        with chromadb.PersistentClient(path) as client:
            collection = client.get_or_create_collection("things", embedding_function=None)
            ids.append(collection.get()["ids"])
            collection.add(ids=[f"r{opening}"], embeddings=[[float(opening)]])
    return ids


@AREA.case()
def tenants_and_databases(stage: Stage) -> object:
    path = str(stage.directory / "store")
    with chromadb.PersistentClient(path) as client:
        admin = chromadb.AdminClient(client.get_settings())
        admin.create_tenant("acme")
        admin.create_database("sales", tenant="acme")
        client.set_tenant("acme", "sales")
        client.create_collection("things", embedding_function=None)
    with chromadb.PersistentClient(path, tenant="acme", database="sales") as client:
        return [client.tenant, client.database, [found.name for found in client.list_collections()]]


@AREA.case()
def two_directories_are_apart(stage: Stage) -> object:
    with (
        chromadb.PersistentClient(stage.directory / "one") as one,
        chromadb.PersistentClient(stage.directory / "two") as two,
    ):
        _make(one).add(ids=["a"], embeddings=[[1.0]])
        return [one.count_collections(), two.count_collections()]


@AREA.case()
def a_deleted_collection_stays_deleted(stage: Stage) -> object:
    return _reopened(
        stage,
        write=lambda client: (_fill(client), client.delete_collection("things")),
        read=lambda client: [client.count_collections(), stage.attempt(lambda: _open(client))],
    )


@AREA.case()
def more_records_than_one_segment_of_the_log(stage: Stage) -> object:
    def write(client: Any) -> None:
        collection = _make(client)
        for start in range(0, 3000, 500):
            rows = range(start, start + 500)
            collection.add(
                ids=[f"r{row}" for row in rows],
                embeddings=[[float(row), float(row % 13)] for row in rows],
                metadatas=[{"row": row} for row in rows],
            )
        collection.delete(where={"row": {"$lt": 100}})

    return _reopened(
        stage,
        write=write,
        read=lambda client: [
            _open(client).count(),
            _open(client).get(limit=3, offset=1000, include=[])["ids"],
            hits(_open(client).query(query_embeddings=[[1500.2, 5.0]], n_results=3)),
            _open(client).get(where={"row": {"$gte": 2997}}, include=[])["ids"],
        ],
    )
