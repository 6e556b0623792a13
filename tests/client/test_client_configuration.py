from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from chromadb.api.collection_configuration import (
    collection_configuration_to_json,
    create_collection_configuration_from_legacy_collection_metadata,
    create_collection_configuration_to_json,
    create_collection_configuration_to_json_str,
    load_collection_configuration_from_json,
    load_collection_configuration_from_json_str,
    load_create_collection_configuration_from_json,
    load_update_collection_configuration_from_json,
    load_update_collection_configuration_from_json_str,
    overwrite_collection_configuration,
    overwrite_embedding_function,
    update_collection_configuration_from_legacy_collection_metadata,
    update_collection_configuration_to_json,
    update_collection_configuration_to_json_str,
    validate_embedding_function_conflict_on_create,
    validate_embedding_function_conflict_on_get,
)
from chromadb.client.configuration import prepare_creation, prepare_update
from chromadb.client.schema import HnswIndexConfig, Schema, SpannIndexConfig, VectorIndexConfig
from chromadb.client.schema_update import update_schema_from_collection_configuration
from chromadb.embedding import registry
from chromadb.embedding.default import DefaultEmbeddingFunction
from chromadb.embedding.protocol import EmbeddingFunction

DEFAULT = {"name": "default", "type": "known", "config": {}}
LEGACY = {"type": "legacy"}
HNSW = {"space": "cosine", "ef_search": 4}


class Lengths(EmbeddingFunction[list[str]]):
    def __init__(self, dimension: int = 3) -> None:
        self.dimension = dimension

    def __call__(self, input: list[str]) -> Any:
        return [np.full(self.dimension, float(len(text))) for text in input]

    @staticmethod
    def name() -> str:
        return "configuration_lengths"

    def get_config(self) -> dict[str, Any]:
        return {"dimension": self.dimension}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Lengths:
        return Lengths(config["dimension"])

    def default_space(self) -> Any:
        return "cosine"

    def supported_spaces(self) -> Any:
        return ["cosine", "ip"]

    def validate_config_update(self, old_config: dict[str, Any], new_config: dict[str, Any]) -> None:
        if new_config["dimension"] < old_config["dimension"]:
            raise ValueError(f"cannot shrink from {old_config} to {new_config}")

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        if config["dimension"] > 100:
            raise ValueError("too wide")


class Others(Lengths):
    @staticmethod
    def name() -> str:
        return "configuration_others"


class Broken(Lengths):
    def get_config(self) -> dict[str, Any]:
        raise RuntimeError("no configuration today")


class Nameless:
    def __call__(self, input: list[str]) -> Any:
        return [[1.0]]


LENGTHS = {"name": "configuration_lengths", "type": "known", "config": {"dimension": 3}}


@pytest.fixture(autouse=True)
def _own_registry() -> Iterator[None]:
    known = dict(registry.known_embedding_functions)
    known.pop("configuration_lengths", None)
    yield
    registry.known_embedding_functions.clear()
    registry.known_embedding_functions.update(known)


@pytest.fixture
def _registered() -> None:
    registry.register_embedding_function(Lengths)


def stored(function: Any, **hnsw: Any) -> dict[str, Any]:
    return {"hnsw": {**HNSW, **hnsw}, "spann": None, "embedding_function": function}


@pytest.mark.parametrize(
    ("configuration", "metadata", "hnsw", "spann"),
    [
        ({}, None, {"space": "cosine"}, None),
        ({}, {"a": 1}, {"space": "cosine"}, None),
        ({}, {"hnsw:space": "ip"}, None, None),
        ({"hnsw": None}, None, {"space": "cosine"}, None),
        ({"hnsw": {"ef_search": 5}}, None, {"ef_search": 5, "space": "cosine"}, None),
        ({"hnsw": {"ef_search": 5}}, {"hnsw:space": "ip"}, {"ef_search": 5, "space": "cosine"}, None),
        ({"hnsw": {"space": "ip"}}, None, {"space": "ip"}, None),
        ({"spann": {"search_nprobe": 3}}, None, None, {"search_nprobe": 3, "space": "cosine"}),
    ],
)
def test_the_space_comes_from_the_function_where_none_is_named(
    configuration: Any, metadata: Any, hnsw: Any, spann: Any
) -> None:
    given = {**configuration, "embedding_function": Lengths()}
    before = json.dumps(configuration)
    written = create_collection_configuration_to_json(given, metadata)
    assert written == {"hnsw": hnsw, "spann": spann, "embedding_function": LENGTHS}
    assert json.dumps(configuration) == before
    assert json.loads(create_collection_configuration_to_json_str(given, metadata)) == written


