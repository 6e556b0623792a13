from __future__ import annotations

import os
from typing import Any

import pytest

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.schema import CollectionSchema

DEFAULT = {"type": "known", "name": "default", "config": {}}
OTHER = {"type": "known", "name": "other", "config": {}}
LEGACY = {"type": "legacy"}
UNKNOWN = {"type": "unknown"}
OFF = {"enabled": False, "config": {}}


def with_vectors(in_defaults: dict[str, Any], in_embedding: dict[str, Any]) -> dict[str, Any]:
    def index(enabled: bool, config: dict[str, Any]) -> dict[str, Any]:
        return {"float_list": {"vector_index": {"enabled": enabled, "config": config}}}

    return {"defaults": index(False, in_defaults), "keys": {"#embedding": index(True, in_embedding)}}


def same(**config: Any) -> dict[str, Any]:
    return with_vectors(config, config)


PLAIN_SCHEMAS = {
    "empty": {"defaults": {}, "keys": {}},
    "default function": same(embedding_function=DEFAULT, space="l2"),
    "unknown function": same(embedding_function=UNKNOWN),
    "default function in one place": with_vectors({}, {"embedding_function": DEFAULT}),
    "defaults spelled out": same(hnsw={"ef_search": 100}),
    "entries without members": {"defaults": {"string": {}}, "keys": {"#document": {}, "#embedding": {}}},
}
TELLING_SCHEMAS = {
    "other function": same(embedding_function=OTHER),
    "legacy function in the defaults": with_vectors({"embedding_function": LEGACY}, {}),
    "space": same(space="cosine"),
    "space in the defaults": with_vectors({"space": "ip"}, {}),
    "hnsw": same(hnsw={"ef_search": 5}),
    "spann": same(spann={"search_nprobe": 3}),
    "empty spann": same(spann={}),
    "spann in the defaults": with_vectors({"spann": {}}, {}),
    "a key": {"defaults": {}, "keys": {"k": {}}},
    "an index switched off": {"defaults": {"int": {"int_inverted_index": OFF}}, "keys": {}},
    "encryption key": {
        "defaults": {},
        "keys": {},
        "cmek": {"gcp": "projects/p/locations/l/keyRings/r/cryptoKeys/k"},
    },
}
PLAIN_CONFIGURATIONS: list[tuple[Any, Any]] = [
    (None, None),
    ({"hnsw": {"space": "l2"}}, None),
    ({"hnsw": {"space": "l2"}, "embedding_function": DEFAULT}, None),
    ({"embedding_function": UNKNOWN}, None),
    (None, {"hnsw:space": "l2"}),
]
TELLING_CONFIGURATIONS: list[tuple[Any, Any]] = [
    ({"hnsw": {"space": "cosine"}}, None),
    ({"spann": {"space": "ip"}}, None),
    ({"spann": {}}, None),
    ({"embedding_function": LEGACY}, None),
    ({"embedding_function": OTHER}, None),
    ({"hnsw": {"batch_size": 5}}, None),
    ({"hnsw": {"num_threads": 10_000}}, None),
    (None, {"hnsw:space": "cosine"}),
    ({"hnsw": {"space": "l2"}, "embedding_function": DEFAULT}, {"hnsw:space": "ip"}),
]


@pytest.mark.parametrize("given", PLAIN_SCHEMAS.values(), ids=PLAIN_SCHEMAS)
@pytest.mark.parametrize(("configuration", "metadata"), PLAIN_CONFIGURATIONS + TELLING_CONFIGURATIONS)
def test_the_configuration_counts_beside_a_schema_that_says_nothing(
    given: Any, configuration: Any, metadata: Any
) -> None:
    alone = CollectionSchema.create(None, configuration, metadata)
    assert CollectionSchema.create(given, configuration, metadata) == alone


