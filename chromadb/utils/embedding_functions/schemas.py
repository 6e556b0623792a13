"""Schemas of stored configurations, under the path that other packages import them from."""

from chromadb.embedding.config_schemas import (
    get_available_schemas,
    get_embedding_function_names,
    get_schema_info,
    get_schema_version,
    load_schema,
    validate_config_schema,
)

__all__ = [
    "get_available_schemas",
    "get_embedding_function_names",
    "get_schema_info",
    "get_schema_version",
    "load_schema",
    "validate_config_schema",
]
