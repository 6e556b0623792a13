from __future__ import annotations

import json
import os
from typing import Any

import pytest
from msgspec.structs import replace

from chromadb.model.configuration import SpannConfiguration, default_hnsw
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.schema import CollectionSchema

ON = {"enabled": True, "config": {}}
OFF = {"enabled": False, "config": {}}
DEFAULT = {"type": "known", "name": "default", "config": {}}
OTHER = {"type": "known", "name": "other", "config": {"b": 1}}
STRING = {"string": {"fts_index": OFF, "string_inverted_index": ON}}
INT = {"int": {"int_inverted_index": ON}}


def vector(enabled: bool = True, **config: Any) -> dict[str, Any]:
    return {"float_list": {"vector_index": {"enabled": enabled, "config": config}}}


def sparse(enabled: bool, **config: Any) -> dict[str, Any]:
    return {"sparse_vector": {"sparse_vector_index": {"enabled": enabled, "config": config}}}


def schema(defaults: Any = None, **keys: Any) -> dict[str, Any]:
    return {"defaults": defaults or {}, "keys": keys}


def options_of(made: CollectionSchema) -> tuple[dict[str, Any], dict[str, Any]]:
    """The vector configurations of the defaults and of #embedding."""
    shown = made.to_json()
    return tuple(  # type: ignore[return-value]
        types["float_list"]["vector_index"]["config"] for types in (shown["defaults"], shown["keys"]["#embedding"])
    )


HNSW = {
    "ef_construction": 100,
    "max_neighbors": 16,
    "ef_search": 100,
    "num_threads": os.cpu_count(),
    "batch_size": 100,
    "sync_threshold": 1000,
    "resize_factor": 1.2,
}
SPANN = {
    "search_nprobe": 64,
    "search_rng_factor": 1.0,
    "search_rng_epsilon": 10.0,
    "nreplica_count": 8,
    "write_rng_factor": 1.0,
    "write_rng_epsilon": 5.0,
    "split_threshold": 50,
    "num_samples_kmeans": 1000,
    "initial_lambda": 100.0,
    "reassign_neighbor_count": 64,
    "merge_threshold": 25,
    "num_centers_to_merge_to": 8,
    "write_nprobe": 32,
    "ef_construction": 200,
    "ef_search": 200,
    "max_neighbors": 64,
}
FACTORY = {
    "defaults": {
        "string": {"fts_index": OFF, "string_inverted_index": ON},
        "float_list": {"vector_index": {"enabled": False, "config": {"space": "l2", "hnsw": HNSW}}},
        "sparse_vector": {
            "sparse_vector_index": {
                "enabled": False,
                "config": {"embedding_function": {"type": "unknown"}, "bm25": False},
            }
        },
        "int": {"int_inverted_index": ON},
        "float": {"float_inverted_index": ON},
        "bool": {"bool_inverted_index": ON},
    },
    "keys": {
        "#document": {"string": {"fts_index": ON, "string_inverted_index": OFF}},
        "#embedding": {
            "float_list": {
                "vector_index": {
                    "enabled": True,
                    "config": {"space": "l2", "source_key": "#document", "hnsw": HNSW},
                }
            }
        },
    },
}
"""The schema of a collection that says nothing."""


def test_a_collection_that_says_nothing_has_the_factory_schema_member_for_member_in_order() -> None:
    assert json.dumps(CollectionSchema.create().to_json()) == json.dumps(FACTORY)


def test_an_empty_schema_and_the_factory_schema_itself_say_nothing() -> None:
    for said in (schema(), {"defaults": {}, "key_overrides": {}}, FACTORY):
        assert CollectionSchema.create(said) == CollectionSchema.create()


@pytest.mark.parametrize(
    "said",
    [
        schema(vector(False, space="ip"), k=INT, n={}),
        {**schema(), "cmek": {"gcp": "projects/p/locations/l/keyRings/r/cryptoKeys/k"}},
        schema({}, k=sparse(False, bm25=True, algorithm="max_score")),
        schema({}, **{"#embedding": vector(True, spann={"center_drift_threshold": 0.5, "nreplica_count": 3})}),
    ],
)
def test_what_was_stored_comes_back_equal(said: Any) -> None:
    made = CollectionSchema.create(said).with_keys({"tags": {"string"}})
    assert CollectionSchema.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_a_configuration_goes_to_both_places_and_is_shown_from_embedding() -> None:
    made = CollectionSchema.create(
        None, {"hnsw": {"space": "cosine", "ef_search": 7}, "embedding_function": OTHER}, None
    )
    in_defaults, in_embedding = options_of(made)
    expected = {"space": "cosine", "embedding_function": OTHER, "hnsw": {**HNSW, "ef_search": 7}}
    assert in_defaults == expected
    assert in_embedding == {**expected, "source_key": "#document"}
    assert list(in_embedding) == ["space", "embedding_function", "source_key", "hnsw"]
    assert made.configuration_json()["hnsw"]["ef_search"] == 7
    assert made.configuration_json()["embedding_function"] == OTHER
    assert (made.space, made.hnsw.ef_search) == ("cosine", 7)