@pytest.mark.parametrize("given", TELLING_SCHEMAS.values(), ids=TELLING_SCHEMAS)
@pytest.mark.parametrize(("configuration", "metadata"), PLAIN_CONFIGURATIONS)
def test_the_schema_counts_beside_a_configuration_that_says_nothing(
    given: Any, configuration: Any, metadata: Any
) -> None:
    alone = CollectionSchema.create(given)
    assert alone != CollectionSchema.create()
    assert CollectionSchema.create(given, configuration, metadata) == alone


@pytest.mark.parametrize("given", TELLING_SCHEMAS.values(), ids=TELLING_SCHEMAS)
@pytest.mark.parametrize(("configuration", "metadata"), TELLING_CONFIGURATIONS)
def test_both_may_not_say_something(given: Any, configuration: Any, metadata: Any) -> None:
    with pytest.raises(
        InvalidArgumentError,
        match=r"^Failed to reconcile schema: Cannot set both collection config and schema simultaneously$",
    ):
        CollectionSchema.create(given, configuration, metadata)


def test_the_function_of_a_default_configuration_gives_way_to_the_schema() -> None:
    made = CollectionSchema.create(same(space="cosine"), {"embedding_function": DEFAULT})
    assert made.configuration_json()["embedding_function"] is None


def test_the_threads_a_schema_asks_for_are_no_conflict_and_are_kept() -> None:
    threads = (os.cpu_count() or 1) + 5
    made = CollectionSchema.create(same(hnsw={"num_threads": threads}), {"hnsw": {"space": "cosine"}})
    assert (made.space, made.hnsw.num_threads) == ("cosine", threads)
    made = CollectionSchema.create(same(hnsw={"num_threads": threads}), {"hnsw": {"num_threads": 10_000}})
    assert made.hnsw.num_threads == 10_000


@pytest.mark.parametrize("name", ["batch_size", "sync_threshold"])
@pytest.mark.parametrize("given", [with_vectors({"hnsw": None}, {}), same()])
def test_batches_in_a_schema_hold_at_least_two(name: str, given: Any) -> None:
    for place in (given["defaults"], given["keys"]["#embedding"]):
        place["float_list"]["vector_index"]["config"] = {"hnsw": {name: 1}}
    with pytest.raises(InvalidArgumentError) as raised:
        CollectionSchema.create(given)
    assert str(raised.value) == (
        f"Failed to reconcile schema: Invalid HNSW configuration: {name}: "
        'Validation error: range [{"min": Number(2), "value": Number(1)}]'
    )


SPANN_LIMITS = {
    "search_nprobe": (0, 128),
    "search_rng_factor": (1, 1),
    "search_rng_epsilon": (5, 10),
    "nreplica_count": (0, 8),
    "write_nprobe": (0, 64),
    "write_rng_factor": (1, 1),
    "write_rng_epsilon": (5, 10),
    "split_threshold": (50, 200),
    "num_samples_kmeans": (0, 1000),
    "initial_lambda": (100, 100),
    "reassign_neighbor_count": (0, 64),
    "merge_threshold": (25, 100),
    "num_centers_to_merge_to": (0, 8),
    "ef_construction": (0, 200),
    "ef_search": (0, 200),
    "max_neighbors": (0, 64),
    "center_drift_threshold": (0.1, 1),
}


@pytest.mark.parametrize("name", SPANN_LIMITS)
def test_the_members_of_spann_in_a_schema_have_limits(name: str) -> None:
    least, most = SPANN_LIMITS[name]
    for value in (least, most):
        CollectionSchema.create(same(spann={name: value}))
    for value in (least - 1, most + 1):
        for given in (with_vectors({"spann": {name: value}}, {}), same(spann={name: value})):
            if value >= 0:
                with pytest.raises(
                    InvalidArgumentError,
                    match=f"^Failed to reconcile schema: Invalid SPANN configuration: {name}: Validation error",
                ) as raised:
                    CollectionSchema.create(given)
                assert str(raised.value).count(name) == 1
