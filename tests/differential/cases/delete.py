"""delete: what goes and what is said about it."""

from __future__ import annotations

from functools import partial
from typing import Any

from .area import Area, Stage

AREA = Area("delete")


def _filled(stage: Stage) -> Any:
    collection = stage.collection()
    collection.add(
        ids=[f"r{row}" for row in range(8)],
        embeddings=[[float(row)] for row in range(8)],
        documents=[f"text {row}" for row in range(8)],
        metadatas=[{"row": row, "even": row % 2 == 0, "tags": ["a", "b"][: row % 3] or ["z"]} for row in range(8)],
    )
    return collection


def _deleted(stage: Stage, request: dict[str, Any]) -> object:
    collection = _filled(stage)
    outcome = stage.attempt(lambda: collection.delete(**request))
    return [outcome, collection.get(include=[])["ids"], collection.count()]


_REQUESTS: dict[str, dict[str, Any]] = {
    "one id": {"ids": ["r3"]},
    "one id as a text": {"ids": "r3"},
    "two ids": {"ids": ["r3", "r1"]},
    "unknown id": {"ids": ["zz"]},
    "unknown and known ids": {"ids": ["zz", "r1", "yy"]},
    "where": {"where": {"even": True}},
    "where without a match": {"where": {"row": 77}},
    "where $ne on a missing key": {"where": {"absent": {"$ne": 1}}},
    "where $contains": {"where": {"tags": {"$contains": "b"}}},
    "document": {"where_document": {"$contains": "text 5"}},
    "pattern": {"where_document": {"$regex": "[1-3]$"}},
    "where and document": {"where": {"even": True}, "where_document": {"$regex": "[1-4]"}},
    "ids and where": {"ids": ["r1", "r2", "r4", "zz"], "where": {"even": True}},
    "ids and document": {"ids": ["r1", "r2"], "where_document": {"$contains": "2"}},
    "limit": {"where": {"even": True}, "limit": 2},
    "limit with document": {"where_document": {"$contains": "text"}, "limit": 3},
    "limit with ids and where": {"ids": ["r6", "r4", "r2"], "where": {"even": True}, "limit": 1},
    "limit past the matches": {"where": {"even": True}, "limit": 100},
    "limit 0": {"where": {"even": True}, "limit": 0},
    "limit with ids only": {"ids": ["r1"], "limit": 1},
    "limit alone": {"limit": 1},
    "limit negative": {"where": {"even": True}, "limit": -1},
    "limit True": {"where": {"even": True}, "limit": True},
    "limit a float": {"where": {"even": True}, "limit": 1.0},
    "limit a text": {"where": {"even": True}, "limit": "1"},
    "nothing": {},
    "ids None": {"ids": None},
    "ids empty": {"ids": []},
    "ids empty and where": {"ids": [], "where": {"even": True}},
    "ids duplicate": {"ids": ["r1", "r1"]},
    "ids not text": {"ids": [1]},
    "ids an empty text": {"ids": [""]},
    "ids a tuple": {"ids": ("r1", "r2")},
    "where empty": {"where": {}},
    "where bad": {"where": {"x": {"$like": 1}}},
    "document bad": {"where_document": {"$like": "x"}},
    "pattern bad": {"where_document": {"$regex": "("}},
}
_NOT_EXACT = {"ids an empty text"}
for _name, _request in _REQUESTS.items():
    AREA.add(_name, partial(_deleted, request=_request), exact_message=_name not in _NOT_EXACT)


@AREA.case()
def of_an_empty_collection(stage: Stage) -> object:
    collection = stage.collection()
    return [collection.delete(ids=["a"]), collection.delete(where={"x": 1}), collection.count()]


@AREA.case()
def twice(stage: Stage) -> object:
    collection = _filled(stage)
    return [collection.delete(ids=["r1"]), collection.delete(ids=["r1"]), collection.count()]


@AREA.case()
def deleted_records_are_found_nowhere(stage: Stage) -> object:
    collection = _filled(stage)
    collection.delete(where={"even": True})
    return {
        "get": collection.get(include=[])["ids"],
        "where": collection.get(where={"row": {"$gte": 4}}, include=[])["ids"],
        "document": collection.get(where_document={"$contains": "text 4"}, include=[])["ids"],
        "query": sorted(collection.query(query_embeddings=[[4.0]], n_results=10)["ids"][0]),
        "update": [collection.update(ids=["r4"], metadatas=[{"row": 44}]), collection.count()],
    }


@AREA.case()
def metadata_does_not_come_back(stage: Stage) -> object:
    collection = _filled(stage)
    collection.delete(ids=["r7"])
    collection.add(ids=["r7", "new"], embeddings=[[7.0], [8.0]])
    return collection.get(ids=["r7", "new"])


@AREA.case()
def of_another_collection_stays(stage: Stage) -> object:
    collection = _filled(stage)
    other = stage.collection("others")
    other.add(ids=["r1", "r2"], embeddings=[[1.0], [2.0]], metadatas=[{"even": True}, {"even": False}])
    collection.delete(where={"even": True})
    collection.delete(ids=["r1"])
    return other.get()["ids"]
