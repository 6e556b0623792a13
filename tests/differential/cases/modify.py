"""modify: name and metadata of a collection."""

from __future__ import annotations

from functools import partial
from typing import Any

from .area import Area, Stage

AREA = Area("modify")


def _metadata(stage: Stage, metadata: Any) -> object:
    collection = stage.collection(metadata={"a": 1, "b": "x"})
    outcome = stage.attempt(lambda: collection.modify(metadata=metadata))
    found = stage.client.get_collection("things", embedding_function=None)
    return [outcome, collection.metadata, found.metadata]


_METADATA: dict[str, Any] = {
    "replaces": {"c": 3},
    "one of the old keys": {"a": 2},
    "empty": {},
    "None": None,
    "value None": {"a": None, "c": 1},
    "only values None": {"a": None},
    "value dict": {"a": {"b": 1}},
    "value tuple": {"a": (1,)},
    "value mixed list": {"a": [1, "x"]},
    "value bytes": {"a": b"x"},
    "key int": {1: 1},
    "key empty": {"": 1},
    "key with hash": {"#a": 1},
    "key with dollar": {"$a": 1},
    "key chroma:document": {"chroma:document": "x"},
    "hnsw:space": {"hnsw:space": "cosine"},
    "hnsw:search_ef": {"hnsw:search_ef": 20},
    "a text": "x",
    "a list": [],
    "large int": {"a": 2**63},
    "value list": {"a": [1, 2]},
}
_EXACT = {
    "empty",
    "value dict",
    "key int",
    "hnsw:space",
    "value tuple",
    "value mixed list",
    "key chroma:document",
}
for _name, _value in _METADATA.items():
    AREA.add(f"metadata: {_name}", partial(_metadata, metadata=_value), exact_message=_name in _EXACT)


def _name_of(stage: Stage, name: Any) -> object:
    collection = stage.collection(metadata={"a": 1})
    outcome = stage.attempt(lambda: collection.modify(name=name))
    return [outcome, collection.name, [found.name for found in stage.client.list_collections()]]


for _name in ("other", "things", "ab", "a b", "", "a..b", "1.2.3.4", "x" * 513, "-ab", "Things"):
    AREA.add(f"name {_name[:20]!r} of {len(_name)}", partial(_name_of, name=_name), exact_message=True)
for _name, _value in {"an int": 5, "None": None}.items():
    AREA.add(f"name is {_name}", partial(_name_of, name=_value))


@AREA.case()
def name_that_is_taken(stage: Stage) -> object:
    collection = stage.collection()
    stage.collection("others")
    outcome = stage.attempt(lambda: collection.modify(name="others"))
    return [outcome, collection.name, sorted(found.name for found in stage.client.list_collections())]


@AREA.case()
def nothing(stage: Stage) -> object:
    collection = stage.collection(metadata={"a": 1})
    return [collection.modify(), collection.name, collection.metadata]


@AREA.case()
def name_and_metadata(stage: Stage) -> object:
    collection = stage.collection(metadata={"a": 1})
    collection.add(ids=["x"], embeddings=[[1.0]])
    collection.modify(name="other", metadata={"b": 2})
    found = stage.client.get_collection("other", embedding_function=None)
    return [
        collection.name,
        collection.metadata,
        found.metadata,
        found.id == collection.id,
        found.count(),
        stage.attempt(lambda: stage.client.get_collection("things", embedding_function=None)),
    ]


@AREA.case()
def an_old_object_keeps_working(stage: Stage) -> object:
    collection = stage.collection(metadata={"a": 1})
    other = stage.client.get_collection("things", embedding_function=None)
    collection.modify(name="renamed", metadata={"b": 2})
    other.add(ids=["x"], embeddings=[[1.0]])
    return [other.name, other.metadata, collection.count(), collection.name]


@AREA.case()
def an_old_name_can_be_used_again(stage: Stage) -> object:
    collection = stage.collection()
    collection.modify(name="renamed")
    again = stage.collection()
    return [again.id == collection.id, stage.client.count_collections()]
