"""The main operations through a client that was generated from ``/openapi.json``; runs where its generator is.

Arguments: the folder that holds the package ``generated``, and the URL of a server without data.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

sys.path.insert(0, sys.argv[1])

PLACE = ("default_tenant", "default_database")


def model(name: str) -> Any:
    return getattr(importlib.import_module("generated.models"), name)


def call(path: str, *place: str, **arguments: Any) -> Any:
    """Return the parsed answer to an operation; SystemExit for an answer that the description does not have."""
    module: ModuleType = importlib.import_module(f"generated.api.{path}")
    answer = module.sync_detailed(*place, client=CLIENT, **arguments)
    if answer.parsed is None:
        raise SystemExit(f"{path} answered {answer.status_code}, which the client does not know: {answer.content!r}")
    return answer.parsed


CLIENT = importlib.import_module("generated.client").Client(base_url=sys.argv[2])


def main() -> None:
    assert call("system.heartbeat").nanosecond_heartbeat > 0
    made = call("collection.create_collection", *PLACE, body=model("CreateCollection")(name="things"))
    assert (made.name, made.tenant, made.dimension) == ("things", "default_tenant", None)
    things = (*PLACE, made.id)
    added = {
        "ids": ["a", "b", "c"],
        "embeddings": [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]],
        "documents": ["one", None, "three"],
        "metadatas": [{"n": 1, "tags": ["a"]}, None, {"n": 3}],
    }
    call("record.collection_add", *things, body=model("AddRecords").from_dict(added))
    assert call("record.collection_count", *things) == 3

    query = model("QueryRecords").from_dict(
        {"query_embeddings": [[1.0, 0.1]], "n_results": 2, "where": {"n": {"$gte": 1}},
         "include": ["documents", "metadatas", "distances", "embeddings"]}
    )  # fmt: skip
    hits = call("record.collection_query", *things, body=query)
    assert (hits.ids, hits.documents) == ([["a", "c"]], [["one", "three"]])
    assert hits.metadatas[0][0].to_dict() == {"n": 1, "tags": ["a"]}
    assert abs(hits.distances[0][0] - 0.01) < 1e-6

    asked = model("GetRecords").from_dict({"ids": ["b", "a"], "include": ["documents", "embeddings", "metadatas"]})
    records = call("record.collection_get", *things, body=asked)
    assert (records.ids, records.documents, records.embeddings[0]) == (["a", "b"], ["one", None], [1.0, 0.0])

    searches = {"searches": [{"rank": {"$knn": {"query": [1.0, 0.0], "key": "#embedding", "limit": 2}},
                              "limit": {"limit": 1}, "select": {"keys": ["#document", "#score"]}}]}  # fmt: skip
    found = call("record.collection_search", *things, body=model("SearchRecords").from_dict(searches))
    assert (found.ids, found.documents) == ([["a"]], [["one"]])

    call("record.collection_update", *things, body=model("UpdateRecords").from_dict({"ids": ["a"], "documents": ["1"]}))
    changed = {"ids": ["d"], "embeddings": [[1.0, 1.0]]}
    call("record.collection_upsert", *things, body=model("AddRecords").from_dict(changed))
    gone = call("record.collection_delete", *things, body=model("DeleteRecords").from_dict({"ids": ["b", "d"]}))
    assert gone.deleted == 2

    names = [collection.name for collection in call("collection.list_collections", *PLACE)]
    assert names == ["things"]
    renamed = model("UpdateCollection").from_dict({"new_name": "others", "new_metadata": {"a": 1}})
    call("collection.update_collection", *things, body=renamed)
    assert call("collection.get_collection", *PLACE, "others").metadata.to_dict() == {"a": 1}
    refused = call("collection.get_collection", *PLACE, "things")
    assert (refused.error, "does not exist" in refused.message) == ("NotFoundError", True)
    call("collection.delete_collection", *PLACE, "others")
    assert call("collection.count_collections", *PLACE) == 0


main()
