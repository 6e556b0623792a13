from __future__ import annotations

import os
from typing import Any

import pytest

from chromadb.model.configuration import (
    CollectionConfiguration,
    EmbeddingFunctionDescription,
    HnswConfiguration,
    HnswOptions,
    SpannConfiguration,
    SpannOptions,
    default_hnsw,
)
from chromadb.model.configuration_requests import read_configuration_update, read_create_configuration
from chromadb.model.errors import InvalidArgumentError

DEFAULT = {"type": "known", "name": "default", "config": {}}
COSINE = {"hnsw:space": "cosine"}


def hnsw_of(configuration: Any, metadata: Any = None) -> HnswConfiguration:
    index = read_create_configuration(configuration, metadata).index
    assert isinstance(index, HnswConfiguration)
    return index


@pytest.mark.parametrize("configuration", [None, {}, {"hnsw": None}, {"hnsw": {}}, {"unheard": 1}])
def test_a_configuration_that_says_nothing_is_the_default(configuration: Any) -> None:
    assert read_create_configuration(configuration, None) == CollectionConfiguration(default_hnsw())
    assert default_hnsw().num_threads == os.cpu_count()


def test_the_answer_shows_six_members_in_order() -> None:
    shown = read_create_configuration(None, None).to_json()
    assert list(shown) == ["hnsw", "spann", "embedding_function"]
    assert list(shown["hnsw"].items()) == [
        ("space", "l2"),
        ("ef_construction", 100),
        ("ef_search", 100),
        ("max_neighbors", 16),
        ("resize_factor", 1.2),
        ("sync_threshold", 1000),
    ]
    assert (shown["spann"], shown["embedding_function"]) == (None, None)


def test_given_members_are_kept_as_given_without_a_range() -> None:
    given = {"ef_search": 0, "resize_factor": 0, "batch_size": 1, "sync_threshold": 0, "num_threads": 7}
    hnsw = hnsw_of({"hnsw": given})
    assert (hnsw.ef_search, hnsw.batch_size, hnsw.sync_threshold, hnsw.num_threads) == (0, 1, 0, 7)
    assert (hnsw.resize_factor, type(hnsw.resize_factor)) == (0.0, float)
    assert hnsw.ef_construction == 100


def test_a_spann_index_is_completed_and_shown_in_order() -> None:
    read = read_create_configuration({"spann": {"space": "ip", "ef_search": 5, "search_nprobe": 9}}, None)
    assert read.index == SpannConfiguration("ip", search_nprobe=9, ef_search=5)
    assert not read.is_default
    shown = read_create_configuration({"spann": {}}, None).to_json()
    assert list(shown["spann"].items()) == [
        ("search_nprobe", 64),
        ("write_nprobe", 32),
        ("space", "l2"),
        ("ef_construction", 200),
        ("ef_search", 200),
        ("max_neighbors", 64),
        ("reassign_neighbor_count", 64),
        ("split_threshold", 50),
        ("merge_threshold", 25),
    ]
    assert shown["hnsw"] is None


SPANN_LIMITS = {
    "search_nprobe": (0, 128),
    "write_nprobe": (0, 64),
    "ef_construction": (0, 200),
    "ef_search": (0, 200),
    "max_neighbors": (0, 64),
    "reassign_neighbor_count": (0, 64),
    "split_threshold": (50, 200),
    "merge_threshold": (25, 100),
}


