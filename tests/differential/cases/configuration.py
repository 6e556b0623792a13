"""Configuration of collections, in and out."""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

from .area import Area, Stage

AREA = Area("configuration")


def _without_machine(configuration: Any) -> Any:
    """Drop what depends on the number of cores."""
    configuration = copy.deepcopy(configuration)
    (configuration.get("hnsw") or {}).pop("num_threads", None)
    return configuration


def _made(stage: Stage, options: dict[str, Any]) -> object:
    made = stage.collection(**options)
    found = stage.client.get_collection("things", embedding_function=None)
    return [_without_machine(made.configuration_json), _without_machine(found.configuration_json)]


_CONFIGURATIONS: dict[str, Any] = {
    "none": None,
    "empty": {},
    "empty hnsw": {"hnsw": {}},
    "hnsw None": {"hnsw": None},
    "space l2": {"hnsw": {"space": "l2"}},
    "space cosine": {"hnsw": {"space": "cosine"}},
    "space ip": {"hnsw": {"space": "ip"}},
    "every member": {
        "hnsw": {
            "space": "cosine",
            "ef_construction": 123,
            "ef_search": 45,
            "max_neighbors": 7,
            "num_threads": 3,
            "resize_factor": 1.5,
            "batch_size": 50,
            "sync_threshold": 500,
        }
    },
    "zeros": {"hnsw": {"ef_construction": 0, "ef_search": 0, "max_neighbors": 0, "resize_factor": 0.0}},
    "member None": {"hnsw": {"ef_search": None, "space": "ip"}},
    "resize factor int": {"hnsw": {"resize_factor": 2}},
    "unknown space": {"hnsw": {"space": "l1"}},
    "space upper case": {"hnsw": {"space": "L2"}},
    "unknown member": {"hnsw": {"foo": 1}},
    "unknown top member": {"foo": 1},
    "negative": {"hnsw": {"ef_search": -1}},
    "fraction": {"hnsw": {"ef_search": 1.5}},
    "text": {"hnsw": {"ef_search": "10"}},
    "bool": {"hnsw": {"ef_search": True}},
    "hnsw is a list": {"hnsw": []},
    "spann empty": {"spann": {}},
    "spann space": {"spann": {"space": "ip"}},
    "spann members": {"spann": {"space": "cosine", "search_nprobe": 32, "ef_search": 50}},
    "spann unknown member": {"spann": {"foo": 1}},
    "both": {"hnsw": {"space": "l2"}, "spann": {"space": "l2"}},
    "a text": "hnsw",
}
for _name, _configuration in _CONFIGURATIONS.items():
    AREA.add(_name, partial(_made, options={"configuration": _configuration}))

_LEGACY: dict[str, Any] = {
    "hnsw:space cosine": {"hnsw:space": "cosine"},
    "hnsw:space ip": {"hnsw:space": "ip"},
    "hnsw:space unknown": {"hnsw:space": "l1"},
    "hnsw:space int": {"hnsw:space": 1},
    "every key": {
        "hnsw:space": "cosine",
        "hnsw:construction_ef": 120,
        "hnsw:search_ef": 30,
        "hnsw:M": 8,
        "hnsw:num_threads": 2,
        "hnsw:resize_factor": 1.3,
        "hnsw:batch_size": 20,
        "hnsw:sync_threshold": 200,
    },
    "hnsw:resize_factor int": {"hnsw:resize_factor": 2},
    "hnsw:batch_size 1": {"hnsw:batch_size": 1},
    "hnsw:sync_threshold 1": {"hnsw:sync_threshold": 1},
    "unknown key": {"hnsw:foo": 1},
    "wrong type": {"hnsw:M": "many"},
    "other metadata too": {"hnsw:space": "cosine", "topic": "demo"},
}
for _name, _metadata in _LEGACY.items():
    AREA.add(f"metadata {_name}", partial(_made, options={"metadata": _metadata}))

for _name, _configuration in {
    "none": None,
    "the default space": {"hnsw": {"space": "l2"}},
    "other member": {"hnsw": {"ef_search": 10}},
    "other space": {"hnsw": {"space": "ip"}},
    "spann space": {"spann": {"space": "ip"}},
}.items():
    AREA.add(
        f"metadata cosine beside configuration: {_name}",
        partial(_made, options={"metadata": {"hnsw:space": "cosine"}, "configuration": _configuration}),
    )


@AREA.case()
def configuration_property(stage: Stage) -> object:
    configuration = stage.collection(configuration={"hnsw": {"space": "cosine"}}).configuration
    return [type(configuration).__name__, _without_machine(configuration)]


@AREA.case()
def the_space_decides_distances(stage: Stage) -> object:
    distances = {}
    for space in ("l2", "cosine", "ip"):
        collection = stage.collection(f"things-{space}", configuration={"hnsw": {"space": space}})
        collection.add(ids=["a"], embeddings=[[2.0, 1.0]])
        distances[space] = collection.query(query_embeddings=[[1.0, 3.0]])["distances"]
    return distances


def _modified(stage: Stage, configuration: Any) -> object:
    collection = stage.collection(configuration={"hnsw": {"space": "cosine", "ef_search": 50}})
    outcome = stage.attempt(lambda: collection.modify(configuration=configuration))
    outcome.pop("message", None)
    found = stage.client.get_collection("things", embedding_function=None)
    return [outcome, _without_machine(found.configuration_json)]


for _name, _configuration in {
    "empty": {},
    "ef_search": {"hnsw": {"ef_search": 77}},
    "several": {
        "hnsw": {
            "ef_search": 77,
            "num_threads": 2,
            "resize_factor": 1.7,
            "sync_threshold": 20,
            "batch_size": 9,
        }
    },
    "max_neighbors": {"hnsw": {"max_neighbors": 5}},
    "space": {"hnsw": {"space": "l2"}},
    "ef_construction": {"hnsw": {"ef_construction": 5}},
    "unknown member": {"hnsw": {"foo": 5}},
    "negative": {"hnsw": {"ef_search": -5}},
    "text": {"hnsw": {"ef_search": "5"}},
    "spann": {"spann": {"search_nprobe": 10}},
    "both": {"hnsw": {"ef_search": 5}, "spann": {"search_nprobe": 10}},
    "unknown top member": {"foo": 1},
}.items():
    AREA.add(f"modify: {_name}", partial(_modified, configuration=_configuration))


@AREA.case()
def modified_object_shows_it(stage: Stage) -> object:
    collection = stage.collection()
    collection.modify(configuration={"hnsw": {"ef_search": 33}})
    return [collection.configuration_json["hnsw"]["ef_search"], collection.configuration["hnsw"]["ef_search"]]
