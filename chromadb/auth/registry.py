"""Short names of providers, which settings may use in the place of dotted paths once their module is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

C = TypeVar("C", bound=type[Any])

_registered: dict[str, type[Any]] = {}


def register_provider(short_name: str) -> Callable[[C], C]:
    """Decorate a provider's class to give it a short name; the last class of a name has it."""

    def register(provider: C) -> C:
        _registered[short_name] = provider
        return provider

    return register


def registered_provider(short_name: str) -> type[Any] | None:
    """Return the class of a short name; None for a name that none has."""
    return _registered.get(short_name)
