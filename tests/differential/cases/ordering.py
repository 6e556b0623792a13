"""The order in which records are listed."""

from __future__ import annotations

from typing import Any

from .area import Area, Stage

AREA = Area("ordering")


def _listed(stage: Stage) -> Any:
    collection = stage.collection()
    collection.add(ids=["c", "a", "b"], embeddings=[[3.0], [1.0], [2.0]], metadatas=[{"x": 1}, {"x": 1}, {"x": 2}])
    return collection


def _ids(collection: Any, **request: Any) -> Any:
    return collection.get(include=[], **request)["ids"]


@AREA.case()
def insertion_order(stage: Stage) -> object:
    collection = _listed(stage)
    collection.add(ids=["A", "0"], embeddings=[[4.0], [5.0]])
    return _ids(collection)


@AREA.case()
def order_of_ids_does_not_matter(stage: Stage) -> object:
    return _ids(_listed(stage), ids=["b", "a", "c"])


@AREA.case()
def update_keeps_the_place(stage: Stage) -> object:
    collection = _listed(stage)
    collection.update(ids=["c"], embeddings=[[9.0]], metadatas=[{"x": 5}])
    return _ids(collection)


@AREA.case()
def upsert_keeps_the_place(stage: Stage) -> object:
    collection = _listed(stage)
    collection.upsert(ids=["d", "c", "0"], embeddings=[[9.0], [8.0], [7.0]])
    return _ids(collection)


@AREA.case()
def deleted_and_added_again_is_last(stage: Stage) -> object:
    collection = _listed(stage)
    collection.delete(ids=["c"])
    collection.add(ids=["c"], embeddings=[[3.0]])
    return _ids(collection)


@AREA.case()
def the_last_deleted_and_others_added(stage: Stage) -> object:
    collection = _listed(stage)
    collection.delete(ids=["b"])
    collection.add(ids=["z", "b"], embeddings=[[3.0], [4.0]])
    return _ids(collection)


@AREA.case()
def all_deleted_and_added_again(stage: Stage) -> object:
    collection = _listed(stage)
    collection.delete(ids=["a", "b", "c"])
    collection.add(ids=["b", "c", "a"], embeddings=[[1.0], [2.0], [3.0]])
    return _ids(collection)


@AREA.case()
def filters_keep_the_order(stage: Stage) -> object:
    collection = _listed(stage)
    return [_ids(collection, where={"x": 1}), _ids(collection, where={"x": {"$in": [2, 1]}})]


@AREA.case()
def pages_follow_the_order(stage: Stage) -> object:
    collection = _listed(stage)
    collection.delete(ids=["a"])
    collection.add(ids=["a", "e"], embeddings=[[1.0], [2.0]])
    return [_ids(collection, limit=1, offset=row) for row in range(5)]


@AREA.case()
def add_of_existing_ids_keeps_the_order(stage: Stage) -> object:
    collection = _listed(stage)
    collection.add(ids=["b", "x", "c"], embeddings=[[1.0], [2.0], [3.0]])
    return _ids(collection)


@AREA.case()
def many_batches(stage: Stage) -> object:
    collection = stage.collection()
    for batch in range(5):
        names = [f"{(batch * 7 + row * 3) % 10}-{batch}-{row}" for row in range(10)]
        collection.add(ids=names, embeddings=[[float(row)] for row in range(10)])
    collection.delete(where_document={"$contains": "nothing"})
    collection.delete(ids=[f"{(7 + row * 3) % 10}-1-{row}" for row in range(10)])
    return _ids(collection, offset=5, limit=20)


@AREA.case()
def peek_shows_the_first(stage: Stage) -> object:
    collection = _listed(stage)
    collection.delete(ids=["c"])
    return collection.peek(1)["ids"]
