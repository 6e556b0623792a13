from __future__ import annotations

from typing import Any

import pytest

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.schema import CollectionSchema

ON = {"enabled": True, "config": {}}
OFF = {"enabled": False, "config": {}}
FUNCTION = {"type": "known", "name": "f", "config": {}}


def vector(enabled: bool, **config: Any) -> dict[str, Any]:
    return {"float_list": {"vector_index": {"enabled": enabled, "config": config}}}


def sparse(enabled: bool, **config: Any) -> dict[str, Any]:
    return {"sparse_vector": {"sparse_vector_index": {"enabled": enabled, "config": config}}}


def keyed(key: str, types: Any) -> dict[str, Any]:
    return {"defaults": {}, "keys": {key: types}}


def by_default(types: Any) -> dict[str, Any]:
    return {"defaults": types, "keys": {}}


QUANTIZED = {"quantize": "four_bit_rabit_q_with_u_search"}
SPARSE_SOURCE = "source_key cannot begin with '#'. The only valid key starting with '#' is Key.DOCUMENT or '#document'."


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            by_default(vector(True)),
            "Vector index cannot be enabled by default. It can only be enabled on #embedding field.",
        ),
        (
            by_default({"string": {"fts_index": ON}}),
            "Full text search / regular expression index cannot be enabled by default. "
            "It can only be enabled on #document field.",
        ),
        (
            by_default(sparse(True)),
            "Sparse vector index cannot be enabled by default. Please enable sparse vector index on specific "
            "keys. At most one sparse vector index is allowed for the collection.",
        ),
        (
            by_default(vector(False, hnsw={}, spann={})),
            "Both spann and hnsw config cannot be present at the same time.",
        ),
        (
            keyed("#embedding", vector(True, hnsw={}, spann={})),
            "Both spann and hnsw config cannot be present at the same time.",
        ),
        *(
            (
                given,
                "quantize field cannot be set in user schema. "
                "Quantization can only be enabled via frontend configuration.",
            )
            for given in (
                by_default(vector(False, spann=QUANTIZED)),
                keyed("#embedding", vector(True, spann=QUANTIZED)),
            )
        ),
        (
            keyed("#foo", {}),
            "key cannot begin with '#'. Keys starting with '#' are reserved for system use: #foo",
        ),
        (
            keyed("#document", {"int": {}}),
            "Document field cannot have any value types other than string: #document",
        ),
        (
            keyed("#embedding", {"string": {}}),
            "Embedding field cannot have any value types other than float_list: #embedding",
        ),
        (keyed("k", vector(True)), "Vector index can only be enabled on #embedding field: k"),
        (keyed("k", vector(False, source_key="x")), "Vector index can only source from #document"),
        (keyed("#embedding", vector(True, source_key="x")), "Vector index can only source from #document"),
        (
            keyed("k", {"string": {"fts_index": ON}}),
            "Full text search / regular expression index can only be enabled on #document field: k",
        ),
        (
            keyed("#document", {"string": {"string_inverted_index": ON}}),
            "String inverted index can not be enabled on #document key: #document",
        ),
        (
            keyed("k", sparse(True, source_key="z")),
            "If source_key is provided then embedding_function must also be provided since there is no "
            "default embedding function.",
        ),
        (keyed("k", sparse(True, source_key="#z", embedding_function=FUNCTION)), SPARSE_SOURCE),
        (keyed("k", sparse(False, source_key="#embedding")), SPARSE_SOURCE),
        (
            {**by_default({}), "cmek": {"gcp": 'x"'}},
            'CMEK does not match expected pattern: Gcp("x\\"")',
        ),
        (
            {**by_default({}), "cmek": {"gcp": "projects//locations/l/keyRings/r/cryptoKeys/k"}},
            'CMEK does not match expected pattern: Gcp("projects//locations/l/keyRings/r/cryptoKeys/k")',
        ),
        (
            {**by_default({}), "source_attached_function_id": "x"},
            "Cannot set source_attached_function_id. This field is reserved for system use.",
        ),
    ],
)
def test_what_a_schema_may_not_say(given: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        CollectionSchema.create(given)
    assert str(raised.value) == f"Validation error: schema: {message}"


def test_a_sparse_index_is_kept_and_its_key_is_known() -> None:
    schema = CollectionSchema.create(keyed("k", sparse(True, bm25=True)))
    assert schema.sparse_keys == ("k",)
    assert schema.sparse_options("k").bm25
    with pytest.raises(
        InvalidArgumentError,
        match=r"^Cannot filter using metadata key 'other' with type 'SparseVector' because indexing is disabled$",
    ):
        schema.sparse_options("other")


@pytest.mark.parametrize(
    "given",
    [
        by_default(vector(False, source_key="#foo")),
        by_default(sparse(False, source_key="#foo", embedding_function=FUNCTION)),
        keyed("#document", {"int": None}),
        keyed("#embedding", vector(True, spann={"quantize": "none"})),
        keyed("k", vector(False, hnsw={"batch_size": 1}, spann={"search_nprobe": 1000, **QUANTIZED})),
        keyed("k", sparse(False, source_key="z")),
        keyed("k", sparse(False, source_key="#document", embedding_function=FUNCTION)),
        keyed("", {}),
        {**by_default({}), "cmek": {"gcp": "projects/p/q/locations/l/keyRings/r/cryptoKeys/k/extra"}},
    ],
)
def test_what_a_schema_may_say(given: Any) -> None:
    CollectionSchema.create(given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "schema: missing field `defaults`"),
        ({"defaults": {}}, "schema: missing field `keys`"),
        ({"defaults": {}, "keys": {}, "key_overrides": {}}, "schema: duplicate field `keys`"),
        ({"defaults": None, "keys": {}}, "schema.defaults: invalid type: null"),
        (keyed("k", None), "schema.keys.k: invalid type: null"),
        (by_default({"string": {"fts_index": {"enabled": True}}}), "missing field `config`"),
        (by_default({"string": {"fts_index": {"config": {}}}}), "missing field `enabled`"),
        (by_default({"int": {"int_inverted_index": {**ON, "enabled": 1}}}), "expected a boolean"),
        (
            by_default({"int": {"int_inverted_index": {"enabled": True, "config": {"a": 1}}}}),
            "schema.defaults.int.int_inverted_index.config.a: unknown field `a`, there are no fields",
        ),
        (by_default({"string": {"string_inverted_index": OFF}, "#string": {}}), "duplicate field `string`"),
        (
            by_default(vector(False, foo=1)),
            "unknown field `foo`, expected one of `space`, `embedding_function`, `source_key`, `hnsw`, `spann`",
        ),
        (
            by_default(vector(False, hnsw={"space": "ip"})),
            "unknown field `space`, expected one of `ef_construction`, `max_neighbors`, `ef_search`, "
            "`num_threads`, `batch_size`, `sync_threshold`, `resize_factor`",
        ),
        (by_default(vector(False, spann={"foo": 1})), "unknown field `foo`, expected one of `search_nprobe`"),
        (
            by_default(vector(False, spann={"quantize": "zz"})),
            "unknown variant `zz`, expected `none` or `four_bit_rabit_q_with_u_search`",
        ),
        (by_default(vector(False, space="l1")), "unknown variant `l1`"),
        (by_default(sparse(False, algorithm="zz")), "unknown variant `zz`, expected `wand` or `max_score`"),
        (
            by_default(sparse(False, foo=1)),
            "expected one of `embedding_function`, `source_key`, `bm25`, `algorithm`",
        ),
        ({**by_default({}), "cmek": {"aws": "x"}}, "schema.cmek: unknown variant `aws`, expected `gcp`"),
        ({**by_default({}), "cmek": {}}, "schema.cmek: missing field `gcp`"),
    ],
)
def test_a_malformed_schema_is_refused_by_place(given: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        CollectionSchema.create(given)
    assert message in str(raised.value)
