"""The indexes of a collection: which value types of which keys are indexed, and how.

``CollectionSchema`` is what a collection stores and answers show as ``schema``. It is immutable: a change
gives a new value, so that a reader keeps the one it started with. Two keys are special: ``#document`` (full
text) and ``#embedding`` (vectors). Every other key is a metadata key.
Cost: ``with_keys`` looks only at the keys it is given; adding one copies the mapping of keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from chromadb.model.configuration import (
    DEFAULT_SPACE,
    CollectionConfiguration,
    EmbeddingFunctionDescription,
    HnswConfiguration,
    SpannConfiguration,
    default_hnsw,
)
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.json_record import merged, read_record, record_json
from chromadb.model.schema_values import (
    DOCUMENT_KEY,
    EMBEDDING_KEY,
    PlainIndex,
    SchemaRecord,
    SparseOptions,
    ValueTypes,
    VectorOptions,
    factory_schema,
    sparse_index,
    vector_options,
    with_vector_options,
)

if TYPE_CHECKING:
    from chromadb.model.configuration_requests import ConfigurationUpdate

_SYSTEM_KEY_PREFIX = "chroma:"
_SPANN_MEMBERS = frozenset(SpannConfiguration.__struct_fields__)

_FIELD_OF_TYPE = {
    "string": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "sparse_vector": "sparse_vector",
}
_SHOWN_TYPE = {
    "string": "Str",
    "int": "Int",
    "float": "Float",
    "bool": "Bool",
    "sparse_vector": "SparseVector",
}


class CollectionSchema(Struct, frozen=True, dict=True):
    """The indexes of one collection. ``record`` is complete: its defaults and special keys say everything."""

    record: SchemaRecord

    @classmethod
    def create(
        cls,
        schema_json: Mapping[str, Any] | None = None,
        configuration_json: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> CollectionSchema:
        """Return the schema of a new collection from the three places where a request may describe it.

        Of schema and configuration (with the ``hnsw:*`` keys of metadata) the one that differs from the
        defaults counts. Raises InvalidArgumentError when either is invalid, and when both differ.
        """
        # Collections are found far more often than they are made, or made of a schema.
        from chromadb.model.configuration_requests import read_create_configuration

        configuration = read_create_configuration(configuration_json, metadata)
        if schema_json is None:
            return cls(factory_schema(configuration.index, configuration.embedding_function))
        from chromadb.model.schema_reconciliation import reconciled
        from chromadb.model.schema_rules import refuse_invalid_schema

        given = read_record(SchemaRecord, schema_json, "schema")
        refuse_invalid_schema(given)
        return cls(reconciled(given, configuration))

    @classmethod
    def from_json(cls, schema_json: Mapping[str, Any]) -> CollectionSchema:
        """Return a schema that ``to_json`` wrote; no rule is checked again."""
        return cls(read_record(SchemaRecord, schema_json, "schema"))

    def to_json(self) -> dict[str, Any]:
        """Return the schema as stored and shown."""
        return record_json(self.record)

    @cached_property
    def hnsw(self) -> HnswConfiguration:
        """The configuration of the graph of vectors; of a collection without one, the default of the same space."""
        options = self._embedding_options
        given = {} if options.hnsw is None else record_json(options.hnsw)
        return replace(default_hnsw(), space=self.space, **given)

    @cached_property
    def spann(self) -> SpannConfiguration | None:
        """The configuration of the partition lists, None of a collection that has no such index."""
        options = self._embedding_options.spann
        if options is None:
            return None
        given = {name: value for name, value in record_json(options).items() if name in _SPANN_MEMBERS}
        return SpannConfiguration(space=self.space, **given)

    @property
    def space(self) -> str:
        """The distance of the vector index: "l2", "cosine" or "ip"."""
        return self._embedding_options.space or DEFAULT_SPACE

    @property
    def embedding_function(self) -> EmbeddingFunctionDescription | None:
        """How clients embed, where they said so."""
        return self._embedding_options.embedding_function

    def configuration_json(self) -> dict[str, Any]:
        """Return ``configuration_json`` as answers show it: the vector index of ``#embedding``."""
        return CollectionConfiguration(self.spann or self.hnsw, self.embedding_function).to_json()

    def updated(self, new_configuration: Mapping[str, Any]) -> CollectionSchema:
        """Return the schema after an update request, applied to ``#embedding`` and to the defaults.

        An update of the kind of index that is not there changes nothing.
        Raises InvalidArgumentError for malformed or unchangeable members.
        """
        from chromadb.model.configuration_requests import read_configuration_update

        update = read_configuration_update(new_configuration)
        in_defaults, in_embedding = (_updated(options, update) for options in vector_options(self.record))
        return CollectionSchema(with_vector_options(self.record, in_defaults, in_embedding))

    def with_keys(self, found: Mapping[str, Collection[str]]) -> CollectionSchema:
        """Return the schema with the metadata keys of a write, given the types of value seen under each.

        found: key to names of types ("string", "int", "float", "bool", "sparse_vector"; of an array, the type
        of its elements). A type that a key has no entry for gets the default indexes. Keys that start with
        "chroma:" are left out. Returns this very object when nothing is new.
        """
        added: dict[str, ValueTypes] = {}
        for key, type_names in found.items():
            entry = self.record.keys.get(key) or ValueTypes()
            names = [_FIELD_OF_TYPE[type_name] for type_name in type_names]
            missing = {name: getattr(self.record.defaults, name) for name in names if getattr(entry, name) is None}
            if missing and not key.startswith(_SYSTEM_KEY_PREFIX):
                added[key] = replace(entry, **missing)
        if not added:
            return self
        return CollectionSchema(replace(self.record, keys={**self.record.keys, **added}))

    @cached_property
    def sparse_keys(self) -> tuple[str, ...]:
        """The keys whose sparse vectors are indexed."""
        indexes = ((key, sparse_index(types)) for key, types in self.record.keys.items())
        return tuple(key for key, index in indexes if index is not None and index.enabled)

    def sparse_options(self, key: str) -> SparseOptions:
        """Return how the sparse vectors of a key are indexed; raises InvalidArgumentError where they are not."""
        types = self.record.keys.get(key)
        index = None if types is None else sparse_index(types)
        if index is None or not index.enabled:
            raise _unindexed(key, "sparse_vector")
        return index.config

    def is_filterable(self, key: str, type_name: str) -> bool:
        """True when records may be filtered by values of this type ("string", "int", ...) under this key."""
        return self._is_enabled(key, _FIELD_OF_TYPE[type_name])

    def indexes_all_values(self, key: str) -> bool:
        """True when no type of value that is known under this key has its index switched off."""
        entry = self.record.keys.get(key)
        known = [name for name in _FIELD_OF_TYPE.values() if entry is None or getattr(entry, name) is not None]
        return all(self._is_enabled(key, name) for name in known)

    def _is_enabled(self, key: str, name: str) -> bool:
        entry = self.record.keys.get(key)
        index = None if entry is None else _filter_index(entry, name)
        if index is None:
            index = _filter_index(self.record.defaults, name)
        return index is None or index.enabled

    @property
    def has_vector_index(self) -> bool:
        """True when vectors may get codes, and a graph or lists; without, all are compared, and found all the same."""
        vectors = self.record.keys[EMBEDDING_KEY].float_list
        return vectors is None or vectors.vector_index is None or vectors.vector_index.enabled

    @property
    def has_full_text(self) -> bool:
        """True when documents may be filtered by their text, and are indexed for it."""
        strings = self.record.keys[DOCUMENT_KEY].string
        return strings is None or strings.fts_index is None or strings.fts_index.enabled

    def require_filterable(self, key: str, type_name: str) -> None:
        """Raise InvalidArgumentError when ``is_filterable`` is false."""
        if not self.is_filterable(key, type_name):
            raise _unindexed(key, type_name)

    def require_full_text(self) -> None:
        """Raise InvalidArgumentError when ``has_full_text`` is false."""
        if not self.has_full_text:
            raise InvalidArgumentError("Cannot filter using full-text search because FTS indexing is disabled")

    @property
    def _embedding_options(self) -> VectorOptions:
        return vector_options(self.record)[1]


def _unindexed(key: str, type_name: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"Cannot filter using metadata key '{key}' with type '{_SHOWN_TYPE[type_name]}' because indexing is disabled"
    )


def _updated(options: VectorOptions, update: ConfigurationUpdate) -> VectorOptions:
    changes = VectorOptions(
        embedding_function=update.embedding_function,
        hnsw=update.hnsw if options.spann is None else None,
        spann=None if options.spann is None else update.spann,
    )
    return merged(changes, options)


def _filter_index(types: ValueTypes, name: str) -> PlainIndex | None:
    """Return the index that serves filters on one type of value, None where the entry does not mention it."""
    if name == "string":
        return None if types.string is None else types.string.string_inverted_index
    if name == "integer":
        return None if types.integer is None else types.integer.int_inverted_index
    if name == "number":
        return None if types.number is None else types.number.float_inverted_index
    if name == "boolean":
        return None if types.boolean is None else types.boolean.bool_inverted_index
    return None
