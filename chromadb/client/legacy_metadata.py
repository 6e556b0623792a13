"""The ``hnsw:*`` keys of collection metadata, which configured indexes before ``configuration=`` did."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, cast

from chromadb.client.configuration_json import CHANGEABLE_HNSW, check_space
from chromadb.client.configuration_types import (
    CreateCollectionConfiguration,
    CreateHNSWConfiguration,
    UpdateCollectionConfiguration,
    UpdateHNSWConfiguration,
)

_METADATA_KEYS = {
    "space": "hnsw:space",
    "ef_construction": "hnsw:construction_ef",
    "max_neighbors": "hnsw:M",
    "ef_search": "hnsw:search_ef",
    "num_threads": "hnsw:num_threads",
    "batch_size": "hnsw:batch_size",
    "sync_threshold": "hnsw:sync_threshold",
    "resize_factor": "hnsw:resize_factor",
}


def create_collection_configuration_from_legacy_collection_metadata(
    metadata: Mapping[str, Any],
) -> CreateCollectionConfiguration:
    """Return the complete HNSW configuration that ``hnsw:*`` metadata keys mean; other keys do not matter.

    Raises ValueError for an unknown space.
    """
    hnsw: CreateHNSWConfiguration = {
        "space": "l2",
        "ef_construction": 100,
        "max_neighbors": 16,
        "ef_search": 100,
        "num_threads": os.cpu_count() or 1,
        "batch_size": 100,
        "sync_threshold": 1000,
        "resize_factor": 1.2,
    }
    named = {name: metadata[key] for name, key in _METADATA_KEYS.items() if key in metadata}
    check_space(named.get("space", "l2"))
    return {"hnsw": cast("CreateHNSWConfiguration", {**hnsw, **named})}


def update_collection_configuration_from_legacy_collection_metadata(
    metadata: Mapping[str, Any],
) -> UpdateCollectionConfiguration:
    """Return the changes that ``hnsw:*`` metadata keys mean; keys that cannot change do not matter."""
    named = {name: metadata[_METADATA_KEYS[name]] for name in CHANGEABLE_HNSW if _METADATA_KEYS[name] in metadata}
    return {"hnsw": cast("UpdateHNSWConfiguration", named)}