def test_a_given_index_is_merged_over_the_factory_setting_of_its_own_place_only() -> None:
    made = CollectionSchema.create(schema(vector(False, space="ip", hnsw={"ef_search": 5})))
    in_defaults, in_embedding = options_of(made)
    assert (in_defaults["space"], in_defaults["hnsw"]["ef_search"]) == ("ip", 5)
    assert in_defaults["hnsw"]["batch_size"] == 100
    assert (in_embedding["space"], in_embedding["hnsw"]["ef_search"]) == ("l2", 100)
    made = CollectionSchema.create(schema({}, **{"#embedding": vector(True, space="cosine")}))
    assert [options["space"] for options in options_of(made)] == ["l2", "cosine"]
    assert made.space == "cosine"


def test_a_spann_index_is_completed_in_its_own_place_only() -> None:
    tuned = vector(True, space="ip", spann={"search_nprobe": 50, "search_rng_epsilon": 7, "quantize": "none"})
    made = CollectionSchema.create(schema({}, **{"#embedding": tuned}))
    in_defaults, in_embedding = options_of(made)
    assert in_defaults == {"space": "l2", "hnsw": HNSW}
    spann = {**SPANN, "search_nprobe": 50, "search_rng_epsilon": 7.0}
    assert in_embedding == {"space": "ip", "source_key": "#document", "spann": spann}
    assert made.spann == SpannConfiguration("ip", search_nprobe=50)
    assert made.hnsw == replace(default_hnsw(), space="ip")
    elsewhere = CollectionSchema.create(schema(vector(False, spann={})))
    assert elsewhere.spann is None
    assert [list(options) for options in options_of(elsewhere)] == [["space", "spann"], ["space", "source_key", "hnsw"]]


def test_a_configuration_of_spann_goes_to_both_places_and_is_shown_from_embedding() -> None:
    made = CollectionSchema.create(None, {"spann": {"space": "cosine", "write_nprobe": 7}})
    in_defaults, in_embedding = options_of(made)
    assert json.dumps(in_defaults) == json.dumps({"space": "cosine", "spann": {**SPANN, "write_nprobe": 7}})
    assert in_embedding == {**in_defaults, "source_key": "#document"}
    assert made.spann == SpannConfiguration("cosine", write_nprobe=7)
    shown = made.configuration_json()
    assert (shown["hnsw"], shown["spann"]) == (None, made.spann.to_json())
    assert (made.space, CollectionSchema.create().spann) == ("cosine", None)
    assert CollectionSchema.create(None, {"hnsw": {"space": "cosine"}}).spann is None


def test_metadata_keys_are_stored_as_given() -> None:
    entries = {
        "a": {},
        "b": {"int": {}},
        "c": vector(False, space="ip", hnsw={}, spann={"search_nprobe": 3}),
        "d": sparse(False, bm25=True, algorithm="max_score"),
        "e": sparse(False, bm25=True, algorithm="wand"),
        "f": {"#int": {"$int_inverted_index": OFF}},
        "$": {"bool": {"bool_inverted_index": ON}},
    }
    shown = CollectionSchema.create(schema({}, **entries)).to_json()["keys"]
    assert shown["e"] == sparse(False, bm25=True)
    assert shown["f"] == {"int": {"int_inverted_index": OFF}}
    for key in ("a", "b", "c", "d", "$"):
        assert shown[key] == entries[key]


def test_special_indexes_can_be_switched_off() -> None:
    off = {"#embedding": vector(False), "#document": {"string": {"fts_index": OFF}}}
    shown = CollectionSchema.create(schema({}, **off)).to_json()["keys"]
    assert shown["#embedding"]["float_list"]["vector_index"]["enabled"] is False
    assert shown["#document"]["string"] == {"fts_index": OFF, "string_inverted_index": OFF}


