"""add, update and upsert: accepted shapes and what they leave behind."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .area import Area, Stage
from .results import metadatas, records

AREA = Area("writes")

_EMBEDDINGS: dict[str, tuple[Any, Any]] = {
    "lists": (["a", "b"], [[1.0, 2.0], [3.0, 4.0]]),
    "lists of ints": (["a", "b"], [[1, 2], [3, 4]]),
    "one list for one id": ("a", [1.0, 2.0]),
    "one list of ints for one id": ("a", [1, 2]),
    "one list for a list of one id": (["a"], [1.0, 2.0]),
    "one list for two ids": (["a", "b"], [1.0, 2.0]),
    "mixed ints and floats": (["a"], [[1, 2.5]]),
    "int then bool": (["a"], [[1, True]]),
    "array 1-D": (["a"], np.array([1.0, 2.0])),
    "array 1-D for one id": ("a", np.array([1.0, 2.0])),
    "array 2-D float16": (["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.float16)),
    "array 2-D float32": (["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.float32)),
    "array 2-D float64": (["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.float64)),
    "array 2-D int32": (["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.int32)),
    "array 2-D int64": (["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.int64)),
    "array 2-D int16": (["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.int16)),
    "array 2-D uint8": (["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.uint8)),
    "array 2-D bool": (["a", "b"], np.array([[True, False], [False, True]])),
    "array 2-D complex": (["a", "b"], np.array([[1j, 2], [3, 4]])),
    "array of texts": (["a"], np.array([["1", "2"]])),
    "array of objects": (["a"], np.array([[1, 2]], dtype=object)),
    "array 3-D": (["a"], np.zeros((1, 2, 2))),
    "array 0-D": (["a"], np.array(1.0)),
    "array in Fortran order": (["a", "b"], np.asfortranarray([[1.0, 2.0], [3.0, 4.0]])),
    "array slice": (["a", "b"], np.arange(12, dtype=np.float32).reshape(2, 6)[:, ::3]),
    "array big endian": (["a"], np.array([[1, 2]], dtype=">f4")),
    "list of arrays": (["a", "b"], [np.array([1.0, 2.0]), np.array([3.0, 4.0])]),
    "list of arrays of two dtypes": (["a", "b"], [np.array([1, 2]), np.array([3.0, 4.0], dtype=np.float32)]),
    "list of uint8 arrays": (["a"], [np.array([1, 2], dtype=np.uint8)]),
    "list of 0-D arrays": (["a"], [np.array(1.0)]),
    "list of 2-D arrays": (["a"], [np.zeros((1, 2))]),
    "list of np.float64": (["a"], [np.float64(1), np.float64(2)]),
    "list of np.float32": (["a"], [np.float32(1), np.float32(2)]),
    "list of lists of np.float32": (["a"], [[np.float32(1), np.float32(2)]]),
    "list of lists of np.float64": (["a"], [[np.float64(1), np.float64(2)]]),
    "tuple": (["a"], (1.0, 2.0)),
    "list of tuples": (["a"], [(1.0, 2.0)]),
    "tuple of lists": (["a"], ([1.0, 2.0],)),
    "texts": (["a"], ["x"]),
    "list of lists of texts": (["a"], [["1", "2"]]),
    "list of None": (["a"], [None]),
    "vector with None": (["a"], [[1.0, None]]),
    "bool first": (["a"], [[True, 1.0]]),
    "a number": (["a"], 1.0),
    "a text": (["a"], "12"),
    "a dict": (["a"], {"a": [1.0]}),
    "empty list": (["a"], []),
    "empty array": (["a"], np.array([])),
    "empty vector": (["a"], [[]]),
    "empty vectors": (["a", "b"], [[], []]),
    "empty 2-D array": (["a"], np.array([[]])),
    "empty array in a list": (["a"], [np.array([])]),
    "one dimension": (["a", "b"], [[1.0], [2.0]]),
    "ragged": (["a", "b"], [[1.0, 2.0], [1.0]]),
    "ragged arrays": (["a", "b"], [np.array([1.0, 2.0]), np.array([1.0])]),
    "nan": (["a"], [[float("nan"), 1.0]]),
    "inf": (["a"], [[float("inf"), 1.0]]),
    "minus inf": (["a"], np.array([[-np.inf, 1.0]])),
    "overflow of float32": (["a"], [[1e39, 1.0]]),
    "overflow of float32 in an array": (["a"], np.array([[1e39, 1.0]])),
    "nan in the second": (["a", "b"], [[1.0, 2.0], [float("nan"), 1.0]]),
    "large int": (["a"], [[2**60, 1]]),
    "huge int": (["a"], [[10**400, 1]]),
}
_DOCUMENTED = {
    "empty list",
    "empty array",
    "empty 2-D array",
    "list of 0-D arrays",
    "list of uint8 arrays",
    "ragged",
    "nan",
    "inf",
    "tuple",
    "array 3-D",
    "list of None",
}


def _added(stage: Stage, ids: Any, embeddings: Any) -> object:
    collection = stage.collection()
    outcome = stage.attempt(lambda: collection.add(ids=ids, embeddings=embeddings))
    return [outcome, collection.count(), collection.get(include=["embeddings"])["embeddings"]]


for _name, (_ids, _embeddings) in _EMBEDDINGS.items():
    AREA.add(
        f"embeddings: {_name}",
        partial(_added, ids=_ids, embeddings=_embeddings),
        exact_message=_name in _DOCUMENTED,
    )


@AREA.case(exact_message=True)
def wrong_dimension(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a"], embeddings=[[1.0, 2.0]])
    vector = [[1.0, 2.0, 3.0]]
    return [
        stage.attempt(lambda: collection.add(ids=["b"], embeddings=vector)),
        stage.attempt(lambda: collection.upsert(ids=["b"], embeddings=vector)),
        stage.attempt(lambda: collection.upsert(ids=["a"], embeddings=vector)),
        stage.attempt(lambda: collection.update(ids=["a"], embeddings=vector)),
        stage.attempt(lambda: collection.update(ids=["unknown"], embeddings=vector)),
        stage.attempt(lambda: collection.query(query_embeddings=vector)),
        records(collection),
    ]


@AREA.case(exact_message=True)
def dimension_outlives_the_records(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a"], embeddings=[[1.0, 2.0]])
    collection.delete(ids=["a"])
    return [
        stage.attempt(lambda: collection.add(ids=["b"], embeddings=[[1.0]])),
        stage.attempt(lambda: collection.query(query_embeddings=[[1.0]])),
        collection.query(query_embeddings=[[1.0, 2.0]])["ids"],
    ]


@AREA.case(exact_message=True)
def dimension_is_set_by_an_update_of_an_unknown_id(stage: Stage) -> object:
    collection = stage.collection()
    collection.update(ids=["a"], embeddings=[[1.0, 2.0]])
    return [collection.count(), stage.attempt(lambda: collection.add(ids=["b"], embeddings=[[1.0]]))]


@AREA.case()
def dimension_is_not_set_by_a_failed_add(stage: Stage) -> object:
    collection = stage.collection()
    stage.attempt(lambda: collection.add(ids=["a"], embeddings=[[float("nan"), 1.0]]))
    stage.attempt(lambda: collection.add(ids=["a", "b"], embeddings=[[1.0, 2.0, 3.0], [1.0]]))
    collection.add(ids=["a"], embeddings=[[1.0]])
    return records(collection)


@AREA.case()
def what_the_calls_return(stage: Stage) -> object:
    collection = stage.collection()
    return [
        collection.add(ids=["a"], embeddings=[[1.0]]),
        collection.update(ids=["a"], embeddings=[[2.0]]),
        collection.upsert(ids=["a"], embeddings=[[3.0]]),
    ]


def _filled(stage: Stage) -> Any:
    collection = stage.collection()
    collection.add(
        ids=["a", "b", "c"],
        embeddings=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        documents=["one", "two", None],
        metadatas=[{"x": 1, "t": "one", "l": [1, 2]}, {"x": 2}, None],
    )
    return collection


@AREA.case()
def add_existing_id_is_ignored(stage: Stage) -> object:
    collection = _filled(stage)
    collection.add(
        ids=["a", "d"],
        embeddings=[[9.0, 9.0], [8.0, 8.0]],
        documents=["nine", "eight"],
        metadatas=[{"y": 9}, {"y": 8}],
    )
    return records(collection)


@AREA.case()
def add_existing_id_with_other_columns(stage: Stage) -> object:
    collection = _filled(stage)
    collection.add(ids=["c"], embeddings=[[9.0, 9.0]], documents=["now"], uris=["file:///c"])
    return [records(collection), collection.get(include=["uris"])["uris"]]


@AREA.case()
def add_with_uris_and_embeddings(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a", "b"], embeddings=[[1.0], [2.0]], uris=["file:///a", "file:///b"])
    return collection.get(include=["uris", "documents", "metadatas"])


@AREA.case()
def update_all_columns(stage: Stage) -> object:
    collection = _filled(stage)
    collection.update(ids=["a"], embeddings=[[9.0, 9.0]], documents=["new"], metadatas=[{"x": 10}], uris=["u"])
    return [records(collection), collection.get(include=["uris"])["uris"]]


@AREA.case()
def update_unknown_id(stage: Stage) -> object:
    collection = _filled(stage)
    collection.update(ids=["zz", "a"], embeddings=[[9.0, 9.0], [8.0, 8.0]], metadatas=[{"x": 0}, {"x": 8}])
    return records(collection)


@AREA.case()
def update_embeddings_only(stage: Stage) -> object:
    collection = _filled(stage)
    collection.update(ids=["a", "c"], embeddings=[[9.0, 9.0], [8.0, 8.0]])
    return records(collection)


@AREA.case()
def update_uris_only(stage: Stage) -> object:
    collection = _filled(stage)
    collection.update(ids=["a", "c"], uris=["u", "v"])
    return [records(collection), collection.get(include=["uris"])["uris"]]


@AREA.case()
def upsert_existing_and_new(stage: Stage) -> object:
    collection = _filled(stage)
    collection.upsert(
        ids=["b", "new"],
        embeddings=[[9.0, 9.0], [8.0, 8.0]],
        documents=["nine", "eight"],
        metadatas=[{"y": 9}, {"y": 8}],
    )
    return [records(collection), collection.get()["ids"]]


@AREA.case()
def upsert_without_documents_and_metadata(stage: Stage) -> object:
    collection = _filled(stage)
    collection.upsert(ids=["a", "new"], embeddings=[[9.0, 9.0], [8.0, 8.0]])
    return records(collection)


@AREA.case()
def upsert_null_document_keeps_it(stage: Stage) -> object:
    collection = _filled(stage)
    collection.upsert(ids=["a", "new"], embeddings=[[9.0, 9.0], [8.0, 8.0]], documents=[None, None])
    return records(collection)


@AREA.case()
def upsert_null_metadata_keeps_it(stage: Stage) -> object:
    collection = _filled(stage)
    collection.upsert(ids=["a", "new"], embeddings=[[9.0, 9.0], [8.0, 8.0]], metadatas=[None, None])
    return records(collection)


@AREA.case()
def update_null_metadata_keeps_it(stage: Stage) -> object:
    collection = _filled(stage)
    collection.update(ids=["a", "b"], metadatas=[None, {"x": 7}])
    return records(collection)


@AREA.case()
def empty_document(stage: Stage) -> object:
    collection = _filled(stage)
    collection.update(ids=["a"], embeddings=[[1.0, 2.0]], documents=[""])
    collection.add(ids=["d"], embeddings=[[7.0, 8.0]], documents=[""])
    return records(collection)


_MERGES: dict[str, tuple[Any, Any]] = {
    "new key": ({"a": 1}, {"b": 2}),
    "replace": ({"a": 1, "b": "x"}, {"a": 2}),
    "None deletes": ({"a": 1, "b": "x"}, {"a": None}),
    "None for an absent key": ({"a": 1}, {"z": None}),
    "the last key is deleted": ({"a": 1}, {"a": None}),
    "into nothing": (None, {"a": 1}),
    "None into nothing": (None, {"a": None}),
    "int to text": ({"a": 1}, {"a": "x"}),
    "text to int": ({"a": "x"}, {"a": 5}),
    "int to float": ({"a": 1}, {"a": 1.0}),
    "float to int": ({"a": 1.0}, {"a": 1}),
    "int to bool": ({"a": 1}, {"a": True}),
    "bool to int": ({"a": True}, {"a": 1}),
    "scalar to array": ({"a": 1}, {"a": [1, 2]}),
    "array to scalar": ({"a": [1, 2]}, {"a": 1}),
    "array to array": ({"a": [1, 2, 3]}, {"a": [4]}),
    "array of ints to array of texts": ({"a": [1, 2]}, {"a": ["x"]}),
    "array deleted": ({"a": [1, 2], "b": 1}, {"a": None}),
    "several at once": ({"a": 1, "b": "x", "l": [1, 2]}, {"c": 3, "a": None}),
    "unicode key": ({"ключ": 1}, {"ключ": "два"}),
    "empty text": ({"a": "x"}, {"a": ""}),
    "empty array": ({"a": [1], "b": 1}, {"a": []}),
    "empty dict": ({"a": 1}, {}),
}


def _merged(stage: Stage, before: Any, change: Any, call: str) -> object:
    collection = stage.collection()
    collection.add(ids=["r"], embeddings=[[1.0]], metadatas=[before])
    request: dict[str, Any] = {"ids": ["r"], "metadatas": [change]}
    if call == "upsert":
        request["embeddings"] = [[1.0]]
    outcome = stage.attempt(lambda: getattr(collection, call)(**request))
    outcome.pop("message", None)
    return [outcome, collection.get()["metadatas"]]


for _name, (_before, _change) in _MERGES.items():
    for _call in ("update", "upsert"):
        AREA.add(f"{_call} metadata: {_name}", partial(_merged, before=_before, change=_change, call=_call))


@AREA.case()
def filters_see_merged_metadata(stage: Stage) -> object:
    collection = _filled(stage)
    collection.update(ids=["a"], metadatas=[{"x": "text", "t": None}])
    collection.upsert(ids=["b"], embeddings=[[1.0, 1.0]], metadatas=[{"x": 3.5}])
    return {
        "x was 1": collection.get(where={"x": 1})["ids"],
        "x is text": collection.get(where={"x": "text"})["ids"],
        "t is gone": collection.get(where={"t": "one"})["ids"],
        "x is a float": collection.get(where={"x": {"$gt": 3}})["ids"],
        "array": collection.get(where={"l": {"$contains": 2}})["ids"],
    }


@AREA.case()
def upsert_metadata_of_a_new_record_with_none_values(stage: Stage) -> object:
    collection = stage.collection()
    collection.upsert(ids=["a", "b"], embeddings=[[1.0], [2.0]], metadatas=[{"x": None, "y": 1}, {"x": None}])
    return metadatas(collection)


@AREA.case()
def add_metadata_with_none_value(stage: Stage) -> object:
    collection = stage.collection()
    outcome = stage.attempt(lambda: collection.add(ids=["a"], embeddings=[[1.0]], metadatas=[{"x": None, "y": 1}]))
    return [outcome, collection.count()]


@AREA.case()
def a_batch_with_one_bad_record(stage: Stage) -> object:
    collection = _filled(stage)
    for metadata in ({"x": {"y": 1}}, {"#x": 1}, {"": 1}, {"x": object()}):
        stage.attempt(
            lambda bad=metadata: collection.add(  # type: ignore[misc]
                ids=["d", "e"], embeddings=[[7.0, 7.0], [8.0, 8.0]], metadatas=[{"x": 1}, bad]
            )
        )
    stage.attempt(lambda: collection.upsert(ids=["a", ""], embeddings=[[7.0, 7.0], [8.0, 8.0]]))
    return records(collection)


@AREA.case()
def many_records_in_one_call(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=[str(row) for row in range(5461)], embeddings=np.ones((5461, 2), dtype=np.float32))
    return collection.count()


@AREA.case()
def more_records_than_a_batch(stage: Stage) -> object:
    collection = stage.collection()
    ids = [str(row) for row in range(5462)]
    vectors = np.ones((5462, 2), dtype=np.float32)
    return [
        stage.attempt(lambda: collection.add(ids=ids, embeddings=vectors)),
        stage.attempt(lambda: collection.upsert(ids=ids, embeddings=vectors)),
        stage.attempt(lambda: collection.update(ids=ids, embeddings=vectors)),
        collection.count(),
    ]


@AREA.case()
def more_ids_than_a_batch_in_reads(stage: Stage) -> object:
    collection = stage.collection()
    ids = [str(row) for row in range(40_000)]
    collection.add(ids=ids[:10], embeddings=[[float(row)] for row in range(10)])
    return [
        len(collection.get(ids=ids)["ids"]),
        collection.delete(ids=ids),
        collection.count(),
    ]


@AREA.case()
def wide_vectors(stage: Stage) -> object:
    collection = stage.collection()
    vector = np.arange(4096, dtype=np.float32)
    collection.add(ids=["a"], embeddings=[vector])
    found = collection.get(include=["embeddings"])["embeddings"]
    return [list(found.shape), bool((found[0] == vector).all())]
