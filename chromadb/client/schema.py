"""``Schema``: which indexes a new collection has, said by the user.

Every value is filterable by default, documents are searchable, vectors indexed; ``create_index`` and
``delete_index`` change that for all keys or for one. The collection's server or engine decides what is valid
in the end; here only the builder's own rules are checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chromadb.client.cmek import Cmek, CmekProvider
from chromadb.client.index_config import (
    BoolInvertedIndexConfig,
    FloatInvertedIndexConfig,
    FtsIndexConfig,
    HnswIndexConfig,
    IndexConfig,
    IntInvertedIndexConfig,
    SpannIndexConfig,
    SparseVectorIndexConfig,
    StringInvertedIndexConfig,
    VectorIndexConfig,
    name_of_key,
)
from chromadb.client.schema_json import INDEX_PLACES, value_types_from_json, value_types_to_json
from chromadb.client.value_types import (
    BOOL_INVERTED_INDEX_NAME,
    BOOL_VALUE_NAME,
    FLOAT_INVERTED_INDEX_NAME,
    FLOAT_LIST_VALUE_NAME,
    FLOAT_VALUE_NAME,
    FTS_INDEX_NAME,
    HNSW_INDEX_NAME,
    INT_INVERTED_INDEX_NAME,
    INT_VALUE_NAME,
    SPANN_INDEX_NAME,
    SPARSE_VECTOR_INDEX_NAME,
    SPARSE_VECTOR_VALUE_NAME,
    STRING_INVERTED_INDEX_NAME,
    STRING_VALUE_NAME,
    VECTOR_INDEX_NAME,
    BoolInvertedIndexType,
    BoolValueType,
    FloatInvertedIndexType,
    FloatListValueType,
    FloatValueType,
    FtsIndexType,
    IntInvertedIndexType,
    IntValueType,
    SparseVectorIndexType,
    SparseVectorValueType,
    StringInvertedIndexType,
    StringValueType,
    ValueTypes,
    VectorIndexType,
)
from chromadb.model.schema_values import DOCUMENT_KEY, EMBEDDING_KEY
from chromadb.model.sparse import SPARSE_VECTOR_TYPE_VALUE, TYPE_KEY

if TYPE_CHECKING:
    from chromadb.model.expression import Key

__all__ = [
    "BOOL_INVERTED_INDEX_NAME",
    "BOOL_VALUE_NAME",
    "DOCUMENT_KEY",
    "EMBEDDING_KEY",
    "FLOAT_INVERTED_INDEX_NAME",
    "FLOAT_LIST_VALUE_NAME",
    "FLOAT_VALUE_NAME",
    "FTS_INDEX_NAME",
    "HNSW_INDEX_NAME",
    "INT_INVERTED_INDEX_NAME",
    "INT_VALUE_NAME",
    "SPANN_INDEX_NAME",
    "SPARSE_VECTOR_INDEX_NAME",
    "SPARSE_VECTOR_TYPE_VALUE",
    "SPARSE_VECTOR_VALUE_NAME",
    "STRING_INVERTED_INDEX_NAME",
    "STRING_VALUE_NAME",
    "TYPE_KEY",
    "VECTOR_INDEX_NAME",
    "BoolInvertedIndexConfig",
    "BoolInvertedIndexType",
    "BoolValueType",
    "Cmek",
    "CmekProvider",
    "FloatInvertedIndexConfig",
    "FloatInvertedIndexType",
    "FloatListValueType",
    "FloatValueType",
    "FtsIndexConfig",
    "FtsIndexType",
    "HnswIndexConfig",
    "IndexConfig",
    "IntInvertedIndexConfig",
    "IntInvertedIndexType",
    "IntValueType",
    "Schema",
    "SpannIndexConfig",
    "SparseVectorIndexConfig",
    "SparseVectorIndexType",
    "SparseVectorValueType",
    "StringInvertedIndexConfig",
    "StringInvertedIndexType",
    "StringValueType",
    "ValueTypes",
    "VectorIndexConfig",
    "VectorIndexType",
]

_RESERVED_KEY = "key cannot begin with '#'. Keys starting with '#' are reserved for system use."


@dataclass(init=False)
class Schema:
    """The indexes of a collection; methods change it in place and return it, so that calls can be chained.

    defaults: indexes of keys without an entry. keys: entries by key. cmek: encryption key, or None.
    """

    defaults: ValueTypes = field(default_factory=ValueTypes)
    keys: dict[str, ValueTypes] = field(default_factory=dict)
    cmek: Cmek | None = None

    def __init__(self) -> None:
        self.defaults = ValueTypes(
            string=StringValueType(
                fts_index=FtsIndexType(enabled=False, config=FtsIndexConfig()),
                string_inverted_index=StringInvertedIndexType(enabled=True, config=StringInvertedIndexConfig()),
            ),
            float_list=FloatListValueType(VectorIndexType(enabled=False, config=VectorIndexConfig())),
            sparse_vector=SparseVectorValueType(SparseVectorIndexType(enabled=False, config=SparseVectorIndexConfig())),
            int_value=IntValueType(IntInvertedIndexType(enabled=True, config=IntInvertedIndexConfig())),
            float_value=FloatValueType(FloatInvertedIndexType(enabled=True, config=FloatInvertedIndexConfig())),
            boolean=BoolValueType(BoolInvertedIndexType(enabled=True, config=BoolInvertedIndexConfig())),
        )
        document = StringValueType(
            fts_index=FtsIndexType(enabled=True, config=FtsIndexConfig()),
            string_inverted_index=StringInvertedIndexType(enabled=False, config=StringInvertedIndexConfig()),
        )
        embedding = VectorIndexType(enabled=True, config=VectorIndexConfig(source_key=DOCUMENT_KEY))
        self.keys = {
            DOCUMENT_KEY: ValueTypes(string=document),
            EMBEDDING_KEY: ValueTypes(float_list=FloatListValueType(embedding)),
        }
        self.cmek = None

    def create_index(self, config: IndexConfig | None = None, key: str | Key | None = None) -> Schema:
        """Switch an index on, for one key or (without key) for all; a vector index is configured without key.

        Raises ValueError for combinations that no collection can have.
        """
        name = _name_of(key)
        if config is None and name is None:
            raise ValueError("Cannot enable all index types globally. Must specify either config or key.")
        if name == EMBEDDING_KEY:
            raise ValueError(
                f"Cannot create index on special key '{EMBEDDING_KEY}'. This key is managed automatically "
                "by the system. Invoke create_index(VectorIndexConfig(...)) without specifying a key to "
                "configure the vector index globally."
            )
        if name == DOCUMENT_KEY and not isinstance(config, FtsIndexConfig):
            raise ValueError(
                f"Cannot create index on special key '{DOCUMENT_KEY}' with this config. "
                "Only FtsIndexConfig is allowed for #document."
            )
        if name is not None and name.startswith("#") and name != DOCUMENT_KEY:
            raise ValueError(_RESERVED_KEY)
        if config is None:
            raise ValueError(
                f"Cannot enable all index types for key '{name}'. Please specify a specific index configuration."
            )
        self._check_creatable(config, name)
        if isinstance(config, VectorIndexConfig):
            self._configure_vectors(config)
        else:
            self._set_index(config, name, enabled=True)
        return self

    def delete_index(self, config: IndexConfig | None = None, key: str | Key | None = None) -> Schema:
        """Switch a filter index off, for one key or (without key) for all; or full text, on ``#document``.

        Raises ValueError for indexes that cannot be switched off.
        """
        name = _name_of(key)
        if config is None and name is None:
            raise ValueError("Cannot disable all indexes. Must specify either config or key.")
        if name == EMBEDDING_KEY:
            raise ValueError(f"Cannot modify {EMBEDDING_KEY}. Currently not supported")
        if name == DOCUMENT_KEY and not isinstance(config, FtsIndexConfig):
            raise ValueError(
                f"Cannot delete index on special key '{DOCUMENT_KEY}' with this config. "
                "Only FtsIndexConfig is allowed for #document."
            )
        if name is not None and name.startswith("#") and name != DOCUMENT_KEY:
            raise ValueError(_RESERVED_KEY)
        if config is None:
            raise ValueError(
                f"Cannot disable all index types for key '{name}'. Please specify a specific index configuration."
            )
        if isinstance(config, VectorIndexConfig):
            raise ValueError("Deleting vector index is not currently supported.")
        if isinstance(config, SparseVectorIndexConfig):
            raise ValueError("Deleting sparse vector index is not currently supported.")
        if isinstance(config, FtsIndexConfig) and name != DOCUMENT_KEY:
            raise ValueError("Deleting FTS index is only supported on #document key.")
        self._set_index(config, name, enabled=False)
        return self

    def set_cmek(self, cmek: Cmek | None) -> Schema:
        """Name the customer-managed encryption key; None for none."""
        self.cmek = cmek
        return self

    def serialize_to_json(self) -> dict[str, Any]:
        """Return the schema as it is sent and stored; embedding functions become their descriptions."""
        written: dict[str, Any] = {
            "defaults": value_types_to_json(self.defaults),
            "keys": {key: value_types_to_json(types) for key, types in self.keys.items()},
        }
        if self.cmek is not None:
            written["cmek"] = self.cmek.to_dict()
        return written

    @classmethod
    def deserialize_from_json(cls, json_data: dict[str, Any]) -> Schema:
        """Return the schema that JSON describes and nothing more: what it does not mention gets no default.

        Embedding functions are built through the registry; one that cannot be built becomes None, with a
        warning.
        Raises ValueError for configuration members that do not exist.
        """
        schema = cls()
        schema.defaults = value_types_from_json(json_data.get("defaults") or {})
        entries = json_data.get("keys") or json_data.get("key_overrides") or {}
        schema.keys = {key: value_types_from_json(types) for key, types in entries.items()}
        cmek = json_data.get("cmek")
        schema.cmek = None if cmek is None else Cmek.from_dict(cmek)
        return schema

    def _check_creatable(self, config: IndexConfig, key: str | None) -> None:
        if isinstance(config, VectorIndexConfig) and key is not None:
            raise ValueError(
                "Vector index cannot be enabled on specific keys. Use "
                "create_index(config=VectorIndexConfig(...)) without specifying a key to configure the "
                "vector index globally."
            )
        if isinstance(config, FtsIndexConfig) and key != DOCUMENT_KEY:
            raise ValueError(
                "FTS index can only be enabled on #document key. "
                "Use create_index(config=FtsIndexConfig(), key='#document')"
            )
        if isinstance(config, SparseVectorIndexConfig):
            self._check_sparse_creatable(config, key)

    def _check_sparse_creatable(self, config: SparseVectorIndexConfig, key: str | None) -> None:
        if key is None:
            raise ValueError(
                "Sparse vector index must be created on a specific key. Please specify a key using: "
                "create_index(config=SparseVectorIndexConfig(...), key='your_key')"
            )
        if config.source_key is not None and config.embedding_function is None:
            raise ValueError(
                "If source_key is provided then embedding_function must also be provided since there is no "
                f"default embedding function. Config: {config}"
            )
        for other, types in self.keys.items():
            indexes = types.sparse_vector
            index = None if indexes is None else indexes.sparse_vector_index
            if other != key and index is not None and index.enabled:
                raise ValueError(
                    f"Cannot enable sparse vector index on key '{key}'. A sparse vector index is already "
                    f"enabled on key '{other}'. Only one sparse vector index is allowed per collection."
                )

    def _configure_vectors(self, config: VectorIndexConfig) -> None:
        # The engine does not let the defaults flow into #embedding, so both places say the same.
        defaults = self.defaults.float_list = self.defaults.float_list or FloatListValueType()
        in_defaults = defaults.vector_index
        defaults.vector_index = VectorIndexType(in_defaults is not None and in_defaults.enabled, config)
        entry = self.keys.setdefault(EMBEDDING_KEY, ValueTypes())
        embedding = entry.float_list = entry.float_list or FloatListValueType()
        in_embedding = embedding.vector_index
        embedding.vector_index = VectorIndexType(
            in_embedding is None or in_embedding.enabled,
            config.model_copy(update={"source_key": DOCUMENT_KEY}),
        )

    def _set_index(self, config: IndexConfig, key: str | None, *, enabled: bool) -> None:
        place = next((place for place in INDEX_PLACES if type(config) is place.config), None)
        if place is None:
            accepted = ", ".join(place.config.__name__ for place in INDEX_PLACES)
            raise ValueError(f"config must be one of {accepted}, got {type(config).__name__}")
        types = self.defaults if key is None else self.keys.setdefault(key, ValueTypes())
        value = getattr(types, place.value_attribute)
        if value is None:
            value = place.value()
            setattr(types, place.value_attribute, value)
        setattr(value, place.index_name, place.index(enabled, config))


def _name_of(key: str | Key | None) -> str | None:
    if key is None or isinstance(key, str):
        return key
    return name_of_key(key, "key")
