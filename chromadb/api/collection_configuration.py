"""Collection configuration, under the path that other packages import it from."""

from chromadb.client.configuration import (
    validate_embedding_function_conflict_on_create,
    validate_embedding_function_conflict_on_get,
)
from chromadb.client.configuration_json import (
    collection_configuration_to_json,
    collection_configuration_to_json_str,
    create_collection_configuration_to_json,
    create_collection_configuration_to_json_str,
    load_collection_configuration_from_json,
    load_collection_configuration_from_json_str,
    update_collection_configuration_to_json,
    update_collection_configuration_to_json_str,
)
from chromadb.client.configuration_requests import (
    load_create_collection_configuration_from_json,
    load_update_collection_configuration_from_json,
    load_update_collection_configuration_from_json_str,
)
from chromadb.client.configuration_types import (
    CollectionConfiguration,
    CreateCollectionConfiguration,
    CreateHNSWConfiguration,
    CreateSpannConfiguration,
    HNSWConfiguration,
    SpannConfiguration,
    UpdateCollectionConfiguration,
    UpdateHNSWConfiguration,
    UpdateSpannConfiguration,
)
from chromadb.client.configuration_update import (
    overwrite_collection_configuration,
    overwrite_embedding_function,
)
from chromadb.client.legacy_metadata import (
    create_collection_configuration_from_legacy_collection_metadata,
    update_collection_configuration_from_legacy_collection_metadata,
)
from chromadb.client.schema_update import update_schema_from_collection_configuration

__all__ = [
    "CollectionConfiguration",
    "CreateCollectionConfiguration",
    "CreateHNSWConfiguration",
    "CreateSpannConfiguration",
    "HNSWConfiguration",
    "SpannConfiguration",
    "UpdateCollectionConfiguration",
    "UpdateHNSWConfiguration",
    "UpdateSpannConfiguration",
    "collection_configuration_to_json",
    "collection_configuration_to_json_str",
    "create_collection_configuration_from_legacy_collection_metadata",
    "create_collection_configuration_to_json",
    "create_collection_configuration_to_json_str",
    "load_collection_configuration_from_json",
    "load_collection_configuration_from_json_str",
    "load_create_collection_configuration_from_json",
    "load_update_collection_configuration_from_json",
    "load_update_collection_configuration_from_json_str",
    "overwrite_collection_configuration",
    "overwrite_embedding_function",
    "update_collection_configuration_from_legacy_collection_metadata",
    "update_collection_configuration_to_json",
    "update_collection_configuration_to_json_str",
    "update_schema_from_collection_configuration",
    "validate_embedding_function_conflict_on_create",
    "validate_embedding_function_conflict_on_get",
]
