"""A SPANN index in the dictionaries and schemas that clients make, read and change."""

from __future__ import annotations

from typing import Any

import pytest

from chromadb.api.collection_configuration import (
    collection_configuration_to_json,
    load_collection_configuration_from_json,
    load_create_collection_configuration_from_json,
    overwrite_collection_configuration,
)
from chromadb.client.configuration import prepare_update
from chromadb.client.schema import Schema, SpannIndexConfig, VectorIndexConfig
from chromadb.client.schema_update import update_schema_from_collection_configuration

SPANN = {
    "search_nprobe": 64,
    "write_nprobe": 32,
    "space": "cosine",
    "ef_construction": 200,
    "ef_search": 200,
    "max_neighbors": 64,
    "reassign_neighbor_count": 64,
    "split_threshold": 50,
    "merge_threshold": 25,
}
STORED: dict[str, Any] = {"hnsw": None, "spann": SPANN, "embedding_function": {"type": "legacy"}}


@pytest.mark.filterwarnings("ignore:legacy embedding function config:DeprecationWarning")
def test_a_configuration_is_read_and_written_again() -> None:
    read = load_collection_configuration_from_json(STORED)
    assert read == {"hnsw": None, "spann": SPANN, "embedding_function": None}
    assert collection_configuration_to_json(read) == STORED


def test_a_request_is_read_without_members_that_do_not_count() -> None:
    assert load_create_collection_configuration_from_json({"spann": {**SPANN, "unheard": 1}}) == {"spann": SPANN}
    with pytest.raises(ValueError, match=r"^not a valid space: l1$"):
        load_create_collection_configuration_from_json({"spann": {"space": "l1"}})


def test_an_update_overwrites_what_can_change() -> None:
    existing: Any = STORED
    changed = overwrite_collection_configuration(existing, {"spann": {"search_nprobe": 9, "ef_search": 8}})
    assert changed == {**STORED, "spann": {**SPANN, "search_nprobe": 9, "ef_search": 8}}
    assert overwrite_collection_configuration(existing, {"hnsw": {"ef_search": 8}}) == STORED


def test_an_update_of_the_kind_of_index_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^Trying to update HNSW config but schema has SPANN$"):
        prepare_update(STORED, {"hnsw": {"ef_search": 5}})
    assert prepare_update(STORED, {"spann": {"ef_search": 5}})["spann"] == {"ef_search": 5}
    with pytest.raises(ValueError, match=r"^Trying to update SPANN config but schema has HNSW$"):
        prepare_update({"hnsw": {"space": "l2"}, "spann": None}, {"spann": {"search_nprobe": 5}})


def test_a_schema_is_updated_in_both_places() -> None:
    schema = Schema().create_index(VectorIndexConfig(spann=SpannIndexConfig(search_nprobe=1, write_nprobe=7)))
    updated = update_schema_from_collection_configuration(schema, {"spann": {"search_nprobe": 4}}).serialize_to_json()
    for types in (updated["defaults"], updated["keys"]["#embedding"]):
        assert types["float_list"]["vector_index"]["config"]["spann"] == {"search_nprobe": 4, "write_nprobe": 7}
