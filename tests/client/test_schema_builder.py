from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from chromadb.client.schema import (
    BoolInvertedIndexConfig,
    Cmek,
    CmekProvider,
    FloatInvertedIndexConfig,
    FtsIndexConfig,
    HnswIndexConfig,
    IntInvertedIndexConfig,
    Schema,
    SpannIndexConfig,
    SparseVectorIndexConfig,
    StringInvertedIndexConfig,
    ValueTypes,
    VectorIndexConfig,
)
from chromadb.embedding.default import DefaultEmbeddingFunction
from chromadb.embedding.protocol import EmbeddingFunction, SparseEmbeddingFunction
from chromadb.embedding.registry import register_embedding_function, register_sparse_embedding_function
from chromadb.model.expression import K
from chromadb.model.schema import CollectionSchema
from chromadb.model.sparse import SparseVector

ON = {"enabled": True, "config": {}}
OFF = {"enabled": False, "config": {}}
DEFAULT = {"name": "default", "type": "known", "config": {}}
UNKNOWN = {"embedding_function": {"type": "unknown"}}
FACTORY = {
    "defaults": {
        "string": {"fts_index": OFF, "string_inverted_index": ON},
        "float_list": {"vector_index": {"enabled": False, "config": {"embedding_function": DEFAULT, "space": "l2"}}},
        "sparse_vector": {"sparse_vector_index": {"enabled": False, "config": UNKNOWN}},
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
                    "config": {"embedding_function": DEFAULT, "source_key": "#document", "space": "l2"},
                }
            }
        },
    },
}


@register_embedding_function
class Lengths(EmbeddingFunction[list[str]]):
    def __init__(self, dimension: int = 3) -> None:
        self.dimension = dimension

    def __call__(self, input: list[str]) -> Any:
        return [np.full(self.dimension, float(len(text))) for text in input]

    @staticmethod
    def name() -> str:
        return "builder_lengths"

    def get_config(self) -> dict[str, Any]:
        return {"dimension": self.dimension}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Lengths:
        return Lengths(config["dimension"])

    def default_space(self) -> Any:
        return "cosine"

    def supported_spaces(self) -> Any:
        return ["cosine", "ip"]

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        if config["dimension"] > 100:
            raise ValueError("too wide")


@register_sparse_embedding_function
class Letters(SparseEmbeddingFunction[list[str]]):
    def __init__(self) -> None: ...

    def __call__(self, input: list[str]) -> Any:
        return [SparseVector([0], [1.0]) for _ in input]

    @staticmethod
    def name() -> str:
        return "builder_letters"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Letters:
        return Letters()


class Nameless:
    def __call__(self, input: list[str]) -> Any:
        return [[1.0]]


LENGTHS = {"name": "builder_lengths", "type": "known", "config": {"dimension": 3}}


def vector_configs(schema: Schema) -> tuple[Any, Any]:
    written = schema.serialize_to_json()
    return (
        written["defaults"]["float_list"]["vector_index"]["config"],
        written["keys"]["#embedding"]["float_list"]["vector_index"]["config"],
    )


def test_a_new_schema_is_the_factory_schema() -> None:
    assert Schema().serialize_to_json() == FACTORY
    assert Schema() == Schema()
    assert CollectionSchema.create(Schema().serialize_to_json()) == CollectionSchema.create()


def test_a_schema_comes_back_from_its_json() -> None:
    schema = (
        Schema()
        .create_index(VectorIndexConfig(space="ip", embedding_function=Lengths(4), hnsw=HnswIndexConfig(ef_search=5)))
        .create_index(SparseVectorIndexConfig(source_key="d", embedding_function=Letters(), bm25=True), key="sp")
        .delete_index(IntInvertedIndexConfig(), key="year")
        .set_cmek(Cmek.gcp("projects/p/locations/l/keyRings/r/cryptoKeys/k"))
    )
    written = schema.serialize_to_json()
    back = Schema.deserialize_from_json(written)
    assert back.serialize_to_json() == written
    index = back.keys["#embedding"].float_list
    assert index is not None
    assert index.vector_index is not None
    assert isinstance(index.vector_index.config.embedding_function, Lengths)
    assert index.vector_index.config.embedding_function.dimension == 4


def test_a_vector_index_is_configured_in_both_places_and_switched_in_neither() -> None:
    config = VectorIndexConfig(space="cosine", source_key="other", hnsw=HnswIndexConfig(ef_search=5))
    schema = Schema().create_index(config)
    in_defaults, in_embedding = vector_configs(schema)
    expected = {"embedding_function": DEFAULT, "space": "cosine", "hnsw": {"ef_search": 5}}
    assert in_defaults == {**expected, "source_key": "other"}
    assert in_embedding == {**expected, "source_key": "#document"}
    written = schema.serialize_to_json()
    assert written["defaults"]["float_list"]["vector_index"]["enabled"] is False
    assert written["keys"]["#embedding"]["float_list"]["vector_index"]["enabled"] is True
    assert config.source_key == "other"