@pytest.mark.parametrize("name", SPANN_LIMITS)
def test_the_members_of_spann_have_limits(name: str) -> None:
    least, most = SPANN_LIMITS[name]
    for value in (least, most):
        assert getattr(read_create_configuration({"spann": {name: value}}, None).index, name) == value
    for value in (least - 1, most + 1):
        if value >= 0:
            with pytest.raises(InvalidArgumentError, match=f"^Invalid SPANN configuration: {name}: Validation error"):
                read_create_configuration({"spann": {name: value}}, None)


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"hnsw": {}, "spann": {}}, "Multiple vector index configurations provided"),
        (
            {"hnsw": {"foo": 1}},
            "configuration.hnsw.foo: unknown field `foo`, expected one of `space`, `ef_construction`, "
            "`ef_search`, `max_neighbors`, `num_threads`, `resize_factor`, `sync_threshold`, `batch_size`",
        ),
        ({"spann": {"quantize": "none"}}, "configuration.spann.quantize: unknown field `quantize`"),
        ({"hnsw": {"space": "l1"}}, "unknown variant `l1`, expected one of `l2`, `cosine`, `ip`"),
        ({"hnsw": {"ef_search": -1}}, "invalid value: integer `-1`, expected usize"),
        ({"spann": {"search_nprobe": -1}}, "invalid value: integer `-1`, expected u32"),
        (
            {"spann": {"split_threshold": 20, "search_nprobe": 500}},
            'search_nprobe: Validation error: range [{"max": Number(128), "value": Number(500)}]\n'
            'split_threshold: Validation error: range [{"min": Number(50), "max": Number(200), "value": Number(20)}]',
        ),
        ({"hnsw": {"ef_search": 1.5}}, "invalid type: floating point `1.5`, expected usize"),
        ({"hnsw": "x"}, 'configuration.hnsw: invalid type: string "x", expected an object'),
        ([], "configuration: invalid type: sequence, expected an object"),
        ({"embedding_function": {}}, "configuration.embedding_function: missing field `type`"),
        ({"embedding_function": {"type": "known", "name": "a"}}, "missing field `config`"),
        ({"embedding_function": {"type": "known", "config": {}}}, "missing field `name`"),
        (
            {"embedding_function": {"type": "blah"}},
            "unknown variant `blah`, expected one of `legacy`, `known`, `unknown`",
        ),
        (
            {"embedding_function": {"type": "known", "name": "a", "config": {"x": object}}},
            "configuration.embedding_function.config: cannot be written as JSON",
        ),
    ],
)
def test_a_bad_configuration_is_refused_by_name(configuration: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        read_create_configuration(configuration, None)
    assert message in str(raised.value)


def test_an_embedding_function_is_kept_with_its_configuration_sorted() -> None:
    given = {"config": {"z": 1, "a": {"y": 2, "b": [3]}}, "name": "f", "type": "known", "other": 1}
    read = read_create_configuration({"embedding_function": given}, None)
    shown = read.to_json()["embedding_function"]
    assert list(shown) == ["type", "name", "config"]
    assert list(shown["config"]) == ["a", "z"]
    assert list(shown["config"]["a"]) == ["b", "y"]
    assert read_create_configuration({"embedding_function": {"type": "legacy", "x": 1}}, None).to_json()[
        "embedding_function"
    ] == {"type": "legacy"}


def test_what_counts_as_default() -> None:
    for function in (None, DEFAULT, {**DEFAULT, "config": {"a": 1}}, {"type": "unknown"}):
        assert read_create_configuration({"embedding_function": function}, None).is_default
    for function in ({"type": "legacy"}, {**DEFAULT, "name": "other"}):
        assert not read_create_configuration({"embedding_function": function}, None).is_default
    assert not read_create_configuration({"hnsw": {"ef_search": 101}}, None).is_default


@pytest.mark.parametrize(
    ("configuration", "space"),
    [
        (None, "cosine"),
        ({"hnsw": {}}, "cosine"),
        ({"hnsw": {"space": "l2"}}, "cosine"),
        ({"embedding_function": {"type": "legacy"}}, "cosine"),
        ({"hnsw": {"ef_search": 10}}, "l2"),
        ({"hnsw": {"num_threads": 10_000}}, "l2"),
        ({"hnsw": {"space": "ip"}}, "ip"),
    ],
)
def test_metadata_keys_count_only_beside_a_default_index(configuration: Any, space: str) -> None:
    assert hnsw_of(configuration, COSINE).space == space


def test_every_metadata_key_is_read() -> None:
    metadata = {
        "hnsw:space": "ip",
        "hnsw:construction_ef": 7,
        "hnsw:search_ef": 8,
        "hnsw:M": 9,
        "hnsw:num_threads": 3,
        "hnsw:resize_factor": 2,
        "hnsw:batch_size": 4,
        "hnsw:sync_threshold": 5,
        "other": "x",
        "HNSW:M": 1,
    }
    expected = HnswConfiguration("ip", 7, 8, 9, 2.0, 5, 3, 4)
    assert hnsw_of(None, metadata) == expected


@pytest.mark.parametrize(
    "metadata",
    [
        {"hnsw:foo": 1},
        {"hnsw:": 1},
        {"hnsw:space": "l1"},
        {"hnsw:space": 1},
        {"hnsw:M": "a"},
        {"hnsw:M": -1},
        {"hnsw:M": 1.0},
        {"hnsw:M": True},
        {"hnsw:batch_size": 1},
        {"hnsw:sync_threshold": 1},
        {"hnsw:resize_factor": True},
    ],
)
@pytest.mark.parametrize("configuration", [None, {"hnsw": {"ef_search": 10}}])
def test_a_bad_metadata_key_is_refused_even_where_it_would_not_count(metadata: Any, configuration: Any) -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"^Failed to parse hnsw parameters from segment metadata: metadata\.hnsw:"
    ):
        read_create_configuration(configuration, metadata)


def test_metadata_keys_do_not_matter_beside_spann() -> None:
    for metadata in (COSINE, {"hnsw:foo": 1}):
        assert read_create_configuration({"spann": {}}, metadata).index == SpannConfiguration()


def test_an_update_holds_only_what_it_names() -> None:
    update = read_configuration_update(
        {"hnsw": {"ef_search": 5, "resize_factor": None}, "embedding_function": {"type": "legacy"}, "x": 1}
    )
    assert update.hnsw == HnswOptions(ef_search=5)
    assert update.embedding_function == EmbeddingFunctionDescription("legacy")
    assert read_configuration_update({"spann": {"search_nprobe": 4}}).spann == SpannOptions(search_nprobe=4)
    for nothing in ({}, {"hnsw": {}}, {"spann": {"search_nprobe": None}}):
        update = read_configuration_update(nothing)
        assert (update.hnsw, update.spann) == (HnswOptions(), SpannOptions())


@pytest.mark.parametrize(
    ("update", "message"),
    [
        (
            {"hnsw": {"space": "ip"}},
            "new_configuration.hnsw.space: unknown field `space`, expected one of `ef_search`, "
            "`max_neighbors`, `num_threads`, `resize_factor`, `sync_threshold`, `batch_size`",
        ),
        ({"hnsw": {"ef_construction": 5}}, "unknown field `ef_construction`"),
        (
            {"spann": {"space": "ip"}},
            "new_configuration.spann.space: unknown field `space`, expected `search_nprobe` or `ef_search`",
        ),
        ({"spann": {"split_threshold": 60}}, "unknown field `split_threshold`"),
        ({"spann": {"ef_search": 201}}, "Invalid SPANN configuration: ef_search: Validation error"),
        ({"hnsw": {}, "spann": {}}, "Multiple vector index configurations provided"),
        ([], "new_configuration: invalid type: sequence"),
    ],
)
def test_an_update_of_what_cannot_change_is_refused(update: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        read_configuration_update(update)
    assert message in str(raised.value)
