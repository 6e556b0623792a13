"""Numbers: how vectors and metadata are kept."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .area import Area, Stage

AREA = Area("numbers")

_VECTORS: dict[str, list[Any]] = {
    "tenths": [0.1, 0.2, 0.3],
    "third": [1 / 3, 2 / 3, 0.3333333333],
    "large": [123456789.123, 1e10, 16777217],
    "largest": [3.4028235e38, -3.4028235e38, 1.0],
    "small": [1e-45, 1.1754944e-38, 1e-30],
    "too small": [1e-46, 0.0, 1.0],
    "zeros": [0.0, 0.0, 0.0],
    "minus zero": [-0.0, 1.0, 0.0],
    "negative": [-1.5, -2.25, -1e-3],
}


def _vector(stage: Stage, vector: Any, space: str, array: bool) -> object:
    collection = stage.collection(configuration={"hnsw": {"space": space}})
    collection.add(ids=["a"], embeddings=[np.array(vector)] if array else [vector])
    found = collection.get(include=["embeddings"])["embeddings"]
    return [found, [float(value).hex() for value in found[0]]]


for _name, _values in _VECTORS.items():
    for _array in (False, True):
        AREA.add(
            f"vector: {_name}{' in an array' if _array else ''}",
            partial(_vector, vector=_values, space="l2", array=_array),
        )
    AREA.add(f"vector in cosine: {_name}", partial(_vector, vector=_values, space="cosine", array=False))
for _name, _values in {"30, 40": [30, 40], "1, 2, 3": [1, 2, 3], "3, 4": [3, 4], "zero": [0, 0]}.items():
    AREA.add(f"vector in cosine: {_name}", partial(_vector, vector=_values, space="cosine", array=False))

_NUMBERS: dict[str, Any] = {
    "zero": 0,
    "2^53": 2**53,
    "2^53+1": 2**53 + 1,
    "2^63-1": 2**63 - 1,
    "-2^63": -(2**63),
    "2^63": 2**63,
    "-2^63-1": -(2**63) - 1,
    "2^64": 2**64,
    "10^20": 10**20,
    "1.0": 1.0,
    "0.1": 0.1,
    "1e308": 1e308,
    "5e-324": 5e-324,
    "-0.0": -0.0,
    "1e16": 1e16,
    "third": 1 / 3,
    "0.1+0.2": 0.1 + 0.2,
    "True": True,
    "False": False,
    "ints": [1, 2**53 + 1, -(2**63)],
    "floats": [1.0, 0.1, 5e-324],
    "one whole float": [1.0],
    "bools": [True, False],
    "a long array": list(range(1000)),
    "repeated values": [3, 1, 3, 2, 1],
}


def _metadata(stage: Stage, value: Any) -> object:
    collection = stage.collection()
    collection.add(ids=["a"], embeddings=[[1.0]], metadatas=[{"x": value}])
    read = collection.get()["metadatas"][0]["x"]
    return [read, repr(read)[:60], type(read).__name__]


for _name, _value in _NUMBERS.items():
    AREA.add(f"metadata: {_name}", partial(_metadata, value=_value))

_TEXTS = {
    "empty": "",
    "space": " ",
    "newline": "a\nb",
    "NUL": "a\0b",
    "emoji": "🎉",
    "combining": "e\u0301",
    "number": "1",
    "json": '{"a": 1}',
    "long": "x" * 100_000,
    "quotes": "'\"`",
    "true": "true",
}


def _text(stage: Stage, value: str) -> object:
    collection = stage.collection()
    collection.add(
        ids=["a"],
        embeddings=[[1.0]],
        documents=[value],
        metadatas=[{"x": value, "l": [value, value]}],
        uris=[value],
    )
    found = collection.get(include=["documents", "metadatas", "uris"])
    return [
        found["documents"][0] == value,
        found["metadatas"][0] == {"x": value, "l": [value, value]},
        found["uris"][0] == value,
        collection.get(where={"x": value})["ids"],
        collection.get(where={"l": {"$contains": value}})["ids"],
    ]


for _name, _value in _TEXTS.items():
    AREA.add(f"text: {_name}", partial(_text, value=_value))


@AREA.case()
def a_large_document(stage: Stage) -> object:
    collection = stage.collection()
    text = "word " * 400_000
    collection.add(ids=["a"], embeddings=[[1.0]], documents=[text])
    return [
        collection.get()["documents"][0] == text,
        collection.get(where_document={"$contains": "word word"})["ids"],
    ]


@AREA.case()
def many_metadata_keys(stage: Stage) -> object:
    collection = stage.collection()
    metadata = {f"key{number}": number for number in range(300)}
    collection.add(ids=["a"], embeddings=[[1.0]], metadatas=[metadata])
    return [collection.get()["metadatas"][0] == metadata, collection.get(where={"key299": 299})["ids"]]
