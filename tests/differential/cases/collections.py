"""Collections: names, metadata, making, finding, listing, deleting."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import numpy as np

import chromadb.types

from .area import Area, Stage

AREA = Area("collections")

_NAMES = [
    *(
        "abc",
        "ab",
        "a",
        "",
        "a.b",
        "a_b",
        "a-b",
        "1ab",
        "123",
        "A.B-C_9",
        "a" * 512,
        "a" * 513,
        "a" * 63,
        "a" * 64,
    ),
    *(
        "-abc",
        "abc-",
        "_abc",
        "abc_",
        ".abc",
        "abc.",
        "a..b",
        "a...b",
        "a b",
        " abc",
        "abc ",
        "abc\n",
        "äbc",
        "日本語",
    ),
    *(
        "a/b",
        "a:b",
        "a@b",
        "a%b",
        "1.2.3.4",
        "255.255.255.255",
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "::1",
    ),
    *("abc+def", "ab+def", "abc+de", "abc+def+ghi", "+abc", "abc+", "abc+d..e", "1.2.3.4+abc"),
    "a" * 300 + "+" + "b" * 300,
]
for _name in _NAMES:
    AREA.add(
        f"name {_name[:24]!r} of {len(_name)}",
        partial(lambda stage, name: stage.collection(name).name, name=_name),
        exact_message=True,
    )

_METADATA: dict[str, Any] = {
    "scalars": {"text": "a", "int": 1, "float": 1.5, "true": True, "false": False},
    "whole float": {"x": 1.0},
    "empty text": {"x": ""},
    "unicode": {"ключ": "значение", "🎉": "🎉"},
    "long text": {"x": "y" * 1_000},
    "largest int": {"x": 2**63 - 1},
    "smallest int": {"x": -(2**63)},
    "int of 2^63": {"x": 2**63},
    "int of 2^70": {"x": 2**70},
    "None": None,
    "numpy int": {"x": np.int64(5)},
    "numpy float64": {"x": np.float64(0.5)},
    "numpy float32": {"x": np.float32(0.5)},
    "numpy bool": {"x": np.bool_(True)},
    "empty": {},
    "value None": {"x": None},
    "value dict": {"x": {"y": 1}},
    "value list": {"x": [1, 2]},
    "value list of texts": {"x": ["a"]},
    "value empty list": {"x": []},
    "value mixed list": {"x": [1, "a"]},
    "value tuple": {"x": (1, 2)},
    "value set": {"x": {1}},
    "value bytes": {"x": b"y"},
    "value object": {"x": object},
    "value nan": {"x": float("nan")},
    "value inf": {"x": float("inf")},
    "key int": {1: "x"},
    "key None": {None: "x"},
    "key empty": {"": 1},
    "key with hash": {"#x": 1},
    "key with dollar": {"$x": 1},
    "key chroma:document": {"chroma:document": "x"},
    "key chroma:other": {"chroma:other": "x"},
    "a text": "x",
    "a list": [1],
    "an int": 5,
}


def _stored_metadata(stage: Stage, metadata: Any) -> object:
    made = stage.collection(metadata=metadata)
    found = stage.client.get_collection("things", embedding_function=None)
    return [made.metadata, found.metadata]


_DOCUMENTED = {"empty", "key with hash", "key with dollar", "key empty"}
for _name, _metadata in _METADATA.items():
    AREA.add(
        f"metadata: {_name}",
        partial(_stored_metadata, metadata=_metadata),
        exact_message=_name in _DOCUMENTED,
    )


@AREA.case()
def a_failed_create_leaves_nothing(stage: Stage) -> object:
    client = stage.client
    stage.attempt(lambda: client.create_collection("x", embedding_function=None))
    stage.attempt(lambda: client.create_collection("things", metadata={}, embedding_function=None))
    stage.attempt(lambda: client.create_collection("things", metadata={"x": {}}, embedding_function=None))
    return client.count_collections()


for _name, _value in {"None": None, "an int": 5, "bytes": b"abc", "a list": ["abc"]}.items():
    AREA.add(f"name is {_name}", partial(lambda stage, name: stage.collection(name).name, name=_value))
    AREA.add(
        f"get by a name that is {_name}",
        partial(lambda stage, name: stage.client.get_collection(name, embedding_function=None).name, name=_value),
    )


@AREA.case()
def what_a_collection_says_of_itself(stage: Stage) -> object:
    collection = stage.collection(metadata={"topic": "demo"})
    model = collection.get_model()
    return {
        "repr": repr(collection),
        "id": collection.id,
        "name": collection.name,
        "metadata": collection.metadata,
        "tenant": collection.tenant,
        "database": collection.database,
        "count": collection.count(),
        "model": isinstance(model, chromadb.types.Collection),
        "model name": [model.name, model["name"]],
        "dimension": model.dimension,
        "version": model.version,
        "log position": model.log_position,
        "equal": collection == stage.client.get_collection("things", embedding_function=None),
        "unequal": collection == stage.collection("others"),
        "hash": stage.attempt(lambda: hash(collection)),
    }


@AREA.case()
def dimension_is_seen_after_the_first_vector(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a"], embeddings=[[1, 2, 3]])
    again = stage.client.get_collection("things", embedding_function=None)
    return [collection.get_model().dimension, again.get_model().dimension]


@AREA.case(exact_message=True)
def create_existing(stage: Stage) -> object:
    stage.collection()
    return stage.collection().name


@AREA.case(exact_message=True)
def get_missing(stage: Stage) -> object:
    return stage.client.get_collection("things", embedding_function=None).name


@AREA.case(exact_message=True)
def get_with_a_bad_name(stage: Stage) -> object:
    return stage.client.get_collection("a b", embedding_function=None).name


@AREA.case(exact_message=True)
def delete_missing(stage: Stage) -> object:
    return stage.client.delete_collection("things")


@AREA.case()
def delete(stage: Stage) -> object:
    stage.collection()
    return [stage.client.delete_collection("things"), stage.client.count_collections()]


@AREA.case()
def delete_by_id_text(stage: Stage) -> object:
    collection = stage.collection()
    return stage.client.delete_collection(str(collection.id))


@AREA.case()
def get_by_id(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a"], embeddings=[[1.0]])
    again = stage.client.get_collection_by_id(collection.id, embedding_function=None)
    return [again.name, again.id == collection.id, again.count()]


@AREA.case()
def get_by_id_as_text(stage: Stage) -> object:
    collection = stage.collection()
    return stage.client.get_collection_by_id(str(collection.id), embedding_function=None).name


@AREA.case(exact_message=True)
def get_by_unknown_id(stage: Stage) -> object:
    return stage.client.get_collection_by_id(uuid.uuid4(), embedding_function=None).name


@AREA.case(exact_message=True)
def get_by_an_id_that_is_none(stage: Stage) -> object:
    return stage.client.get_collection_by_id("no uuid", embedding_function=None).name


@AREA.case()
def names_are_case_sensitive(stage: Stage) -> object:
    stage.collection("things")
    stage.collection("Things")
    return sorted(collection.name for collection in stage.client.list_collections())


@AREA.case()
def get_or_create(stage: Stage) -> object:
    client = stage.client
    first = client.get_or_create_collection("things", metadata={"a": 1}, embedding_function=None)
    first.add(ids=["x"], embeddings=[[1.0]])
    second = client.get_or_create_collection("things", metadata={"b": 2}, embedding_function=None)
    third = client.get_or_create_collection("things", embedding_function=None)
    return [second.id == first.id, second.metadata, third.metadata, third.count(), client.count_collections()]


@AREA.case()
def get_or_create_by_create(stage: Stage) -> object:
    stage.collection(metadata={"a": 1})
    again = stage.collection(get_or_create=True, metadata={"b": 2})
    return [again.metadata, stage.client.get_collection("things", embedding_function=None).metadata]


@AREA.case()
def get_or_create_keeps_metadata_and_configuration(stage: Stage) -> object:
    client = stage.client
    client.create_collection("things", metadata={"hnsw:space": "cosine"}, embedding_function=None)
    again = client.get_or_create_collection(
        "things", metadata={"other": 1}, configuration={"hnsw": {"space": "ip"}}, embedding_function=None
    )
    return [again.metadata, again.configuration_json["hnsw"]["space"]]


@AREA.case(exact_message=True)
def get_or_create_existing_with_empty_metadata(stage: Stage) -> object:
    stage.collection()
    return stage.client.get_or_create_collection("things", metadata={}, embedding_function=None).metadata


@AREA.case(exact_message=True)
def get_or_create_with_a_bad_name(stage: Stage) -> object:
    return stage.client.get_or_create_collection("a b", embedding_function=None).name


@AREA.case()
def list_and_count(stage: Stage) -> object:
    client = stage.client
    for row in range(7):
        stage.collection(f"things{row}")

    def names(**request: Any) -> list[str]:
        return [collection.name for collection in client.list_collections(**request)]

    ids = [str(collection.id) for collection in client.list_collections()]
    pages = [names(limit=3), names(limit=3, offset=3), names(limit=3, offset=6)]
    return {
        "count": client.count_collections(),
        "all": sorted(names()),
        "by id": ids == sorted(ids),
        "pages": [len(page) for page in pages],
        "pages are all": [name for page in pages for name in page] == names(),
        "limit 0": names(limit=0),
        "offset": len(names(offset=5)),
        "offset past the end": names(offset=50),
        "limit past the end": len(names(limit=50)),
        "type": type(client.list_collections()[0]).__name__,
    }


for _limit in (-1, 1.5, "1", True, 2**40):
    AREA.add(
        f"list with limit {_limit!r}",
        partial(lambda stage, limit: len(stage.client.list_collections(limit=limit)), limit=_limit),
    )
    AREA.add(
        f"list with offset {_limit!r}",
        partial(lambda stage, offset: len(stage.client.list_collections(offset=offset)), offset=_limit),
    )


@AREA.case()
def listed_collections_are_usable(stage: Stage) -> object:
    stage.collection().add(ids=["a"], embeddings=[[1.0, 2.0]])
    listed = stage.client.list_collections()[0]
    return [listed.count(), listed.get()["ids"], listed.query(query_embeddings=[[1, 2]])["ids"]]


def _dead(stage: Stage) -> Any:
    collection = stage.collection()
    collection.add(ids=["a"], embeddings=[[1.0]])
    stage.client.delete_collection("things")
    return collection


_CALLS: dict[str, Any] = {
    "count": lambda collection: collection.count(),
    "get": lambda collection: collection.get(),
    "peek": lambda collection: collection.peek(),
    "query": lambda collection: collection.query(query_embeddings=[[1.0]]),
    "add": lambda collection: collection.add(ids=["b"], embeddings=[[1.0]]),
    "update": lambda collection: collection.update(ids=["a"], embeddings=[[1.0]]),
    "upsert": lambda collection: collection.upsert(ids=["a"], embeddings=[[1.0]]),
    "delete": lambda collection: collection.delete(ids=["a"]),
    "modify": lambda collection: collection.modify(name="other"),
}
for _name, _call in _CALLS.items():
    AREA.add(f"deleted collection: {_name}", partial(lambda stage, call: call(_dead(stage)), call=_call))


@AREA.case()
def made_again_it_is_another(stage: Stage) -> object:
    old = _dead(stage)
    new = stage.collection()
    outcome = stage.attempt(old.count)
    return [old.id == new.id, new.count(), outcome["error"]]


@AREA.case()
def array_metadata_of_a_deleted_collection(stage: Stage) -> object:
    stage.collection().add(ids=["a"], embeddings=[[1.0]], metadatas=[{"z": ["a"]}])
    stage.client.delete_collection("things")
    other = stage.collection("others")
    other.add(ids=["b", "c"], embeddings=[[1.0], [2.0]])
    return other.get()["metadatas"]


@AREA.case()
def fork(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a"], embeddings=[[1.0]])
    copy = collection.fork("copies")
    copy.add(ids=["b"], embeddings=[[2.0]])
    return [copy.name, copy.count(), collection.count()]


@AREA.case()
def fork_count(stage: Stage) -> object:
    return stage.collection().fork_count()


@AREA.case()
def indexing_status(stage: Stage) -> object:
    return stage.collection().get_indexing_status().op_indexing_progress


@AREA.case()
def attach_function(stage: Stage) -> object:
    return stage.collection().attach_function("statistics", "stats", "stats-output")