def test_a_space_that_the_function_does_not_support_is_sent_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="^space l2 is not supported by configuration_lengths"):
        written = create_collection_configuration_to_json({"hnsw": {"space": "l2"}, "embedding_function": Lengths()})
    assert written["hnsw"] == {"space": "l2"}


@pytest.mark.parametrize("configuration", [{}, {"embedding_function": None}])
def test_no_function_is_legacy(configuration: Any) -> None:
    assert create_collection_configuration_to_json(configuration) == {
        "hnsw": None,
        "spann": None,
        "embedding_function": LEGACY,
    }


@pytest.mark.parametrize(
    ("function", "reason"), [(Nameless(), "'Nameless' object has no attribute"), (Broken(), "no configuration today")]
)
def test_a_function_that_cannot_be_described_is_legacy_with_a_warning(function: Any, reason: str) -> None:
    for write in (create_collection_configuration_to_json, collection_configuration_to_json):
        with pytest.warns(DeprecationWarning, match=f"legacy embedding function config: {reason}"):
            written = write({"hnsw": {"ef_search": 4}, "embedding_function": function})
        assert written == {"hnsw": {"ef_search": 4}, "spann": None, "embedding_function": LEGACY}


def test_both_kinds_of_index_are_refused() -> None:
    both: Any = {"hnsw": {}, "spann": {}}
    message = "^hnsw and spann cannot both be provided$"
    for refuse in (
        create_collection_configuration_to_json,
        load_collection_configuration_from_json,
        load_create_collection_configuration_from_json,
        load_update_collection_configuration_from_json,
    ):
        with pytest.raises(ValueError, match=message):
            refuse(both)
    with pytest.raises(ValueError, match=message):
        overwrite_collection_configuration({}, both)


def test_a_described_function_is_registered() -> None:
    assert registry.find_embedding_function("configuration_lengths") is None
    create_collection_configuration_to_json({"embedding_function": Lengths()})
    assert registry.find_embedding_function("configuration_lengths") is Lengths


@pytest.mark.parametrize(
    ("configuration", "parameter", "sent", "used"),
    [
        (None, None, None, None),
        ({}, None, None, None),
        (None, Lengths(), LENGTHS, Lengths),
        ({"embedding_function": Lengths()}, None, LENGTHS, Lengths),
        ({"embedding_function": Lengths()}, DefaultEmbeddingFunction(), LENGTHS, Lengths),
        ({"embedding_function": Lengths()}, Lengths(4), LENGTHS, Lengths),
        ({"embedding_function": None}, Lengths(), LENGTHS, Lengths),
        ({}, DefaultEmbeddingFunction(), DEFAULT, DefaultEmbeddingFunction),
        ({"hnsw": {"space": "ip"}}, None, LEGACY, None),
    ],
)
def test_a_create_call_sends_one_function_and_uses_it(
    configuration: Any, parameter: Any, sent: Any, used: type[Any] | None
) -> None:
    creation = prepare_creation(configuration, None, parameter)
    written = creation.configuration_json
    assert (None if written is None else written["embedding_function"]) == sent
    assert (None if creation.embedding_function is None else type(creation.embedding_function)) == used


@pytest.mark.usefixtures("_registered")
def test_a_create_call_may_describe_the_function() -> None:
    configuration: Any = {"embedding_function": {"name": "configuration_lengths", "config": {"dimension": 3}}}
    creation = prepare_creation(configuration, None, DefaultEmbeddingFunction())
    assert creation.configuration_json is not None
    assert creation.configuration_json["embedding_function"] == LENGTHS
    assert isinstance(creation.embedding_function, Lengths)
    with pytest.raises(ValueError, match=r"Embedding function unheard_of not found"):
        prepare_creation({"embedding_function": {"name": "unheard_of"}}, None, None)


