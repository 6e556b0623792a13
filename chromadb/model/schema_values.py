"""The parts of a schema: value types, their indexes, the configuration of each index, the factory settings.

Every part mirrors a JSON object; None is a member that was not given. Spellings of older releases
(``#string``, ``$fts_index``) are read and never written.
"""

from typing import Annotated, Any, ClassVar

from msgspec.structs import replace

from chromadb.model.configuration import (
    DescribedFunction,
    EmbeddingFunctionDescription,
    HnswConfiguration,
    HnswOptions,
    Space,
    SpannConfiguration,
    SpannOptions,
)
from chromadb.model.json_record import (
    JsonRecord,
    Member,
    Text,
    nested,
    one_of,
    read_boolean,
    read_object,
    read_record,
    read_text,
)

DOCUMENT_KEY = "#document"
EMBEDDING_KEY = "#embedding"

_read_algorithm = one_of("wand", "max_score")
_read_provider = one_of("gcp")


def _read_unusual_algorithm(value: Any, path: str) -> str | None:
    # "wand" is the default and is never shown, so it is not kept either.
    algorithm: str = _read_algorithm(value, path)
    return None if algorithm == "wand" else algorithm


class NoOptions(JsonRecord, frozen=True):
    """The configuration of an index that has nothing to configure."""

    strict: ClassVar[bool] = True


class VectorOptions(JsonRecord, frozen=True):
    """Configuration of a dense vector index."""

    strict: ClassVar[bool] = True
    space: Space = None
    embedding_function: DescribedFunction = None
    source_key: Text = None
    hnsw: Annotated[HnswOptions | None, Member(nested(HnswOptions))] = None
    spann: Annotated[SpannOptions | None, Member(nested(SpannOptions))] = None


class SparseOptions(JsonRecord, frozen=True):
    """Configuration of a sparse vector index."""

    strict: ClassVar[bool] = True
    embedding_function: DescribedFunction = None
    source_key: Text = None
    bm25: Annotated[bool | None, Member(read_boolean)] = None
    algorithm: Annotated[str | None, Member(_read_unusual_algorithm)] = None


class PlainIndex(JsonRecord, frozen=True):
    """An index that is only switched on or off."""

    enabled: Annotated[bool, Member(read_boolean)]
    config: Annotated[NoOptions, Member(nested(NoOptions))]


class VectorIndex(JsonRecord, frozen=True):
    """A dense vector index."""

    enabled: Annotated[bool, Member(read_boolean)]
    config: Annotated[VectorOptions, Member(nested(VectorOptions))]


class SparseIndex(JsonRecord, frozen=True):
    """A sparse vector index."""

    enabled: Annotated[bool, Member(read_boolean)]
    config: Annotated[SparseOptions, Member(nested(SparseOptions))]


_read_plain_index = nested(PlainIndex)


class StringIndexes(JsonRecord, frozen=True):
    """Indexes of strings."""

    fts_index: Annotated[PlainIndex | None, Member(_read_plain_index, older_name="$fts_index")] = None
    string_inverted_index: Annotated[
        PlainIndex | None, Member(_read_plain_index, older_name="$string_inverted_index")
    ] = None


class VectorIndexes(JsonRecord, frozen=True):
    """Indexes of dense vectors."""

    vector_index: Annotated[VectorIndex | None, Member(nested(VectorIndex), older_name="$vector_index")] = None


class SparseIndexes(JsonRecord, frozen=True):
    """Indexes of sparse vectors."""

    sparse_vector_index: Annotated[
        SparseIndex | None, Member(nested(SparseIndex), older_name="$sparse_vector_index")
    ] = None


class IntIndexes(JsonRecord, frozen=True):
    """Indexes of ints."""

    int_inverted_index: Annotated[PlainIndex | None, Member(_read_plain_index, older_name="$int_inverted_index")] = None


class FloatIndexes(JsonRecord, frozen=True):
    """Indexes of floats."""

    float_inverted_index: Annotated[
        PlainIndex | None, Member(_read_plain_index, older_name="$float_inverted_index")
    ] = None


class BoolIndexes(JsonRecord, frozen=True):
    """Indexes of bools."""

    bool_inverted_index: Annotated[PlainIndex | None, Member(_read_plain_index, older_name="$bool_inverted_index")] = (
        None
    )


class ValueTypes(JsonRecord, frozen=True):
    """The indexes of one key (or of every key without an entry), by type of value."""

    string: Annotated[StringIndexes | None, Member(nested(StringIndexes), older_name="#string")] = None
    float_list: Annotated[VectorIndexes | None, Member(nested(VectorIndexes), older_name="#float_list")] = None
    sparse_vector: Annotated[SparseIndexes | None, Member(nested(SparseIndexes), older_name="#sparse_vector")] = None
    integer: Annotated[IntIndexes | None, Member(nested(IntIndexes), json_name="int", older_name="#int")] = None
    number: Annotated[FloatIndexes | None, Member(nested(FloatIndexes), json_name="float", older_name="#float")] = None
    boolean: Annotated[BoolIndexes | None, Member(nested(BoolIndexes), json_name="bool", older_name="#bool")] = None


