"""get and peek: columns, pages, shapes."""

from __future__ import annotations

from functools import partial
from typing import Any

from .area import Area, Stage
from .results import kinds


def _prepare(stage: Stage) -> Any:
    collection = stage.collection()
    collection.add(
        ids=[f"r{row:02d}" for row in range(20)],
        embeddings=[[float(row), float(row * row), 0.5] for row in range(20)],
        documents=[f"document {row}" if row % 3 else None for row in range(20)],
        metadatas=[{"row": row, "odd": row % 2 == 1} if row % 4 else None for row in range(20)],
        uris=[f"file:///{row}" if row % 5 == 0 else None for row in range(20)],  # type: ignore[misc]
    )
    return collection


AREA = Area("reads", _prepare)

_INCLUDES: list[list[str]] = [
    [],
    ["documents"],
    ["metadatas"],
    ["embeddings"],
    ["uris"],
    ["documents", "metadatas"],
    ["metadatas", "documents", "embeddings"],
    ["embeddings", "uris", "documents", "metadatas"],
]
for _include in _INCLUDES:
    AREA.add(
        f"include {','.join(_include) or 'nothing'}",
        partial(
            lambda stage, include: stage.shared.get(ids=["r00", "r01", "r05"], include=include),
            include=_include,
        ),
    )
    AREA.add(
        f"kinds with {','.join(_include) or 'nothing'}",
        partial(lambda stage, include: kinds(stage.shared.get(limit=4, include=include)), include=_include),
    )
    AREA.add(
        f"kinds of nothing with {','.join(_include) or 'nothing'}",
        partial(lambda stage, include: kinds(stage.shared.get(ids=["zz"], include=include)), include=_include),
    )

_REQUESTS: dict[str, dict[str, Any]] = {
    "everything": {},
    "one id": {"ids": ["r03"]},
    "one id as a text": {"ids": "r03"},
    "ids out of order": {"ids": ["r07", "r01", "r19", "r00"]},
    "unknown ids": {"ids": ["zz", "r02", "yy"]},
    "only unknown ids": {"ids": ["zz"]},
    "limit": {"limit": 3},
    "offset": {"offset": 17},
    "limit and offset": {"limit": 3, "offset": 5},
    "limit 0": {"limit": 0},
    "offset 0": {"offset": 0},
    "offset at the end": {"offset": 20},
    "offset past the end": {"offset": 100},
    "limit past the end": {"limit": 100, "offset": 18},
    "ids and limit": {"ids": ["r07", "r01", "r19", "r00"], "limit": 2},
    "ids and offset": {"ids": ["r07", "r01", "r19", "r00"], "offset": 1},
    "ids and page": {"ids": ["r07", "r01", "r19", "r00"], "limit": 2, "offset": 1},
    "where and page": {"where": {"odd": True}, "limit": 2, "offset": 3},
    "document and page": {"where_document": {"$contains": "document 1"}, "limit": 3, "offset": 2},
    "both filters": {"where": {"odd": True}, "where_document": {"$contains": "1"}},
    "both filters and ids": {
        "ids": ["r01", "r11", "r13", "r14"],
        "where": {"odd": True},
        "where_document": {"$contains": "1"},
    },
    "everything at once": {
        "ids": ["r01", "r11", "r13", "r14", "r17"],
        "where": {"odd": True},
        "where_document": {"$contains": "1"},
        "limit": 2,
        "offset": 1,
    },
}
for _name, _request in _REQUESTS.items():
    AREA.add(_name, partial(lambda stage, request: stage.shared.get(**request), request=_request))


@AREA.case()
def peek(stage: Stage) -> object:
    return [stage.shared.peek(2), kinds(stage.shared.peek()), stage.shared.peek(limit=100)["ids"]]


@AREA.case()
def peek_zero(stage: Stage) -> object:
    return stage.shared.peek(0)


@AREA.case()
def count(stage: Stage) -> object:
    return stage.shared.count()


@AREA.case()
def an_empty_collection(stage: Stage) -> object:
    collection = stage.collection()
    return [
        collection.count(),
        collection.get(),
        collection.get(ids=["a"]),
        collection.get(include=["embeddings"]),
        collection.get(where={"x": 1}, limit=3, offset=2),
        collection.peek(),
        kinds(collection.get(include=["embeddings"])),
    ]


@AREA.case()
def the_result_may_be_changed(stage: Stage) -> object:
    found = stage.shared.get(ids=["r01"], include=["metadatas", "embeddings"])
    found["metadatas"][0]["row"] = 99
    found["embeddings"][0][0] = 99.0
    again = stage.shared.get(ids=["r01"], include=["metadatas", "embeddings"])
    return [again["metadatas"], again["embeddings"]]


@AREA.case()
def data_with_a_loader(stage: Stage) -> object:
    collection = stage.client.create_collection(
        "things", embedding_function=None, data_loader=lambda uris: [f"loaded {uri}" for uri in uris]
    )
    collection.add(ids=["a", "b"], embeddings=[[1.0], [2.0]], uris=["u", "v"], metadatas=[{"x": 1}, None])
    return {
        "data": collection.get(include=["data"]),
        "data and uris": collection.get(include=["data", "uris"]),
        "query": collection.query(query_embeddings=[[1.0], [2.0]], n_results=1, include=["data"]),
    }


@AREA.case()
def a_record_with_only_a_uri(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a", "b"], embeddings=[[1.0], [2.0]], uris=["u", "v"])
    return collection.get(include=["metadatas", "documents", "uris"])


@AREA.case()
def a_record_with_only_a_document(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a", "b"], embeddings=[[1.0], [2.0]], documents=["x", "y"])
    return collection.get()


@AREA.case()
def a_record_with_only_a_vector(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a", "b"], embeddings=[[1.0], [2.0]])
    return collection.get(include=["metadatas", "documents", "uris", "embeddings"])