def test_a_create_call_with_two_functions_is_refused() -> None:
    with pytest.raises(ValueError, match=r"conflict: configuration_others vs configuration_lengths$"):
        prepare_creation({"embedding_function": Lengths()}, None, Others())


def test_a_configuration_that_is_no_dictionary_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected configuration to be a dict, got 5"):
        prepare_creation(5, None, None)
    with pytest.raises(ValueError, match="Expected configuration to be a dict, got 'hnsw'"):
        prepare_update({}, "hnsw")


@pytest.mark.parametrize(
    ("parameter", "configured", "conflict"),
    [
        (None, Lengths(), None),
        (Lengths(), None, None),
        (Lengths(), Lengths(4), None),
        (DefaultEmbeddingFunction(), Others(), None),
        (Lengths(), Others(), "configuration_lengths vs configuration_others"),
        (Others(), DefaultEmbeddingFunction(), "configuration_others vs default"),
        (Nameless(), Lengths(), "Nameless vs configuration_lengths"),
    ],
)
def test_two_functions_of_one_create_call(parameter: Any, configured: Any, conflict: str | None) -> None:
    if conflict is None:
        validate_embedding_function_conflict_on_create(parameter, configured)
        return
    with pytest.raises(ValueError) as raised:
        validate_embedding_function_conflict_on_create(parameter, configured)
    assert str(raised.value) == (
        f"Multiple embedding functions provided. Please provide only one. Embedding function conflict: {conflict}"
    )


@pytest.mark.parametrize(
    ("parameter", "persisted", "conflict"),
    [
        (None, LENGTHS, None),
        (Lengths(), None, None),
        (Lengths(), {}, None),
        (Lengths(), LEGACY, None),
        (Nameless(), LEGACY, None),
        (Lengths(9), LENGTHS, None),
        (DefaultEmbeddingFunction(), LENGTHS, None),
        (Others(), LENGTHS, "new: configuration_others vs persisted: configuration_lengths"),
        (Lengths(), DEFAULT, "new: configuration_lengths vs persisted: default"),
        (Nameless(), LENGTHS, "new: Nameless vs persisted: configuration_lengths"),
    ],
)
def test_a_function_beside_the_one_of_the_collection(parameter: Any, persisted: Any, conflict: str | None) -> None:
    if conflict is None:
        validate_embedding_function_conflict_on_get(parameter, persisted)
        return
    with pytest.raises(ValueError) as raised:
        validate_embedding_function_conflict_on_get(parameter, persisted)
    assert str(raised.value) == (
        "An embedding function already exists in the collection configuration, and a new one is provided. "
        f"If this is intentional, please embed documents separately. Embedding function conflict: {conflict}"
    )


@pytest.mark.parametrize("update", [{}, {"hnsw": None}, {"embedding_function": None}, {"unheard_of": 1}])
def test_an_update_of_nothing_is_empty(update: Any) -> None:
    assert update_collection_configuration_to_json(update) == {}