@pytest.mark.parametrize(
    ("config", "type_name", "index_name"),
    [
        (StringInvertedIndexConfig(), "string", "string_inverted_index"),
        (IntInvertedIndexConfig(), "int", "int_inverted_index"),
        (FloatInvertedIndexConfig(), "float", "float_inverted_index"),
        (BoolInvertedIndexConfig(), "bool", "bool_inverted_index"),
    ],
)
def test_filter_indexes_are_switched_for_all_keys_or_for_one(config: Any, type_name: str, index_name: str) -> None:
    schema = Schema().delete_index(config).delete_index(config, key="a").create_index(config, key=K("b"))
    written = schema.serialize_to_json()
    assert written["defaults"][type_name][index_name] == OFF
    assert written["keys"]["a"] == {type_name: {index_name: OFF}}
    assert written["keys"]["b"] == {type_name: {index_name: ON}}
    schema.create_index(config).create_index(config, key="a")
    assert schema.serialize_to_json()["defaults"] == FACTORY["defaults"]
    assert schema.serialize_to_json()["keys"]["a"] == {type_name: {index_name: ON}}


@pytest.mark.parametrize("key", ["#document", K.DOCUMENT])
def test_full_text_is_switched_on_the_document(key: Any) -> None:
    schema = Schema().delete_index(FtsIndexConfig(), key=key)
    assert schema.serialize_to_json()["keys"]["#document"]["string"]["fts_index"] == OFF
    assert schema.create_index(FtsIndexConfig(), key=key).serialize_to_json() == FACTORY


def test_a_sparse_index_is_made_on_one_key() -> None:
    schema = Schema().create_index(SparseVectorIndexConfig(), key="sp")
    schema.create_index(SparseVectorIndexConfig(bm25=True), key="sp")
    index = schema.serialize_to_json()["keys"]["sp"]["sparse_vector"]["sparse_vector_index"]
    assert index == {"enabled": True, "config": {**UNKNOWN, "bm25": True}}


RESERVED = "key cannot begin with '#'. Keys starting with '#' are reserved for system use."
MANAGED = (
    "Cannot create index on special key '#embedding'. This key is managed automatically by the system. "
    "Invoke create_index(VectorIndexConfig(...)) without specifying a key to configure the "
    "vector index globally."
)
ONLY_FTS = "Cannot {} index on special key '#document' with this config. Only FtsIndexConfig is allowed for #document."
FTS_PLACE = "FTS index can only be enabled on #document key. Use create_index(config=FtsIndexConfig(), key='#document')"
NAMED = "config must be one of FtsIndexConfig, StringInvertedIndexConfig, "


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda s: s.create_index(),
            "Cannot enable all index types globally. Must specify either config or key.",
        ),
        (
            lambda s: s.create_index(key="k"),
            "Cannot enable all index types for key 'k'. Please specify a specific index configuration.",
        ),
        (
            lambda s: s.create_index(VectorIndexConfig(), key="k"),
            "Vector index cannot be enabled on specific keys. "
            "Use create_index(config=VectorIndexConfig(...)) without specifying a key to configure "
            "the vector index globally.",
        ),
        (lambda s: s.create_index(FtsIndexConfig()), FTS_PLACE),
        (lambda s: s.create_index(FtsIndexConfig(), key="k"), FTS_PLACE),
        (
            lambda s: s.create_index(SparseVectorIndexConfig()),
            "Sparse vector index must be created on a specific key. Please specify a key using: "
            "create_index(config=SparseVectorIndexConfig(...), key='your_key')",
        ),
        (
            lambda s: s.create_index(SparseVectorIndexConfig(source_key="d"), key="k"),
            "If source_key is provided then embedding_function must also be provided since there is no "
            "default embedding function. Config: embedding_function=None source_key='d' bm25=None",
        ),
        (
            lambda s: s.create_index(SparseVectorIndexConfig(), key="sp").create_index(
                SparseVectorIndexConfig(), key="sp2"
            ),
            "Cannot enable sparse vector index on key 'sp2'. "
            "A sparse vector index is already enabled on key 'sp'. "
            "Only one sparse vector index is allowed per collection.",
        ),
        (lambda s: s.create_index(key="#embedding"), MANAGED),
        (lambda s: s.create_index(FtsIndexConfig(), key=K.EMBEDDING), MANAGED),
        (lambda s: s.create_index(key="#document"), ONLY_FTS.format("create")),
        (lambda s: s.create_index(IntInvertedIndexConfig(), key="#document"), ONLY_FTS.format("create")),
        (lambda s: s.create_index(IntInvertedIndexConfig(), key="#x"), RESERVED),
        (lambda s: s.create_index(HnswIndexConfig()), NAMED),
        (lambda s: s.create_index("string", key="k"), NAMED),
        (lambda s: s.create_index(IntInvertedIndexConfig(), key=5), "key must be str or Key, got int"),
        (lambda s: s.delete_index(), "Cannot disable all indexes. Must specify either config or key."),
        (
            lambda s: s.delete_index(key="k"),
            "Cannot disable all index types for key 'k'. Please specify a specific index configuration.",
        ),
        (lambda s: s.delete_index(VectorIndexConfig()), "Deleting vector index is not currently supported."),
        (
            lambda s: s.delete_index(SparseVectorIndexConfig(), key="k"),
            "Deleting sparse vector index is not currently supported.",
        ),
        (
            lambda s: s.delete_index(FtsIndexConfig(), key="k"),
            "Deleting FTS index is only supported on #document key.",
        ),
        (
            lambda s: s.delete_index(FtsIndexConfig(), key="#embedding"),
            "Cannot modify #embedding. Currently not supported",
        ),
        (lambda s: s.delete_index(IntInvertedIndexConfig(), key="#document"), ONLY_FTS.format("delete")),
        (lambda s: s.delete_index(IntInvertedIndexConfig(), key="#x"), RESERVED),
        (lambda s: s.delete_index("string"), NAMED),
    ],
)
def test_what_no_collection_can_have_is_refused_and_changes_nothing(
    change: Callable[[Schema], Any], message: str
) -> None:
    schema = Schema()
    with pytest.raises(ValueError) as raised:
        change(schema)
    assert str(raised.value).startswith(message)
    if "sp2" not in message:
        assert schema == Schema()


