"""Small tools around the database, and import paths that other packages use."""

from importlib import import_module
from typing import Any

_SUBMODULES = (
    "batch_utils",
    "distance_functions",
    "embedding_functions",
    "results",
    "sparse_embedding_utils",
)


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return import_module(f"chromadb.utils.{name}")
    raise AttributeError(f"module 'chromadb.utils' has no attribute {name!r}")
