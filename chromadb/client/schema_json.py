"""A ``Schema``'s value types to and from JSON."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

from pydantic import BaseModel

from chromadb.client.embedding_description import (
    KNOWN,
    LEGACY,
    UNKNOWN,
    default_embedding_function,
    describe,
    rebuild,
)
from chromadb.client.index_config import (
    BoolInvertedIndexConfig,
    FloatInvertedIndexConfig,
    FtsIndexConfig,
    IntInvertedIndexConfig,
    SparseVectorIndexConfig,
    StringInvertedIndexConfig,
    VectorIndexConfig,
)
from chromadb.client.value_types import (
    BOOL_INVERTED_INDEX_NAME,
    BOOL_VALUE_NAME,
    FLOAT_INVERTED_INDEX_NAME,
    FLOAT_LIST_VALUE_NAME,
    FLOAT_VALUE_NAME,
    FTS_INDEX_NAME,
    INT_INVERTED_INDEX_NAME,
    INT_VALUE_NAME,
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
from chromadb.embedding.registry import register_sparse_embedding_function


class IndexPlace(NamedTuple):
    """Where the index of one kind of configuration stands in ``ValueTypes`` and in JSON."""

    config: type[BaseModel]
    index: type[Any]
    index_name: str
    value: type[Any]
    value_attribute: str
    value_name: str


INDEX_PLACES = (
    IndexPlace(FtsIndexConfig, FtsIndexType, FTS_INDEX_NAME, StringValueType, "string", STRING_VALUE_NAME),
    IndexPlace(
        StringInvertedIndexConfig,
        StringInvertedIndexType,
        STRING_INVERTED_INDEX_NAME,
        StringValueType,
        "string",
        STRING_VALUE_NAME,
    ),
    IndexPlace(
        VectorIndexConfig,
        VectorIndexType,
        VECTOR_INDEX_NAME,
        FloatListValueType,
        "float_list",
        FLOAT_LIST_VALUE_NAME,
    ),
    IndexPlace(
        SparseVectorIndexConfig,
        SparseVectorIndexType,
        SPARSE_VECTOR_INDEX_NAME,
        SparseVectorValueType,
        "sparse_vector",
        SPARSE_VECTOR_VALUE_NAME,
    ),
    IndexPlace(
        IntInvertedIndexConfig,
        IntInvertedIndexType,
        INT_INVERTED_INDEX_NAME,
        IntValueType,
        "int_value",
        INT_VALUE_NAME,
    ),
    IndexPlace(
        FloatInvertedIndexConfig,
        FloatInvertedIndexType,
        FLOAT_INVERTED_INDEX_NAME,
        FloatValueType,
        "float_value",
        FLOAT_VALUE_NAME,
    ),
    IndexPlace(
        BoolInvertedIndexConfig,
        BoolInvertedIndexType,
        BOOL_INVERTED_INDEX_NAME,
        BoolValueType,
        "boolean",
        BOOL_VALUE_NAME,
    ),
)


def value_types_to_json(types: ValueTypes) -> dict[str, Any]:
    """Return the JSON of one key's value types; what is not mentioned is left out."""
    written: dict[str, Any] = {}
    for place in INDEX_PLACES:
        value = getattr(types, place.value_attribute)
        if value is None:
            continue
        indexes = written.setdefault(place.value_name, {})
        index = getattr(value, place.index_name)
        if index is not None:
            indexes[place.index_name] = {"enabled": index.enabled, "config": _config_to_json(index.config)}
    return written


def value_types_from_json(data: dict[str, Any]) -> ValueTypes:
    """Read the value types of one key; older spellings (``#string``, ``$fts_index``) are read too.

    Raises ValueError for configuration members that do not exist.
    """
    types = ValueTypes()
    for place in INDEX_PLACES:
        indexes = data.get(place.value_name, data.get(f"#{place.value_name}"))
        if indexes is None:
            continue
        value = getattr(types, place.value_attribute)
        if value is None:
            value = place.value()
            setattr(types, place.value_attribute, value)
        index = indexes.get(place.index_name, indexes.get(f"${place.index_name}"))
        if index is not None:
            config = _config_from_json(place.config, index.get("config") or {})
            setattr(value, place.index_name, place.index(index.get("enabled", True), config))
    return types


def _config_to_json(config: BaseModel) -> dict[str, Any]:
    if isinstance(config, VectorIndexConfig):
        return _vector_config_to_json(config)
    if isinstance(config, SparseVectorIndexConfig):
        return _sparse_config_to_json(config)
    return {}


def _vector_config_to_json(config: VectorIndexConfig) -> dict[str, Any]:
    written = config.model_dump(exclude={"embedding_function"}, exclude_none=True)
    function: Any = config.embedding_function
    try:
        is_described = function is not None and not function.is_legacy()
        description = _validated_description(function) if is_described else {"type": LEGACY}
        space = written.get("space")
        if is_described and space is None:
            written["space"] = function.default_space()
        elif is_described and space not in function.supported_spaces():
            warnings.warn(
                f"space {space} is not supported by {function.name()}. Supported spaces: {function.supported_spaces()}",
                UserWarning,
                stacklevel=5,
            )
    except Exception:
        # A function may fail in any way when it is asked about itself; it still embeds for its own client.
        description = {"type": LEGACY}
    return {"embedding_function": description, **written}


def _validated_description(function: Any) -> dict[str, Any]:
    description = describe(function)
    function.validate_config(description["config"])
    return description


def _sparse_config_to_json(config: SparseVectorIndexConfig) -> dict[str, Any]:
    function = config.embedding_function
    description = {"type": UNKNOWN}
    if function is not None:
        description = describe(function)
        # As for dense ones: whoever passes an object can use it again in this process.
        register_sparse_embedding_function(type(function))
    written = config.model_dump(exclude={"embedding_function"}, exclude_none=True)
    return {"embedding_function": description, **written}


def _config_from_json(model: type[BaseModel], data: dict[str, Any]) -> BaseModel:
    if model is VectorIndexConfig:
        if "embedding_function" in data:
            function = _function_from_json(data["embedding_function"], sparse=False)
        else:
            function = default_embedding_function()
        return VectorIndexConfig(**{**data, "embedding_function": function})
    if model is SparseVectorIndexConfig:
        function = _function_from_json(data.get("embedding_function"), sparse=True)
        return SparseVectorIndexConfig(**{**data, "embedding_function": function})
    return model(**data)


def _function_from_json(description: dict[str, Any] | None, *, sparse: bool) -> Any:
    if description is None or description.get("type", KNOWN) != KNOWN:
        return None
    try:
        return rebuild(description, sparse=sparse)
    except Exception as error:
        # Reading a schema must not depend on which packages and keys this process has.
        kind = "sparse embedding function" if sparse else "embedding function"
        name = description.get("name", "unknown")
        warnings.warn(f"Could not reconstruct {kind} {name}: {error}. Setting to None.", UserWarning, stacklevel=6)
        return None
