"""Settings and systems, under the path that other packages import them from."""

from importlib import import_module
from typing import Any

from chromadb.auth.providers import Component
from chromadb.client.setting_defaults import APIVersion, RoutingMode
from chromadb.client.settings import Settings
from chromadb.client.system import System
from chromadb.model.names import DEFAULT_DATABASE, DEFAULT_TENANT

__all__ = [
    "DEFAULT_DATABASE",
    "DEFAULT_TENANT",
    "APIVersion",
    "Component",
    "RoutingMode",
    "Settings",
    "System",
    "get_class",
    "get_fqn",
]


def get_class(fqn: str, type: type[Any]) -> type[Any]:
    """Return the class of a dotted path; TypeError unless it is a subclass of ``type``."""
    module, _, name = fqn.rpartition(".")
    found = getattr(import_module(module), name)
    if not issubclass(found, type):
        raise TypeError(f"Expected {fqn} to be a subclass of {type.__name__}")
    return found  # type: ignore[no-any-return]


def get_fqn(cls: type[Any]) -> str:
    """Return the dotted path of a class."""
    return f"{cls.__module__}.{cls.__name__}"
