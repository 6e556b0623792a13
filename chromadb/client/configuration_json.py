"""``configuration=`` dictionaries to and from JSON.

Indexes are passed on as they were written, for the database to judge; embedding functions become
descriptions, and descriptions functions again.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from chromadb.client import embedding_description
from chromadb.embedding.registry import register_embedding_function
from chromadb.embedding.types import Space

if TYPE_CHECKING:
    from chromadb.client.configuration_types import (
        CollectionConfiguration,
        CreateCollectionConfiguration,
        UpdateCollectionConfiguration,
    )

CHANGEABLE_HNSW = (
    "ef_search",
    "max_neighbors",
    "num_threads",
    "batch_size",
    "sync_threshold",
    "resize_factor",
)
"""Members of an HNSW index that may change after it was created."""

CHANGEABLE_SPANN = ("search_nprobe", "ef_search")
"""Members of a SPANN index that may change after it was created."""


def create_collection_configuration_to_json(
    config: CreateCollectionConfiguration, metadata: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the configuration of a create request.

    The space comes from the embedding function where neither the configuration nor the metadata's
    ``hnsw:space`` names one; a space that the function does not support warns. A function that can be
    described is registered.
    Raises ValueError for hnsw beside spann.
    """
    hnsw, spann = _copied(config.get("hnsw")), _copied(config.get("spann"))
    refuse_two_indexes(hnsw, spann)
    function: Any = config.get("embedding_function")
    description = _function_to_json(function)
    if description["type"] == embedding_description.KNOWN:
        index = spann if spann is not None else hnsw
        if index is None and "hnsw:space" not in (metadata or {}):
            index = hnsw = {}
        if isinstance(index, dict):
            index.setdefault("space", function.default_space())
            _warn_of_unsupported_space(index["space"], function)
    return {"hnsw": hnsw, "spann": spann, "embedding_function": description}


def create_collection_configuration_to_json_str(
    config: CreateCollectionConfiguration, metadata: Mapping[str, Any] | None = None
) -> str:
    """Return :func:`create_collection_configuration_to_json` as text."""
    return json.dumps(create_collection_configuration_to_json(config, metadata))


def update_collection_configuration_to_json(config: UpdateCollectionConfiguration) -> dict[str, Any]:
    """Return the configuration of an update request, empty when nothing changes.

    Raises ValueError for an embedding function that cannot be described, and what its ``validate_config``
    raises.
    """
    hnsw, spann, function = config.get("hnsw"), config.get("spann"), config.get("embedding_function")
    if hnsw is None and spann is None and function is None:
        return {}
    description = None if function is None else _described_strictly(function)
    return {"hnsw": hnsw, "spann": spann, "embedding_function": description}


def update_collection_configuration_to_json_str(config: UpdateCollectionConfiguration) -> str:
    """Return :func:`update_collection_configuration_to_json` as text."""
    return json.dumps(update_collection_configuration_to_json(config))


def collection_configuration_to_json(config: CollectionConfiguration) -> dict[str, Any]:
    """Return a configuration as ``configuration_json`` has it; no function is written as "legacy"."""
    return {
        "hnsw": config.get("hnsw"),
        "spann": config.get("spann"),
        "embedding_function": _function_to_json(config.get("embedding_function")),
    }


def collection_configuration_to_json_str(config: CollectionConfiguration) -> str:
    """Return :func:`collection_configuration_to_json` as text."""
    return json.dumps(collection_configuration_to_json(config))


def load_collection_configuration_from_json(config_json_map: Mapping[str, Any]) -> CollectionConfiguration:
    """Read ``configuration_json``, building its embedding function.

    Raises ValueError for hnsw beside spann, and for a function that is not registered or cannot be built; a
    "legacy" description warns and gives None.
    """
    hnsw, spann = config_json_map.get("hnsw"), config_json_map.get("spann")
    refuse_two_indexes(hnsw, spann)
    function = embedding_description.load(config_json_map.get("embedding_function"))
    return {"hnsw": hnsw, "spann": spann, "embedding_function": function}


def load_collection_configuration_from_json_str(config_json_str: str) -> CollectionConfiguration:
    """Read text as :func:`load_collection_configuration_from_json` reads an object."""
    return load_collection_configuration_from_json(json.loads(config_json_str))


def refuse_two_indexes(hnsw: object, spann: object) -> None:
    """Raise ValueError when both kinds of index are given."""
    if hnsw is not None and spann is not None:
        raise ValueError("hnsw and spann cannot both be provided")


def check_space(space: object) -> None:
    """Raise ValueError for a distance that does not exist."""
    if space not in get_args(Space):
        raise ValueError(f"not a valid space: {space}")


def chosen(members: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the members of these names that are there."""
    return {name: members[name] for name in names if name in members}


def _function_to_json(function: Any) -> dict[str, Any]:
    if function is None:
        return {"type": embedding_description.LEGACY}
    try:
        if not function.is_legacy():
            return _described_and_registered(function)
    except Exception as error:
        # A function may fail in any way when it is asked about itself; it still embeds for its own client.
        warnings.warn(f"legacy embedding function config: {error}", DeprecationWarning, stacklevel=4)
    return {"type": embedding_description.LEGACY}


def _described_strictly(function: Any) -> dict[str, Any]:
    if not hasattr(function, "is_legacy"):
        raise ValueError(
            f"Cannot update embedding function: {type(function).__name__} cannot be described; "
            "it needs to be an EmbeddingFunction with name(), get_config() and build_from_config()"
        )
    if function.is_legacy():
        return {"type": embedding_description.LEGACY}
    function.validate_config(function.get_config())
    return _described_and_registered(function)


def _described_and_registered(function: Any) -> dict[str, Any]:
    """Return the description, and make sure that this process can turn it into a function again."""
    description = embedding_description.describe(function)
    register_embedding_function(type(function))
    return description


def _warn_of_unsupported_space(space: object, function: Any) -> None:
    supported = function.supported_spaces()
    if space not in supported:
        warnings.warn(
            f"space {space} is not supported by {function.name()}. Supported spaces: {supported}",
            UserWarning,
            stacklevel=4,
        )


def _copied(index: Any) -> Any:
    return dict(index) if isinstance(index, Mapping) else index