class Cmek(JsonRecord, frozen=True):
    """Resource name of a customer-managed encryption key, kept for clients."""

    strict: ClassVar[bool] = True
    gcp: Annotated[str, Member(read_text)]


def _read_cmek(value: Any, path: str) -> Cmek:
    for provider in read_object(value, path):
        _read_provider(provider, path)
    return read_record(Cmek, value, path)


def _read_keys(value: Any, path: str) -> dict[str, ValueTypes]:
    return {key: read_record(ValueTypes, types, f"{path}.{key}") for key, types in read_object(value, path).items()}


class SchemaRecord(JsonRecord, frozen=True):
    """A whole schema as JSON has it. The mapping of keys is never changed in place."""

    defaults: Annotated[ValueTypes, Member(nested(ValueTypes))]
    keys: Annotated[dict[str, ValueTypes], Member(_read_keys, older_name="key_overrides")]
    cmek: Annotated[Cmek | None, Member(_read_cmek)] = None
    source_attached_function_id: Text = None


def _plain(enabled: bool) -> PlainIndex:
    return PlainIndex(enabled=enabled, config=NoOptions())


def factory_schema(
    index: HnswConfiguration | SpannConfiguration, embedding_function: EmbeddingFunctionDescription | None
) -> SchemaRecord:
    """Return the schema of a collection of which only the vector index is known.

    Scalars are indexed, vectors and full text only under their own keys. The vector configuration stands in
    both places, the defaults and ``#embedding``.
    """
    options = VectorOptions(space=index.space, embedding_function=embedding_function)
    if isinstance(index, SpannConfiguration):
        options = replace(options, spann=index.options())
    else:
        options = replace(options, hnsw=index.options())
    sourced = replace(options, source_key=DOCUMENT_KEY)
    unknown = EmbeddingFunctionDescription("unknown")
    sparse = SparseIndex(enabled=False, config=SparseOptions(embedding_function=unknown, bm25=False))
    defaults = ValueTypes(
        string=StringIndexes(fts_index=_plain(False), string_inverted_index=_plain(True)),
        float_list=VectorIndexes(vector_index=VectorIndex(enabled=False, config=options)),
        sparse_vector=SparseIndexes(sparse_vector_index=sparse),
        integer=IntIndexes(int_inverted_index=_plain(True)),
        number=FloatIndexes(float_inverted_index=_plain(True)),
        boolean=BoolIndexes(bool_inverted_index=_plain(True)),
    )
    document = StringIndexes(fts_index=_plain(True), string_inverted_index=_plain(False))
    embedding = VectorIndexes(vector_index=VectorIndex(enabled=True, config=sourced))
    return SchemaRecord(
        defaults=defaults,
        keys={DOCUMENT_KEY: ValueTypes(string=document), EMBEDDING_KEY: ValueTypes(float_list=embedding)},
    )


def sparse_index(types: ValueTypes) -> SparseIndex | None:
    """Return the sparse vector index of an entry, None where it mentions none."""
    return None if types.sparse_vector is None else types.sparse_vector.sparse_vector_index


def vector_options(schema: SchemaRecord) -> tuple[VectorOptions, VectorOptions]:
    """Return the vector configurations of the defaults and of ``#embedding``; empty where there is none."""
    return _vector_options_of(schema.defaults), _vector_options_of(schema.keys[EMBEDDING_KEY])


def _vector_options_of(types: ValueTypes) -> VectorOptions:
    vectors = types.float_list
    return VectorOptions() if vectors is None or vectors.vector_index is None else vectors.vector_index.config


def with_vector_options(schema: SchemaRecord, in_defaults: VectorOptions, in_embedding: VectorOptions) -> SchemaRecord:
    """Return a complete schema with both vector configurations replaced."""
    embedding = _with_vector_options(schema.keys[EMBEDDING_KEY], in_embedding)
    return replace(
        schema,
        defaults=_with_vector_options(schema.defaults, in_defaults),
        keys={**schema.keys, EMBEDDING_KEY: embedding},
    )


def _with_vector_options(types: ValueTypes, options: VectorOptions) -> ValueTypes:
    assert types.float_list is not None, "a complete schema has a vector index in both places"
    assert types.float_list.vector_index is not None
    index = replace(types.float_list.vector_index, config=options)
    return replace(types, float_list=VectorIndexes(vector_index=index))
