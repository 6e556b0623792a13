"""The configurations of create and update requests, read from JSON: their embedding functions are built."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from chromadb.client import embedding_description
from chromadb.client.configuration_json import (
    CHANGEABLE_HNSW,
    CHANGEABLE_SPANN,
    check_space,
    chosen,
    refuse_two_indexes,
)
from chromadb.client.configuration_types import (
    CreateCollectionConfiguration,
    CreateHNSWConfiguration,
    CreateSpannConfiguration,
    UpdateCollectionConfiguration,
)


def load_create_collection_configuration_from_json(
    json_map: Mapping[str, Any],
) -> CreateCollectionConfiguration:
    """Read a create request's configuration; members that do not exist are left out.

    Raises ValueError as ``load_collection_configuration_from_json`` does, and for an unknown space.
    """
    for index in (json_map.get("hnsw"), json_map.get("spann")):
        if index is not None and index.get("space") is not None:
            check_space(index["space"])
    members = (CreateHNSWConfiguration.__annotations__, CreateSpannConfiguration.__annotations__)
    return cast("CreateCollectionConfiguration", _load_present(json_map, *members))


def load_update_collection_configuration_from_json(
    json_map: Mapping[str, Any],
) -> UpdateCollectionConfiguration:
    """Read an update request's configuration; members that cannot change are left out.

    Raises ValueError as ``load_collection_configuration_from_json`` does.
    """
    return cast("UpdateCollectionConfiguration", _load_present(json_map, CHANGEABLE_HNSW, CHANGEABLE_SPANN))


def load_update_collection_configuration_from_json_str(json_str: str) -> UpdateCollectionConfiguration:
    """Read text as :func:`load_update_collection_configuration_from_json` reads an object."""
    return load_update_collection_configuration_from_json(json.loads(json_str))


def _load_present(
    json_map: Mapping[str, Any], hnsw_members: Iterable[str], spann_members: Iterable[str]
) -> dict[str, Any]:
    hnsw, spann = json_map.get("hnsw"), json_map.get("spann")
    refuse_two_indexes(hnsw, spann)
    loaded: dict[str, Any] = {}
    if hnsw is not None:
        loaded["hnsw"] = chosen(hnsw, hnsw_members)
    if spann is not None:
        loaded["spann"] = chosen(spann, spann_members)
    function = embedding_description.load(json_map.get("embedding_function"))
    if function is not None:
        loaded["embedding_function"] = function
    return loaded
