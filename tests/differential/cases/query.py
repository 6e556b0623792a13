"""query: distances, shapes, filters."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .area import Area, Stage
from .results import hits, kinds

_VECTORS: dict[str, list[float]] = {
    "same": [2.0, 1.0],
    "near": [1.0, 2.0],
    "zero": [0.0, 0.0],
    "left": [-3.0, 4.0],
    "opposite": [-2.0, -1.0],
    "far": [100.0, 50.0],
    "tiny": [1e-6, 2e-6],
    "tenths": [0.1, 0.7],
}


def _prepare(stage: Stage) -> Any:
    made = {}
    for space in ("l2", "cosine", "ip"):
        collection = stage.collection(f"things-{space}", configuration={"hnsw": {"space": space}})
        rows = range(len(_VECTORS))
        collection.add(
            ids=list(_VECTORS),
            embeddings=list(_VECTORS.values()),
            documents=[f"text of {name}" for name in _VECTORS],
            metadatas=[{"row": row, "even": row % 2 == 0} for row in rows],
        )
        made[space] = collection
    return made


AREA = Area("query", _prepare)

_POINTS = {
    "2 1": [2, 1],
    "0 0": [0, 0],
    "-1 3": [-1, 3],
    "0.1 0.7": [0.1, 0.7],
    "1e3 1e3": [1e3, 1e3],
    "1e-6 0": [1e-6, 0],
}
for _space in ("l2", "cosine", "ip"):
    for _name, _point in _POINTS.items():
        AREA.add(
            f"{_space} from {_name}",
            partial(
                lambda stage, space, point: hits(stage.shared[space].query(query_embeddings=[point])),
                space=_space,
                point=_point,
            ),
        )

_SHAPES: dict[str, Any] = {
    "list": [2.0, 1.0],
    "list of ints": [2, 1],
    "list of lists": [[2.0, 1.0]],
    "two lists": [[2.0, 1.0], [0.0, 0.0]],
    "array 1-D": np.array([2.0, 1.0]),
    "array 2-D": np.array([[2.0, 1.0], [0.0, 0.0]]),
    "array float16": np.array([[2.0, 1.0]], dtype=np.float16),
    "array float32": np.array([[2.0, 1.0]], dtype=np.float32),
    "array int64": np.array([[2, 1]]),
    "list of arrays": [np.array([2.0, 1.0]), np.array([0.0, 0.0])],
    "list of np.float64": [np.float64(2), np.float64(1)],
}
for _name, _shape in _SHAPES.items():
    AREA.add(
        f"query embeddings: {_name}",
        partial(
            lambda stage, shape: hits(stage.shared["l2"].query(query_embeddings=shape, n_results=2)),
            shape=_shape,
        ),
    )

_INCLUDES: list[list[str]] = [
    [],
    ["distances"],
    ["documents"],
    ["metadatas"],
    ["embeddings"],
    ["uris"],
    ["documents", "distances"],
    ["metadatas", "documents", "distances", "embeddings", "uris"],
]
for _include in _INCLUDES:
    _label = ",".join(_include) or "nothing"
    AREA.add(
        f"include {_label}",
        partial(
            lambda stage, include: stage.shared["l2"].query(
                query_embeddings=[[2, 1], [-3, 4]], n_results=2, include=include
            ),
            include=_include,
        ),
    )
    AREA.add(
        f"kinds with {_label}",
        partial(
            lambda stage, include: kinds(
                stage.shared["l2"].query(query_embeddings=[[2, 1], [-3, 4]], n_results=2, include=include)
            ),
            include=_include,
        ),
    )
    AREA.add(
        f"kinds of nothing with {_label}",
        partial(
            lambda stage, include: kinds(
                stage.shared["l2"].query(query_embeddings=[[2, 1]], where={"row": -1}, include=include)
            ),
            include=_include,
        ),
    )


@AREA.case()
def default_result(stage: Stage) -> object:
    return stage.shared["l2"].query(query_embeddings=[2, 1], n_results=2)


@AREA.case()
def types_in_the_result(stage: Stage) -> object:
    result = stage.shared["l2"].query(query_embeddings=[[2, 1]], n_results=2, include=["distances", "embeddings"])
    return [
        type(result["distances"][0]).__name__,
        type(result["distances"][0][0]).__name__,
        type(result["embeddings"]).__name__,
        type(result["embeddings"][0]).__name__,
        type(result["embeddings"][0][0]).__name__,
        result["embeddings"][0].dtype.name,
        type(result["ids"][0][0]).__name__,
    ]


_REQUESTS: dict[str, dict[str, Any]] = {
    "default n_results": {},
    "one result": {"n_results": 1},
    "more than there are": {"n_results": 100},
    "where": {"where": {"even": True}},
    "where and one result": {"where": {"even": False}, "n_results": 1},
    "where without a match": {"where": {"row": 77}},
    "document": {"where_document": {"$contains": "of t"}},
    "document without a match": {"where_document": {"$contains": "zzz"}},
    "pattern": {"where_document": {"$regex": "of (far|left)$"}},
    "both": {"where": {"even": True}, "where_document": {"$contains": "of"}},
    "ids": {"ids": ["far", "near"]},
    "one id as a text": {"ids": "far"},
    "ids and where": {"ids": ["far", "near", "same"], "where": {"even": True}},
    "ids, where and document": {
        "ids": ["far", "near", "same"],
        "where": {"even": True},
        "where_document": {"$contains": "same"},
    },
    "ids repeated": {"ids": ["far", "far", "near"]},
    "ids empty": {"ids": []},
    "ids empty and where": {"ids": [], "where": {"even": True}},
    "ids with an unknown one and where": {"ids": ["far", "zz"], "where": {"row": {"$gte": 0}}},
    "ids with an unknown one": {"ids": ["far", "zz"]},
    "ids unknown only": {"ids": ["zz"]},
    "ids and one result": {"ids": ["far", "near"], "n_results": 1},
    "ids not text": {"ids": [1]},
    "two queries": {"query_embeddings": [[2, 1], [-3, 4]], "n_results": 3},
    "two queries and where": {"query_embeddings": [[2, 1], [-3, 4]], "where": {"even": True}},
    "two queries without a match": {"query_embeddings": [[2, 1], [-3, 4]], "where": {"row": 77}},
}
for _name, _request in _REQUESTS.items():
    AREA.add(
        _name,
        partial(
            lambda stage, request: hits(stage.shared["l2"].query(**{"query_embeddings": [[2, 1]], **request})),
            request=_request,
        ),
    )


@AREA.case()
def an_empty_collection(stage: Stage) -> object:
    collection = stage.collection()
    before = collection.query(query_embeddings=[[1, 2, 3]])
    two = collection.query(query_embeddings=[[1, 2], [3, 4]], include=["embeddings", "distances"])
    collection.add(ids=["a"], embeddings=[[1, 2]])
    collection.delete(ids=["a"])
    return [before, kinds(two), two["ids"], collection.query(query_embeddings=[[1, 2]])]


@AREA.case()
def a_filtered_empty_collection(stage: Stage) -> object:
    return stage.collection().query(query_embeddings=[[1, 2, 3]], where={"x": 1}, where_document={"$contains": "x"})


@AREA.case()
def after_update(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a", "b"], embeddings=[[1.0, 0.0], [0.0, 5.0]])
    collection.update(ids=["a"], embeddings=[[9.0, 9.0]])
    collection.upsert(ids=["b", "c"], embeddings=[[1.0, 1.0], [2.0, 2.0]])
    return hits(collection.query(query_embeddings=[[1, 0]]))


@AREA.case()
def after_delete(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a", "b", "c"], embeddings=[[1.0], [2.0], [4.0]])
    collection.delete(ids=["a"])
    collection.add(ids=["a"], embeddings=[[7.0]])
    return hits(collection.query(query_embeddings=[[1]]))


@AREA.case()
def null_columns(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a", "b"], embeddings=[[1.0], [2.0]], documents=["x", None], metadatas=[None, {"k": 1}])
    return collection.query(query_embeddings=[[1]], include=["documents", "metadatas", "uris", "distances"])


@AREA.case()
def three_hundred_records(stage: Stage) -> object:
    collection = stage.collection()
    generator = np.random.default_rng(5)
    vectors = generator.normal(size=(300, 16)).astype(np.float32)
    collection.add(
        ids=[f"r{row}" for row in range(300)],
        embeddings=vectors,
        metadatas=[{"row": row % 7} for row in range(300)],
    )
    return {
        "plain": hits(collection.query(query_embeddings=vectors[:3] + 0.1, n_results=5)),
        "filtered": hits(collection.query(query_embeddings=vectors[:3] + 0.1, n_results=5, where={"row": 3})),
        "range": hits(collection.query(query_embeddings=vectors[5] + 0.1, n_results=5, where={"row": {"$lt": 2}})),
    }


@AREA.case()
def equal_vectors(stage: Stage) -> object:
    collection = stage.collection()
    collection.add(ids=["a", "b", "c"], embeddings=[[1.0, 1.0]] * 3)
    return hits(collection.query(query_embeddings=[[1, 1]], n_results=3))


@AREA.case()
def infinite_query(stage: Stage) -> object:
    return len(stage.shared["l2"].query(query_embeddings=[[float("inf"), 0.0]], n_results=3)["ids"][0])


@AREA.case()
def nan_query(stage: Stage) -> object:
    return len(stage.shared["l2"].query(query_embeddings=[[float("nan"), 0.0]], n_results=3)["ids"][0])


@AREA.case()
def one_dimension(stage: Stage) -> object:
    collection = stage.collection(configuration={"hnsw": {"space": "cosine"}})
    collection.add(ids=["a", "b"], embeddings=[[1.0], [-2.0]])
    return hits(collection.query(query_embeddings=[[3.0]]))