def test_an_update_passes_indexes_on_as_written() -> None:
    update: Any = {"hnsw": {"ef_search": 5, "space": "ip"}, "embedding_function": Lengths()}
    written = {"hnsw": {"ef_search": 5, "space": "ip"}, "spann": None, "embedding_function": LENGTHS}
    assert update_collection_configuration_to_json(update) == written
    assert json.loads(update_collection_configuration_to_json_str(update)) == written
    assert prepare_update(stored(None), update) == written


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (Lengths(101), ValueError, "too wide"),
        (Broken(), RuntimeError, "no configuration today"),
        (Nameless(), ValueError, "Nameless cannot be described"),
    ],
)
def test_an_update_wants_a_valid_function(function: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        update_collection_configuration_to_json({"embedding_function": function})


@pytest.mark.usefixtures("_registered")
def test_an_update_is_checked_against_the_present_function_before_it_is_sent() -> None:
    present = stored(LENGTHS)
    assert prepare_update(present, {"embedding_function": Lengths(4)})["embedding_function"]["config"] == {
        "dimension": 4
    }
    with pytest.raises(ValueError, match=r"cannot shrink from \{'dimension': 3\} to \{'dimension': 2\}"):
        prepare_update(present, {"embedding_function": Lengths(2)})
    with pytest.raises(
        ValueError,
        match=r"^Cannot update embedding function: incompatible types "
        r"\(configuration_lengths vs configuration_others\)$",
    ):
        prepare_update(present, {"embedding_function": Others()})


def test_an_update_brings_the_class_that_a_collection_lacks_in_this_process() -> None:
    with pytest.raises(ValueError, match="configuration_lengths not found"):
        load_collection_configuration_from_json(stored(LENGTHS))
    prepare_update(stored(LENGTHS), {"embedding_function": Lengths(4)})
    assert isinstance(load_collection_configuration_from_json(stored(LENGTHS))["embedding_function"], Lengths)


@pytest.mark.usefixtures("_registered")
def test_an_update_by_a_function_that_cannot_be_described_is_refused() -> None:
    with pytest.raises(ValueError, match="Nameless cannot be described"):
        prepare_update(stored(LENGTHS), {"embedding_function": Nameless()})


def test_an_update_of_an_index_needs_no_function() -> None:
    present = stored({"type": "known", "name": "unheard_of", "config": {}})
    assert prepare_update(present, {"hnsw": {"ef_search": 5}})["hnsw"] == {"ef_search": 5}


@pytest.mark.usefixtures("_registered")
def test_a_configuration_is_read_with_its_function_built() -> None:
    read = load_collection_configuration_from_json(stored(LENGTHS))
    assert (read["hnsw"], read["spann"]) == (HNSW, None)
    assert isinstance(read["embedding_function"], Lengths)
    assert collection_configuration_to_json(read) == stored(LENGTHS)
    assert load_collection_configuration_from_json_str(json.dumps(stored(None))) == stored(None)
    assert load_collection_configuration_from_json({}) == {
        "hnsw": None,
        "spann": None,
        "embedding_function": None,
    }


@pytest.mark.usefixtures("_registered")
@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            {"type": "known", "name": "unheard_of", "config": {}},
            "Embedding function unheard_of not found. "
            "Add @register_embedding_function decorator to the class definition.",
        ),
        (
            {"type": "known", "config": {}},
            "Embedding function name not found in config: {'type': 'known', 'config': {}}",
        ),
        (
            {**LENGTHS, "config": {}},
            "Could not build embedding function configuration_lengths from config {}: 'dimension'",
        ),
    ],
)
def test_a_function_that_cannot_be_built_is_named(function: Any, message: str) -> None:
    for read in (load_collection_configuration_from_json, load_update_collection_configuration_from_json):
        with pytest.raises(ValueError) as raised:
            read({"embedding_function": function})
        assert str(raised.value) == message


def test_a_legacy_function_is_none_with_a_warning() -> None:
    with pytest.warns(DeprecationWarning, match="^legacy embedding function config$"):
        read = load_collection_configuration_from_json(stored(LEGACY))
    assert read["embedding_function"] is None


@pytest.mark.usefixtures("_registered")
def test_requests_are_read_without_members_that_do_not_count() -> None:
    create = load_create_collection_configuration_from_json(stored(LENGTHS, unheard_of=1))
    assert create["hnsw"] == HNSW
    assert isinstance(create["embedding_function"], Lengths)
    assert load_create_collection_configuration_from_json({}) == {}
    update = {"hnsw": {"ef_search": 5, "space": "ip"}}
    assert load_update_collection_configuration_from_json(update) == {"hnsw": {"ef_search": 5}}
    assert load_update_collection_configuration_from_json_str(json.dumps(update)) == {"hnsw": {"ef_search": 5}}
    assert load_update_collection_configuration_from_json({"spann": {"search_nprobe": 1, "space": "ip"}}) == {
        "spann": {"search_nprobe": 1}
    }


METADATA = {
    "hnsw:space": "ip",
    "hnsw:construction_ef": 1,
    "hnsw:search_ef": 2,
    "hnsw:M": 3,
    "hnsw:num_threads": 4,
    "hnsw:resize_factor": 1.5,
    "hnsw:batch_size": 6,
    "hnsw:sync_threshold": 7,
    "other": 1,
}


