"""What is refused: ids, lengths, documents, metadata, include."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from chromadb.api.types import SparseVector

from .area import Area, Stage
from .toys import Toy

AREA = Area("validation")

_IDS: dict[str, tuple[Any, Any]] = {
    "empty list": ([], [[1.0]]),
    "empty list and no vectors": ([], []),
    "empty text": ([""], [[1.0]]),
    "one empty text": ("", [[1.0]]),
    "None": (None, [[1.0]]),
    "list of None": ([None], [[1.0]]),
    "an int": (1, [[1.0]]),
    "list of an int": ([1], [[1.0]]),
    "text and int": (["a", 1], [[1.0], [2.0]]),
    "tuple": (("a",), [[1.0]]),
    "tuple of two": (("a", "b"), [[1.0], [2.0]]),
    "set": ({"a"}, [[1.0]]),
    "bytes": ([b"a"], [[1.0]]),
    "array": (np.array(["a"]), [[1.0]]),
    "generator": ((text for text in "a"), [[1.0]]),
    "dict": ({"a": 1}, [[1.0]]),
    "nested": ([["a"]], [[1.0]]),
    "duplicates": (["a", "b", "a"], [[1.0], [2.0], [3.0]]),
    "two duplicates": (["a", "b", "a", "b"], [[1.0]] * 4),
    "nine duplicates": ([*"abcdefghi"] * 2, [[1.0]] * 18),
    "twelve duplicates": ([*"abcdefghijkl"] * 2, [[1.0]] * 24),
    "np.str_": ([np.str_("a")], [[1.0]]),
}
_ORDERLESS = {"two duplicates", "nine duplicates", "twelve duplicates", "generator", "array"}
for _call in ("add", "upsert", "update"):
    for _name, (_ids, _embeddings) in _IDS.items():
        AREA.add(
            f"{_call} ids: {_name}",
            partial(
                lambda stage, call, ids, embeddings: getattr(stage.collection(), call)(ids=ids, embeddings=embeddings),
                call=_call,
                ids=_ids,
                embeddings=_embeddings,
            ),
            exact_message=_name not in _ORDERLESS,
        )

for _name, _id in {
    "space": " ",
    "newline": "x\ny",
    "NUL": "a\0b",
    "emoji": "🎉",
    "unicode": "ü日本",
    "2000 characters": "x" * 2000,
    "hash": "#id",
    "quote": 'o\'clock "x"',
    "percent": "%",
}.items():
    AREA.add(
        f"id kept: {_name}",
        partial(
            lambda stage, id_: (
                (collection := stage.collection()).add(ids=[id_, "other"], embeddings=[[1.0], [2.0]]),
                collection.get(ids=[id_])["ids"],
                collection.query(query_embeddings=[[1.0]], n_results=1)["ids"],
                collection.delete(ids=[id_]),
                collection.get()["ids"],
            ),
            id_=_id,
        ),
    )


def _toys(stage: Stage) -> Any:
    return stage.client.create_collection("things", embedding_function=Toy())


_REQUESTS: dict[str, dict[str, Any]] = {
    "nothing but ids": {"ids": ["a"]},
    "unequal embeddings": {"ids": ["a"], "embeddings": [[1.0], [2.0]]},
    "unequal documents": {"ids": ["a", "b"], "embeddings": [[1.0], [2.0]], "documents": ["x"]},
    "unequal metadatas": {"ids": ["a"], "embeddings": [[1.0]], "metadatas": [{"x": 1}, {"x": 2}]},
    "unequal uris": {"ids": ["a"], "embeddings": [[1.0]], "uris": ["x", "y"]},
    "empty documents": {"ids": ["a"], "embeddings": [[1.0]], "documents": []},
    "empty ids and documents": {"ids": [], "documents": []},
    "empty metadatas": {"ids": ["a"], "embeddings": [[1.0]], "metadatas": []},
    "document is an int": {"ids": ["a"], "embeddings": [[1.0]], "documents": [5]},
    "document is bytes": {"ids": ["a"], "embeddings": [[1.0]], "documents": [b"x"]},
    "documents is an int": {"ids": ["a"], "embeddings": [[1.0]], "documents": 5},
    "documents is a tuple": {"ids": ["a"], "embeddings": [[1.0]], "documents": ("x",)},
    "documents is one text": {"ids": ["a"], "embeddings": [[1.0]], "documents": "x"},
    "document None with embeddings": {"ids": ["a"], "embeddings": [[1.0]], "documents": [None]},
    "document None without embeddings": {"ids": ["a"], "documents": [None]},
    "uri is an int": {"ids": ["a"], "embeddings": [[1.0]], "uris": [5]},
    "uris is one text": {"ids": ["a"], "embeddings": [[1.0]], "uris": "x"},
    "image is a text": {"ids": ["a"], "embeddings": [[1.0]], "images": ["x"]},
    "image of one dimension": {"ids": ["a"], "embeddings": [[1.0]], "images": [np.zeros(3)]},
    "documents and images": {"ids": ["a"], "documents": ["x"], "images": [np.zeros((2, 2))]},
    "documents and uris": {"ids": ["a"], "documents": ["x"], "uris": ["x"]},
    "uris without a loader": {"ids": ["a"], "uris": ["x"]},
    "metadatas only": {"ids": ["a"], "metadatas": [{"x": 1}]},
    "metadatas is a dict": {"ids": ["a"], "embeddings": [[1.0]], "metadatas": {"x": 1}},
    "metadatas is a text": {"ids": ["a"], "embeddings": [[1.0]], "metadatas": "x"},
    "metadatas is a tuple": {"ids": ["a"], "embeddings": [[1.0]], "metadatas": ({"x": 1},)},
    "unknown argument": {"ids": ["a"], "embeddings": [[1.0]], "vectors": [[1.0]]},
    "ids missing": {"embeddings": [[1.0]]},
}
_NOT_EXACT = {
    "unequal metadatas",
    "documents and images",
    "documents and uris",
    "unknown argument",
    "ids missing",
    "nothing but ids",
    "metadatas only",
    "documents is a tuple",
    "image of one dimension",
    "uris without a loader",
}
for _call in ("add", "upsert", "update"):
    for _name, _request in _REQUESTS.items():
        AREA.add(
            f"{_call}: {_name}",
            partial(
                lambda stage, call, request: getattr(_toys(stage), call)(**request),
                call=_call,
                request=_request,
            ),
            exact_message=_name not in _NOT_EXACT,
        )

_METADATA: dict[str, Any] = {
    "empty dict": {},
    "a text": "x",
    "a list": ["x"],
    "key int": {5: 1},
    "key None": {None: 1},
    "key empty": {"": 1},
    "key with hash": {"#x": 1},
    "key with dollar": {"$x": 1},
    "key chroma:document": {"chroma:document": "x"},
    "key chroma:other": {"chroma:other": "x"},
    "key chroma:uri": {"chroma:uri": "x"},
    "value dict": {"x": {"y": 1}},
    "value empty dict": {"x": {}},
    "value tuple": {"x": (1, 2)},
    "value set": {"x": {1}},
    "value bytes": {"x": b"y"},
    "value array": {"x": np.array([1, 2])},
    "value np.int64": {"x": np.int64(1)},
    "value np.float32": {"x": np.float32(1)},
    "value np.float64": {"x": np.float64(1.5)},
    "value np.str_": {"x": np.str_("y")},
    "value np.bool_": {"x": np.bool_(True)},
    "list empty": {"x": []},
    "list of ints": {"x": [1, 2]},
    "list of floats": {"x": [1.0, 2.5]},
    "list of texts": {"x": ["b", "a", "b"]},
    "list of bools": {"x": [True, False]},
    "list of int and float": {"x": [1, 2.0]},
    "list of float and int": {"x": [1.0, 2]},
    "list of int and text": {"x": [1, "a"]},
    "list of bool and int": {"x": [True, 1]},
    "list of int and bool": {"x": [1, True]},
    "list of None": {"x": [None]},
    "list of lists": {"x": [[1]]},
    "list of dicts": {"x": [{"y": 1}]},
    "list of np.int64": {"x": [np.int64(1)]},
    "list of long ints": {"x": [2**63 - 1, -(2**63)]},
    "list of 2^63": {"x": [2**63]},
    "list of nan": {"x": [float("nan")]},
    "value 2^63": {"x": 2**63},
    "value -2^63": {"x": -(2**63)},
    "value -2^63-1": {"x": -(2**63) - 1},
    "value 10^400": {"x": 10**400},
    "value nan": {"x": float("nan")},
    "value inf": {"x": float("inf")},
    "value minus inf": {"x": float("-inf")},
    "value minus zero": {"x": -0.0},
    "value complex": {"x": 1j},
    "value sparse": {"x": SparseVector(indices=[1, 5], values=[0.5, 1.0])},
    "value sparse dict": {"x": {"#type": "sparse_vector", "indices": [1], "values": [1.0]}},
    "value sparse dict unsorted": {"x": {"#type": "sparse_vector", "indices": [2, 1], "values": [1.0, 1.0]}},
    "value typed dict unknown": {"x": {"#type": "matrix"}},
}
_EXACT = {
    "empty dict",
    "a text",
    "key int",
    "key empty",
    "key with hash",
    "key with dollar",
    "key chroma:document",
    "value dict",
    "value tuple",
    "list empty",
    "list of int and float",
    "list of bool and int",
    "list of int and text",
}


def _written(stage: Stage, call: str, metadata: Any) -> object:
    collection = stage.collection()
    if call == "update":
        collection.add(ids=["a"], embeddings=[[1.0]], metadatas=[{"before": 1}])
    outcome = stage.attempt(lambda: getattr(collection, call)(ids=["a"], embeddings=[[1.0]], metadatas=[metadata]))
    return [outcome, collection.get()["metadatas"]]


for _call in ("add", "upsert", "update"):
    for _name, _metadata in _METADATA.items():
        AREA.add(
            f"{_call} metadata: {_name}",
            partial(_written, call=_call, metadata=_metadata),
            exact_message=_name in _EXACT,
        )

_SPARSE: dict[str, Any] = {
    "right": ([1, 5], [0.5, 1.0]),
    "with labels": ([1, 5], [0.5, 1.0], ["a", "b"]),
    "empty": ([], []),
    "unequal": ([1], [0.5, 1.0]),
    "unsorted": ([5, 1], [0.5, 1.0]),
    "repeated": ([5, 5], [0.5, 1.0]),
    "negative": ([-1], [0.5]),
    "float index": ([1.5], [0.5]),
    "text value": ([1], ["x"]),
    "tuple indices": ((1,), [0.5]),
    "tuple values": ([1], (0.5,)),
    "labels too many": ([1], [0.5], ["a", "b"]),
    "labels a tuple": ([1], [0.5], ("a",)),
}
for _name, _arguments in _SPARSE.items():
    AREA.add(
        f"sparse vector: {_name}",
        partial(lambda stage, arguments: SparseVector(*arguments), arguments=_arguments),
        exact_message=True,
    )

_INCLUDES: dict[str, Any] = {
    "unknown": ["bogus"],
    "not a text": [1],
    "a text": "documents",
    "a tuple": ("documents",),
    "None": None,
    "upper case": ["Documents"],
    "data": ["data"],
    "distances": ["distances"],
    "twice": ["documents", "documents"],
    "ids": ["ids"],
}
for _name, _include in _INCLUDES.items():
    AREA.add(
        f"get include: {_name}",
        partial(lambda stage, include: stage.collection().get(include=include)["included"], include=_include),
        exact_message=_name not in ("None",),
    )
    AREA.add(
        f"query include: {_name}",
        partial(
            lambda stage, include: stage.collection().query(query_embeddings=[[1.0]], include=include)["included"],
            include=_include,
        ),
        exact_message=_name not in ("None",),
    )


def _three(stage: Stage) -> Any:
    collection = stage.collection()
    collection.add(ids=["a", "b", "c"], embeddings=[[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
    return collection


_GETS: dict[str, dict[str, Any]] = {
    "ids empty": {"ids": []},
    "ids duplicate": {"ids": ["a", "a"]},
    "ids not text": {"ids": [1]},
    "ids a tuple": {"ids": ("a", "b")},
    "ids an empty text": {"ids": [""]},
    "limit negative": {"limit": -1},
    "offset negative": {"offset": -1},
    "limit a text": {"limit": "1"},
    "limit a float": {"limit": 1.0},
    "limit True": {"limit": True},
    "limit too large": {"limit": 2**40},
    "limit larger still": {"limit": 2**70},
    "offset a text": {"offset": "1"},
    "offset a float": {"offset": 1.0},
    "offset too large": {"offset": 2**40},
    "unknown argument": {"n": 1},
}
for _name, _request in _GETS.items():
    AREA.add(
        f"get: {_name}",
        partial(lambda stage, request: _three(stage).get(**request)["ids"], request=_request),
        exact_message=_name.startswith("ids"),
    )


for _limit in (-1, 1.5, "1", True, 0, 2):
    AREA.add(f"peek {_limit!r}", partial(lambda stage, limit: _three(stage).peek(limit)["ids"], limit=_limit))

_QUERIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "n_results 0": {"query_embeddings": [[1, 0]], "n_results": 0},
    "n_results negative": {"query_embeddings": [[1, 0]], "n_results": -1},
    "n_results a float": {"query_embeddings": [[1, 0]], "n_results": 1.0},
    "n_results a text": {"query_embeddings": [[1, 0]], "n_results": "1"},
    "n_results None": {"query_embeddings": [[1, 0]], "n_results": None},
    "n_results True": {"query_embeddings": [[1, 0]], "n_results": True},
    "n_results np.int64": {"query_embeddings": [[1, 0]], "n_results": np.int64(2)},
    "n_results large": {"query_embeddings": [[1, 0]], "n_results": 10**6},
    "embeddings empty": {"query_embeddings": []},
    "embeddings empty vector": {"query_embeddings": [[]]},
    "embeddings a text": {"query_embeddings": "x"},
    "embeddings texts": {"query_embeddings": ["x"]},
    "embeddings tuple": {"query_embeddings": (1.0, 0.0)},
    "embeddings bool first": {"query_embeddings": [[True, 0]]},
    "embeddings uint8": {"query_embeddings": np.array([[1, 0]], dtype=np.uint8)},
    "embeddings ragged": {"query_embeddings": [[1, 0], [1]]},
    "embeddings wrong dimension": {"query_embeddings": [[1, 0, 0]]},
    "embeddings nan": {"query_embeddings": [[float("nan"), 0.0]], "include": []},
    "embeddings inf": {"query_embeddings": [[float("inf"), 0.0]], "include": []},
    "texts empty": {"query_texts": []},
    "texts an int": {"query_texts": [1]},
    "texts and images": {"query_texts": ["x"], "query_images": [np.zeros((2, 2))]},
    "uris without a loader": {"query_uris": ["x"]},
    "unequal embeddings and texts": {"query_embeddings": [[1, 0]], "query_texts": ["x", "y"]},
    "where bad": {"query_embeddings": [[1, 0]], "where": {"x": {"$like": 1}}},
    "where document bad": {"query_embeddings": [[1, 0]], "where_document": {"$like": "x"}},
}
_QUERIES_NOT_EXACT = {
    "n_results np.int64",
    "embeddings empty vector",
    "texts empty",
    "texts an int",
    "texts and images",
    "uris without a loader",
    "n_results large",
    "embeddings nan",
    "embeddings inf",
}
for _name, _request in _QUERIES.items():
    AREA.add(
        f"query: {_name}",
        partial(lambda stage, request: sorted(_three(stage).query(**request)["ids"][0]), request=_request),
        exact_message=_name not in _QUERIES_NOT_EXACT,
    )
