"""``configuration=`` between its user and the database: from dictionaries with function objects to what is asked.

Nothing here talks to a database.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct

from chromadb.client import embedding_description
from chromadb.client.configuration_json import (
    create_collection_configuration_to_json,
    update_collection_configuration_to_json,
)
from chromadb.client.configuration_update import overwrite_embedding_function

if TYPE_CHECKING:
    from chromadb.client.configuration_types import CreateCollectionConfiguration, UpdateCollectionConfiguration

_MEMBERS = ("hnsw", "spann", "embedding_function")


class Creation(Struct, frozen=True):
    """What a create call sends, and the function its collection embeds with.

    configuration_json: None when the caller named neither a configuration nor a function.
    """

    configuration_json: dict[str, Any] | None
    embedding_function: Any | None


def prepare_creation(
    configuration: CreateCollectionConfiguration | None,
    metadata: Mapping[str, Any] | None,
    embedding_function: Any | None,
) -> Creation:
    """Bring together the configuration and the embedding function of a create call.

    embedding_function: the call's own parameter; the default function gives way to one in the configuration.
    A description (``{"name", "config"}``) in the configuration is built through the registry.
    Raises ValueError when both name different functions, for hnsw beside spann, and for a function not found.
    """
    if configuration is not None:
        _require_mapping(configuration)
        _warn_of_unknown_members(configuration)
    given = dict(configuration or {})
    named = given.get("embedding_function")
    if isinstance(named, Mapping):
        named = given["embedding_function"] = embedding_description.load(named)
    validate_embedding_function_conflict_on_create(embedding_function, named)
    if named is None and embedding_function is not None:
        named = given["embedding_function"] = embedding_function
    if embedding_function is None or embedding_description.is_default(embedding_function):
        embedding_function = named
    if not given:
        return Creation(None, embedding_function)
    complete = cast("CreateCollectionConfiguration", given)
    return Creation(create_collection_configuration_to_json(complete, metadata), embedding_function)


def prepare_update(configuration_json: Mapping[str, Any], update: UpdateCollectionConfiguration) -> dict[str, Any]:
    """Return the JSON that changes a collection's configuration, checked against the present one.

    configuration_json: the present configuration. Raises ValueError when the embedding function cannot be
    described or cannot replace the present one, and for changes to the kind of index that is not there; which
    members of an index may change is for the database to say.
    """
    _require_mapping(update)
    _refuse_the_other_index(configuration_json, update)
    sent = update_collection_configuration_to_json(update)
    wanted = update.get("embedding_function")
    if wanted is not None:
        present = embedding_description.load(configuration_json.get("embedding_function"))
        if present is not None and overwrite_embedding_function(present, wanted) is not wanted:
            sent["embedding_function"] = None
    return sent


def _refuse_the_other_index(configuration_json: Mapping[str, Any], update: UpdateCollectionConfiguration) -> None:
    hnsw, spann = update.get("hnsw"), update.get("spann")
    if spann is not None and hnsw is None and configuration_json.get("spann") is None:
        raise ValueError("Trying to update SPANN config but schema has HNSW")
    if hnsw is not None and spann is None and configuration_json.get("spann") is not None:
        raise ValueError("Trying to update HNSW config but schema has SPANN")


def _require_mapping(configuration: object) -> None:
    if not isinstance(configuration, Mapping):
        raise ValueError(f"Expected configuration to be a dict, got {configuration!r}")


def _warn_of_unknown_members(configuration: Mapping[str, Any]) -> None:
    for member in configuration:
        if member not in _MEMBERS:
            warnings.warn(
                f"configuration[{member!r}] has no effect; the members are {', '.join(_MEMBERS)}. The distance, say, "
                "is configuration={'hnsw': {'space': 'cosine'}}",
                UserWarning,
                stacklevel=4,
            )


def validate_embedding_function_conflict_on_create(
    embedding_function: Any | None, configuration_ef: Any | None
) -> None:
    """Raise ValueError when a create call names two different functions; the default one is no choice."""
    if embedding_function is None or configuration_ef is None:
        return
    parameter = embedding_description.shown_name(embedding_function)
    configured = embedding_description.shown_name(configuration_ef)
    if parameter != configured and not embedding_description.is_default(embedding_function):
        raise ValueError(
            "Multiple embedding functions provided. Please provide only one. "
            f"Embedding function conflict: {parameter} vs {configured}"
        )


def validate_embedding_function_conflict_on_get(
    embedding_function: Any | None, persisted_ef_config: Mapping[str, Any] | None
) -> None:
    """Raise ValueError when a function (the default aside) is not the one of the collection."""
    persisted = None if persisted_ef_config is None else persisted_ef_config.get("name")
    if embedding_function is None or persisted is None:
        return
    given = embedding_description.shown_name(embedding_function)
    if given != persisted and not embedding_description.is_default(embedding_function):
        raise ValueError(
            "An embedding function already exists in the collection configuration, and a new one is "
            "provided. If this is intentional, please embed documents separately. "
            f"Embedding function conflict: new: {given} vs persisted: {persisted}"
        )