def test_metadata_keys_are_read_as_configuration() -> None:
    changeable = {
        "ef_search": 2,
        "max_neighbors": 3,
        "num_threads": 4,
        "batch_size": 6,
        "sync_threshold": 7,
        "resize_factor": 1.5,
    }
    assert create_collection_configuration_from_legacy_collection_metadata(METADATA) == {
        "hnsw": {"space": "ip", "ef_construction": 1, **changeable}
    }
    assert update_collection_configuration_from_legacy_collection_metadata(METADATA) == {"hnsw": changeable}
    assert update_collection_configuration_from_legacy_collection_metadata({}) == {"hnsw": {}}
    complete = create_collection_configuration_from_legacy_collection_metadata({})["hnsw"]
    assert complete is not None
    assert (complete["space"], complete["num_threads"]) == ("l2", os.cpu_count())


@pytest.mark.parametrize(
    "read",
    [
        lambda: create_collection_configuration_from_legacy_collection_metadata({"hnsw:space": "l1"}),
        lambda: load_create_collection_configuration_from_json({"hnsw": {"space": "l1"}}),
    ],
)
def test_a_space_that_does_not_exist_is_refused(read: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=r"^not a valid space: l1$"):
        read()


@pytest.mark.parametrize(
    ("update", "hnsw"),
    [
        ({}, HNSW),
        ({"hnsw": {"ef_search": 9, "batch_size": 2}}, {**HNSW, "ef_search": 9, "batch_size": 2}),
        ({"hnsw": {"space": "l2", "unheard_of": 1}}, HNSW),
        ({"spann": {"search_nprobe": 3}}, HNSW),
    ],
)
def test_an_update_overwrites_what_can_change(update: Any, hnsw: Any) -> None:
    existing: Any = stored(None)
    assert overwrite_collection_configuration(existing, update) == stored(None) | {"hnsw": hnsw}
    assert existing == stored(None)


def test_the_function_is_overwritten_by_one_of_its_name() -> None:
    present, wanted = Lengths(), Lengths(4)
    existing: Any = stored(present)
    assert overwrite_collection_configuration(existing, {})["embedding_function"] is present
    assert overwrite_collection_configuration(existing, {"embedding_function": wanted})["embedding_function"] is wanted
    new: Any = stored(None)
    assert overwrite_collection_configuration(new, {"embedding_function": wanted})["embedding_function"] is wanted
    with pytest.raises(ValueError, match="incompatible types"):
        overwrite_embedding_function(present, Others())
    with pytest.warns(DeprecationWarning, match="^cannot update legacy embedding function config$"):
        assert overwrite_embedding_function(present, Nameless()) is present


def hnsw_configs(schema: Schema) -> list[Any]:
    written = schema.serialize_to_json()
    return [
        types["float_list"]["vector_index"]["config"].get("hnsw")
        for types in (written["defaults"], written["keys"]["#embedding"])
    ]


def test_a_schema_is_updated_in_both_places() -> None:
    schema = Schema().create_index(VectorIndexConfig(hnsw=HnswIndexConfig(ef_search=1, batch_size=7)))
    updated = update_schema_from_collection_configuration(
        schema, {"hnsw": {"ef_search": 4}, "embedding_function": Lengths()}
    )
    assert hnsw_configs(updated) == [{"ef_search": 4, "batch_size": 7}] * 2
    assert hnsw_configs(schema) == [{"ef_search": 1, "batch_size": 7}] * 2
    written = updated.serialize_to_json()["keys"]["#embedding"]["float_list"]["vector_index"]["config"]
    assert (written["embedding_function"], written["source_key"]) == (LENGTHS, "#document")
    assert update_schema_from_collection_configuration(schema, {}) == schema


@pytest.mark.parametrize(
    ("schema", "update", "message"),
    [
        (
            Schema().create_index(VectorIndexConfig(spann=SpannIndexConfig(ef_search=1))),
            {"hnsw": {"ef_search": 4}},
            "Trying to update HNSW config but schema has SPANN",
        ),
        (
            Schema(),
            {"spann": {"search_nprobe": 4}},
            "Trying to update SPANN config but schema has HNSW",
        ),
        (
            Schema.deserialize_from_json({}),
            {"hnsw": {"ef_search": 4}},
            "Schema is missing defaults.float_list.vector_index",
        ),
    ],
)
def test_a_schema_without_that_index_is_refused(schema: Schema, update: Any, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        update_schema_from_collection_configuration(schema, update)
    assert str(raised.value) == message