def test_the_space_comes_from_the_function_where_none_is_named() -> None:
    schema = Schema().create_index(VectorIndexConfig(embedding_function=Lengths()))
    assert vector_configs(schema)[0] == {"embedding_function": LENGTHS, "space": "cosine"}


def test_a_space_that_the_function_does_not_support_is_kept_with_a_warning() -> None:
    schema = Schema().create_index(VectorIndexConfig(embedding_function=Lengths(), space="l2"))
    with pytest.warns(UserWarning, match="space l2 is not supported by builder_lengths. Supported spaces: "):
        written = vector_configs(schema)
    assert written[0]["space"] == "l2"


@pytest.mark.parametrize("function", [None, Nameless(), Lengths(101)])
def test_a_function_that_cannot_be_described_is_legacy(function: Any) -> None:
    schema = Schema().create_index(VectorIndexConfig(embedding_function=function))
    assert vector_configs(schema)[0] == {"embedding_function": {"type": "legacy"}}


def embedding_json(**config: Any) -> dict[str, Any]:
    return {"keys": {"#embedding": {"float_list": {"vector_index": {"enabled": True, "config": config}}}}}


def function_of(schema: Schema) -> Any:
    index = schema.keys["#embedding"].float_list
    assert index is not None
    assert index.vector_index is not None
    return index.vector_index.config.embedding_function


@pytest.mark.parametrize("function", [{"type": "legacy"}, {"type": "unknown"}, None])
def test_no_function_is_read_where_none_can_be_rebuilt(function: Any) -> None:
    assert function_of(Schema.deserialize_from_json(embedding_json(embedding_function=function))) is None


def test_a_vector_index_that_mentions_no_function_has_the_default_one() -> None:
    schema = Schema.deserialize_from_json(embedding_json(space="ip"))
    assert isinstance(function_of(schema), DefaultEmbeddingFunction)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (
            {"type": "known", "name": "unheard_of", "config": {}},
            "unheard_of: Embedding function unheard_of not found",
        ),
        ({**LENGTHS, "config": {}}, "builder_lengths: Could not build embedding function"),
        ({"type": "known"}, "unknown: Embedding function name not found"),
    ],
)
def test_a_function_that_cannot_be_rebuilt_is_none_with_a_warning(function: Any, reason: str) -> None:
    with pytest.warns(UserWarning, match=f"^Could not reconstruct embedding function {reason}.* Setting to None.$"):
        schema = Schema.deserialize_from_json(embedding_json(embedding_function=function))
    assert function_of(schema) is None


def test_a_sparse_function_that_cannot_be_rebuilt_is_none_with_a_warning() -> None:
    config = {"embedding_function": {"type": "known", "name": "unheard_of", "config": {}}}
    data = {"keys": {"sp": {"sparse_vector": {"sparse_vector_index": {"enabled": True, "config": config}}}}}
    with pytest.warns(UserWarning, match="^Could not reconstruct sparse embedding function unheard_of: "):
        schema = Schema.deserialize_from_json(data)
    assert schema.serialize_to_json()["keys"]["sp"]["sparse_vector"]["sparse_vector_index"]["config"] == UNKNOWN


