"""The parts of a ``Schema``: for each type of value, its indexes, each with its switch and configuration."""

from __future__ import annotations

from dataclasses import dataclass

from chromadb.client.index_config import (
    BoolInvertedIndexConfig,
    FloatInvertedIndexConfig,
    FtsIndexConfig,
    IntInvertedIndexConfig,
    SparseVectorIndexConfig,
    StringInvertedIndexConfig,
    VectorIndexConfig,
)

STRING_VALUE_NAME = "string"
INT_VALUE_NAME = "int"
BOOL_VALUE_NAME = "bool"
FLOAT_VALUE_NAME = "float"
FLOAT_LIST_VALUE_NAME = "float_list"
SPARSE_VECTOR_VALUE_NAME = "sparse_vector"

FTS_INDEX_NAME = "fts_index"
VECTOR_INDEX_NAME = "vector_index"
SPARSE_VECTOR_INDEX_NAME = "sparse_vector_index"
STRING_INVERTED_INDEX_NAME = "string_inverted_index"
INT_INVERTED_INDEX_NAME = "int_inverted_index"
FLOAT_INVERTED_INDEX_NAME = "float_inverted_index"
BOOL_INVERTED_INDEX_NAME = "bool_inverted_index"
HNSW_INDEX_NAME = "hnsw_index"
SPANN_INDEX_NAME = "spann_index"


@dataclass
class FtsIndexType:
    """Full-text index."""

    enabled: bool
    config: FtsIndexConfig


@dataclass
class VectorIndexType:
    """Dense vector index."""

    enabled: bool
    config: VectorIndexConfig


@dataclass
class SparseVectorIndexType:
    """Sparse vector index."""

    enabled: bool
    config: SparseVectorIndexConfig


@dataclass
class StringInvertedIndexType:
    """Filter index of strings."""

    enabled: bool
    config: StringInvertedIndexConfig


@dataclass
class IntInvertedIndexType:
    """Filter index of ints."""

    enabled: bool
    config: IntInvertedIndexConfig


@dataclass
class FloatInvertedIndexType:
    """Filter index of floats."""

    enabled: bool
    config: FloatInvertedIndexConfig


@dataclass
class BoolInvertedIndexType:
    """Filter index of bools."""

    enabled: bool
    config: BoolInvertedIndexConfig


@dataclass
class StringValueType:
    """Indexes of strings."""

    fts_index: FtsIndexType | None = None
    string_inverted_index: StringInvertedIndexType | None = None


@dataclass
class FloatListValueType:
    """Indexes of dense vectors."""

    vector_index: VectorIndexType | None = None


@dataclass
class SparseVectorValueType:
    """Indexes of sparse vectors."""

    sparse_vector_index: SparseVectorIndexType | None = None


@dataclass
class IntValueType:
    """Indexes of ints."""

    int_inverted_index: IntInvertedIndexType | None = None


@dataclass
class FloatValueType:
    """Indexes of floats."""

    float_inverted_index: FloatInvertedIndexType | None = None


@dataclass
class BoolValueType:
    """Indexes of bools."""

    bool_inverted_index: BoolInvertedIndexType | None = None


@dataclass
class ValueTypes:
    """The indexes of one key, or of all keys without an entry of their own; None is not mentioned."""

    string: StringValueType | None = None
    float_list: FloatListValueType | None = None
    sparse_vector: SparseVectorValueType | None = None
    int_value: IntValueType | None = None
    float_value: FloatValueType | None = None
    boolean: BoolValueType | None = None
