"""The headers that a client sends: what every client does, the caller's own, and those of its credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chromadb.auth.loading import provider_class
from chromadb.auth.providers import ClientAuthProvider
from chromadb.client.settings import Settings
from chromadb.model.version import __version__

_COMMON = {"Content-Type": "application/json", "User-Agent": f"Chroma Python Client v{__version__}"}
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")


@dataclass(frozen=True, slots=True)
class _ProviderSystem:
    """What a provider of credentials is made with."""

    settings: Settings


def auth_provider(settings: Settings) -> ClientAuthProvider | None:
    """Return the provider of credentials that the settings name, None if none is; raises as ``provider_class``."""
    path = settings.chroma_client_auth_provider
    if path is None:
        return None
    system = _ProviderSystem(settings)
    provider: ClientAuthProvider = provider_class("chroma_client_auth_provider", path, ClientAuthProvider)(system)
    return provider


def request_headers(own: Mapping[str, str] | None, provider: ClientAuthProvider | None) -> dict[str, str]:
    """Return all headers by lower-case name: the common ones, over them the caller's, over these the provider's.

    Raises ValueError for names and values that cannot be sent; the text holds no value, which may be a secret.
    """
    headers: dict[str, str] = {}
    layers: list[Mapping[str, str]] = [_COMMON, own or {}]
    if provider is not None:
        layers.append({name: value.get_secret_value() for name, value in provider.authenticate().items()})
    for layer in layers:
        for name, value in layer.items():
            _check(name, value)
            headers[name.lower()] = value
    return headers


def _check(name: object, value: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"Expected the name of a header to be letters, digits and hyphens, got {name!r}")
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise ValueError(f"Expected the value of the header {name!r} to be a str of printable ASCII characters")