def test_an_update_changes_only_what_it_names_in_both_places() -> None:
    made = CollectionSchema.create(schema({}, **{"#embedding": vector(True, space="ip", hnsw={"ef_search": 7})}))
    updated = made.updated({"hnsw": {"max_neighbors": 5, "num_threads": 6}, "embedding_function": OTHER})
    in_defaults, in_embedding = options_of(updated)
    assert in_defaults["hnsw"] == {**HNSW, "max_neighbors": 5, "num_threads": 6}
    assert in_embedding["hnsw"] == {**HNSW, "ef_search": 7, "max_neighbors": 5, "num_threads": 6}
    assert in_defaults["embedding_function"] == in_embedding["embedding_function"] == OTHER
    assert (updated.space, made.hnsw.max_neighbors) == ("ip", 16)
    for nothing in ({}, {"hnsw": {}}, {"spann": {"search_nprobe": 4}}, {"embedding_function": None}):
        assert made.updated(nothing) == made
    with pytest.raises(InvalidArgumentError, match="unknown field `space`"):
        made.updated({"hnsw": {"space": "ip"}})


def test_an_update_changes_the_kind_of_index_that_is_there() -> None:
    made = CollectionSchema.create(schema(vector(False), **{"#embedding": vector(True, spann={"ef_search": 9})}))
    updated = made.updated({"spann": {"search_nprobe": 4}, "embedding_function": OTHER})
    assert updated.spann == SpannConfiguration(search_nprobe=4, ef_search=9)
    assert updated.embedding_function is not None
    in_defaults, in_embedding = options_of(updated)
    assert (in_defaults["hnsw"], "spann" in in_defaults, "hnsw" in in_embedding) == (HNSW, False, False)
    assert made.updated({"hnsw": {"ef_search": 5}}).configuration_json() == made.configuration_json()
    with pytest.raises(InvalidArgumentError, match="unknown field `write_nprobe`"):
        made.updated({"spann": {"write_nprobe": 5}})


def test_a_write_adds_the_types_it_brings() -> None:
    made = CollectionSchema.create(schema({"int": {"int_inverted_index": OFF}}, k=STRING))
    grown = made.with_keys({"k": {"int"}, "tags": ["string"], "x": {"float", "bool"}, "chroma:document": {"string"}})
    added = {key: types for key, types in grown.to_json()["keys"].items() if not key.startswith("#")}
    assert added == {
        "k": {**STRING, "int": {"int_inverted_index": OFF}},
        "tags": STRING,
        "x": {"float": {"float_inverted_index": ON}, "bool": {"bool_inverted_index": ON}},
    }
    assert "tags" not in made.to_json()["keys"]


def test_a_write_that_brings_nothing_new_gives_the_same_object() -> None:
    made = CollectionSchema.create().with_keys({"a": {"int"}, "b": {"string"}})
    assert made.with_keys({"a": {"int"}, "b": {"string"}, "chroma:uri": {"string"}}) is made
    assert made.with_keys({}) is made
    assert made.with_keys({"a": {"int", "float"}}) is not made


def test_an_explicit_entry_survives_the_write_of_its_type() -> None:
    made = CollectionSchema.create(schema({}, k={"int": {"int_inverted_index": OFF}}))
    assert made.with_keys({"k": {"int"}}) is made


FILTERED = CollectionSchema.create(
    schema(
        {"string": {"string_inverted_index": OFF}},
        k={"int": {"int_inverted_index": OFF}},
        s={"string": {"string_inverted_index": ON}},
        bare={"int": {}},
    )
)


@pytest.mark.parametrize(
    ("key", "type_name", "filterable"),
    [
        ("k", "int", False),
        ("k", "float", True),
        ("k", "string", False),
        ("s", "string", True),
        ("anything", "string", False),
        ("anything", "bool", True),
        ("bare", "int", True),
        ("#document", "string", False),
    ],
)
def test_an_entry_decides_and_else_the_defaults(key: str, type_name: str, filterable: bool) -> None:
    assert FILTERED.is_filterable(key, type_name) is filterable


@pytest.mark.parametrize(
    ("type_name", "shown"), [("string", "Str"), ("int", "Int"), ("float", "Float"), ("bool", "Bool")]
)
def test_a_filter_without_index_is_refused_by_key_and_type(type_name: str, shown: str) -> None:
    index = {"string": "string", "int": "int", "float": "float", "bool": "bool"}[type_name]
    off = {type_name: {f"{index}_inverted_index": OFF}}
    made = CollectionSchema.create(schema({}, k=off))
    made.require_filterable("other", type_name)
    with pytest.raises(
        InvalidArgumentError,
        match=f"^Cannot filter using metadata key 'k' with type '{shown}' because indexing is disabled$",
    ):
        made.require_filterable("k", type_name)


def test_full_text_is_there_unless_switched_off() -> None:
    CollectionSchema.create().require_full_text()
    made = CollectionSchema.create(schema({}, **{"#document": {"string": {"fts_index": OFF}}}))
    with pytest.raises(
        InvalidArgumentError, match=r"^Cannot filter using full-text search because FTS indexing is disabled$"
    ):
        made.require_full_text()
