"""What an update makes of a configuration that is already there."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from chromadb.client.configuration_json import (
    CHANGEABLE_HNSW,
    CHANGEABLE_SPANN,
    chosen,
    refuse_two_indexes,
)

if TYPE_CHECKING:
    from chromadb.client.configuration_types import (
        CollectionConfiguration,
        HNSWConfiguration,
        SpannConfiguration,
        UpdateCollectionConfiguration,
    )


def overwrite_collection_configuration(
    existing_config: CollectionConfiguration, update_config: UpdateCollectionConfiguration
) -> CollectionConfiguration:
    """Return the configuration after an update; an update of an index that is not there changes nothing.

    Raises ValueError for hnsw beside spann, and as :func:`overwrite_embedding_function` does.
    """
    hnsw_update, spann_update = update_config.get("hnsw"), update_config.get("spann")
    refuse_two_indexes(hnsw_update, spann_update)
    present, wanted = existing_config.get("embedding_function"), update_config.get("embedding_function")
    if present is not None and wanted is not None:
        wanted = overwrite_embedding_function(present, wanted)
    return {
        "hnsw": cast("HNSWConfiguration | None", _changed(existing_config.get("hnsw"), hnsw_update, CHANGEABLE_HNSW)),
        "spann": cast(
            "SpannConfiguration | None",
            _changed(existing_config.get("spann"), spann_update, CHANGEABLE_SPANN),
        ),
        "embedding_function": present if wanted is None else wanted,
    }


def overwrite_embedding_function(existing_embedding_function: Any, update_embedding_function: Any) -> Any:
    """Return the function that a collection goes on with.

    One that cannot be described is kept, with a DeprecationWarning. Raises ValueError when the two have
    different names, and what the new one's ``validate_config_update`` raises.
    """
    if _is_legacy(existing_embedding_function) or _is_legacy(update_embedding_function):
        warnings.warn("cannot update legacy embedding function config", DeprecationWarning, stacklevel=2)
        return existing_embedding_function
    present, wanted = existing_embedding_function.name(), update_embedding_function.name()
    if present != wanted:
        raise ValueError(f"Cannot update embedding function: incompatible types ({present} vs {wanted})")
    update_embedding_function.validate_config_update(
        existing_embedding_function.get_config(), update_embedding_function.get_config()
    )
    return update_embedding_function


def _changed(
    present: Mapping[str, Any] | None, update: Mapping[str, Any] | None, names: Iterable[str]
) -> dict[str, Any] | None:
    if present is None:
        return None
    return {**present, **chosen(update or {}, names)}


def _is_legacy(embedding_function: Any) -> bool:
    return not hasattr(embedding_function, "is_legacy") or bool(embedding_function.is_legacy())
