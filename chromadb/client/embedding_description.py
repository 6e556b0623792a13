"""Embedding functions to and from the JSON that collections keep about them.

A function with a name and a configuration is ``{"type": "known", "name", "config"}`` and comes back through
the registry. One that cannot say what it is becomes ``{"type": "legacy"}`` and lives as long as its object.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

from chromadb.embedding.default import DefaultEmbeddingFunction
from chromadb.embedding.registry import find_embedding_function, find_sparse_embedding_function
from chromadb.model.configuration import DEFAULT_EMBEDDING_FUNCTION_NAME

LEGACY = "legacy"
KNOWN = "known"
UNKNOWN = "unknown"


@cache
def default_embedding_function() -> Any:
    """Return the function used where none is named; one object, so that configurations compare equal."""
    return DefaultEmbeddingFunction()


def describe(embedding_function: Any) -> dict[str, Any]:
    """Return the "known" description of a dense or sparse embedding function.

    Raises whatever its methods raise, AttributeError when it has none to describe itself.
    """
    return {
        "name": embedding_function.name(),
        "type": KNOWN,
        "config": embedding_function.get_config(),
    }


def rebuild(description: Mapping[str, Any], *, sparse: bool = False) -> Any:
    """Return the function that a "known" description means.

    Raises ValueError for a name that is missing or not registered, and when the function cannot be built.
    """
    name = description.get("name")
    if name is None:
        raise ValueError(f"Embedding function name not found in config: {dict(description)}")
    found = find_sparse_embedding_function(name) if sparse else find_embedding_function(name)
    if found is None:
        raise ValueError(
            f"Embedding function {name} not found. Add @register_embedding_function decorator to the class definition."
        )
    config = description.get("config", {})
    try:
        return found.build_from_config(config)
    except Exception as error:
        raise ValueError(f"Could not build embedding function {name} from config {config}: {error}") from error


def load(description: Mapping[str, Any] | None) -> Any:
    """Return the dense function that a collection's description means, None where there is none to rebuild.

    Warns (DeprecationWarning) for "legacy". Raises ValueError as ``rebuild`` does.
    """
    if description is None or description.get("type") == UNKNOWN:
        return None
    if description.get("type") == LEGACY:
        warnings.warn("legacy embedding function config", DeprecationWarning, stacklevel=3)
        return None
    return rebuild(description)


def shown_name(embedding_function: Any) -> str:
    """Return the function's name, or its class's where it has none, for comparison and error texts."""
    name: object = NotImplemented
    if hasattr(embedding_function, "name"):
        with warnings.catch_warnings():
            # That the method is missing is reported where the function is described.
            warnings.simplefilter("ignore", DeprecationWarning)
            name = embedding_function.name()
    return name if isinstance(name, str) else type(embedding_function).__name__


def is_default(embedding_function: Any) -> bool:
    """Return whether the function is the one taken where none is named."""
    return shown_name(embedding_function) == DEFAULT_EMBEDDING_FUNCTION_NAME
