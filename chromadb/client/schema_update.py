"""What an update of a configuration makes of a schema that is already there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chromadb.client.configuration_json import CHANGEABLE_HNSW, CHANGEABLE_SPANN, chosen
from chromadb.client.configuration_types import UpdateCollectionConfiguration
from chromadb.client.index_config import HnswIndexConfig, VectorIndexConfig
from chromadb.client.schema import Schema
from chromadb.client.value_types import FloatListValueType, ValueTypes, VectorIndexType
from chromadb.model.schema_values import EMBEDDING_KEY


def update_schema_from_collection_configuration(schema: Schema, configuration: UpdateCollectionConfiguration) -> Schema:
    """Return a schema with an update of the configuration applied to the defaults and to ``#embedding``.

    Raises ValueError when the schema has the other kind of index, or no vector index to update.
    """
    updated = Schema.deserialize_from_json({})
    updated.cmek = schema.cmek
    updated.defaults = _with_updated_vectors(schema.defaults, configuration, "defaults")
    updated.keys = {
        key: _with_updated_vectors(types, configuration, f"keys[{key}]") if key == EMBEDDING_KEY else types
        for key, types in schema.keys.items()
    }
    return updated


def _with_updated_vectors(types: ValueTypes, configuration: UpdateCollectionConfiguration, place: str) -> ValueTypes:
    index = None if types.float_list is None else types.float_list.vector_index
    if index is None:
        raise ValueError(f"Schema is missing {place}.float_list.vector_index")
    changed = VectorIndexType(index.enabled, _updated_vector_config(index.config, configuration))
    return replace(types, float_list=FloatListValueType(changed))


def _updated_vector_config(
    config: VectorIndexConfig, configuration: UpdateCollectionConfiguration
) -> VectorIndexConfig:
    changes: dict[str, Any] = {}
    hnsw, spann = configuration.get("hnsw"), configuration.get("spann")
    if hnsw is not None:
        if config.spann is not None:
            raise ValueError("Trying to update HNSW config but schema has SPANN")
        changes["hnsw"] = (config.hnsw or HnswIndexConfig()).model_copy(update=chosen(hnsw, CHANGEABLE_HNSW))
    if spann is not None:
        if config.spann is None:
            raise ValueError("Trying to update SPANN config but schema has HNSW")
        changes["spann"] = config.spann.model_copy(update=chosen(spann, CHANGEABLE_SPANN))
    function = configuration.get("embedding_function")
    if function is not None:
        changes["embedding_function"] = function
    return config.model_copy(update=changes)