def test_reading_adds_nothing_and_knows_older_spellings() -> None:
    nothing = Schema.deserialize_from_json({})
    assert (nothing.defaults, nothing.keys, nothing.cmek) == (ValueTypes(), {}, None)
    old = {
        "defaults": {"#string": {"$fts_index": OFF}},
        "key_overrides": {"k": {"#int": {"$int_inverted_index": OFF}, "bool": {}}},
    }
    assert Schema.deserialize_from_json(old).serialize_to_json() == {
        "defaults": {"string": {"fts_index": OFF}},
        "keys": {"k": {"int": {"int_inverted_index": OFF}, "bool": {}}},
    }


def test_what_a_server_alone_may_set_is_read_and_not_sent_again() -> None:
    read = Schema.deserialize_from_json(
        embedding_json(spann={"search_nprobe": 2, "quantize": "none", "nreplica_count": 8}, embedding_function=None)
    )
    assert read.serialize_to_json()["keys"]["#embedding"]["float_list"]["vector_index"]["config"] == {
        "embedding_function": {"type": "legacy"},
        "spann": {"search_nprobe": 2},
    }


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FtsIndexConfig(x=1), "Extra inputs are not permitted"),
        (lambda: BoolInvertedIndexConfig(x=1), "Extra inputs are not permitted"),
        (lambda: HnswIndexConfig(space="l2"), "'space' is not a valid field for HnswIndexConfig. "),
        (lambda: HnswIndexConfig(space="l2", x=1), "Invalid fields for HnswIndexConfig: 'space', 'x'. "),
        (lambda: SpannIndexConfig(x=1), "'x' is not a valid field for SpannIndexConfig. "),
        (lambda: SparseVectorIndexConfig(foo=1), "'foo' is not a valid field for SparseVectorIndexConfig. "),
        (lambda: VectorIndexConfig(foo=1), "Extra inputs are not permitted"),
        (lambda: VectorIndexConfig(space="l1"), "Input should be 'cosine', 'l2' or 'ip'"),
        (lambda: VectorIndexConfig(embedding_function=5), "embedding_function must be callable or None"),
        (
            lambda: VectorIndexConfig(embedding_function=lambda text: text),
            "Expected EmbeddingFunction.__call__ to have the following signature",
        ),
        (
            lambda: SparseVectorIndexConfig(embedding_function=5),
            "embedding_function must be a callable SparseEmbeddingFunction or None",
        ),
        (lambda: VectorIndexConfig(source_key=5), "source_key must be str or Key, got int"),
        (
            lambda: SparseVectorIndexConfig(source_key="#x"),
            "source_key cannot begin with '#'. The only valid key starting with '#' is Key.DOCUMENT or '#document'.",
        ),
        (lambda: VectorIndexConfig(source_key=K.EMBEDDING), "source_key cannot begin with '#'."),
    ],
)
def test_a_bad_configuration_is_refused_when_it_is_made(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        make()
    assert message in str(raised.value)


def test_what_a_configuration_takes() -> None:
    assert VectorIndexConfig(source_key=K("a")).source_key == "a"
    assert SparseVectorIndexConfig(source_key=K.DOCUMENT).source_key == "#document"
    assert SparseVectorIndexConfig(algorithm="wand") == SparseVectorIndexConfig()
    assert SpannIndexConfig(quantize="none", nreplica_count=3) == SpannIndexConfig()
    assert VectorIndexConfig(embedding_function=Nameless()).embedding_function is not None


def test_an_encryption_key_is_named_and_checked() -> None:
    key = Cmek.gcp("projects/p/locations/l/keyRings/r/cryptoKeys/k")
    assert key == Cmek(CmekProvider.GCP, key.resource)
    assert key.validate_pattern()
    assert not Cmek.gcp("projects/p").validate_pattern()
    assert Cmek.from_dict(key.to_dict()) == key
    assert Schema().set_cmek(key).set_cmek(None) == Schema()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"aws": "x"}, "Unsupported or missing CMEK provider in data: {'aws': 'x'}"),
        ({"gcp": 5}, "CMEK gcp resource must be a string, got: <class 'int'>"),
    ],
)
def test_a_bad_encryption_key_is_refused(data: Any, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        Cmek.from_dict(data)
    assert str(raised.value) == message
    with pytest.raises(ValueError, match="CMEK"):
        Schema.deserialize_from_json({"cmek": data})


def test_writing_a_plain_schema_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Schema.deserialize_from_json(Schema().serialize_to_json())
