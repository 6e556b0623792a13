"""Classes of providers, this package's and others', by the dotted paths that settings name them with."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from chromadb.auth.credentials import ServerAuthCredentialsProvider
from chromadb.auth.providers import ClientAuthProvider, ServerAuthenticationProvider
from chromadb.auth.registry import registered_provider

_RENAMED = {
    "chromadb.auth.basic.BasicAuthServerProvider": "chromadb.auth.basic_authn.BasicAuthenticationServerProvider",
    "chromadb.auth.token.TokenAuthServerProvider": "chromadb.auth.token_authn.TokenAuthenticationServerProvider",
    "chromadb.auth.authz.SimpleRBACAuthorizationProvider": (
        "chromadb.auth.simple_rbac_authz.SimpleRBACAuthorizationProvider"
    ),
    "basic": "chromadb.auth.basic_authn.BasicAuthenticationServerProvider",
    "token": "chromadb.auth.token_authn.TokenAuthenticationServerProvider",
    "simple_rbac": "chromadb.auth.simple_rbac_authz.SimpleRBACAuthorizationProvider",
    "chroma_auth.authz.openfga.OpenFGAAuthorizationProvider": (
        "chromadb.auth.openfga_authz.OpenFGAAuthorizationProvider"
    ),
    "openfga_authz_provider": "chromadb.auth.openfga_authz.OpenFGAAuthorizationProvider",
}
"""Names of releases before 0.5 of classes that do the same here."""

_RENAMED_OF_CLIENTS = {
    "chromadb.auth.basic.BasicAuthClientProvider": "chromadb.auth.basic_authn.BasicAuthClientProvider",
    "chromadb.auth.token.TokenAuthClientProvider": "chromadb.auth.token_authn.TokenAuthClientProvider",
    "basic": "chromadb.auth.basic_authn.BasicAuthClientProvider",
    "token": "chromadb.auth.token_authn.TokenAuthClientProvider",
}


def provider_class(setting: str, path: str, kind: type[Any]) -> type[Any]:
    """Return the class of a dotted path or a short name; in the place of one that authenticates one of credentials.

    Raises ValueError naming the setting and the path.
    """
    if not path.strip():
        raise ValueError(f"{setting} cannot be empty or just whitespace")
    renamed = _RENAMED_OF_CLIENTS if issubclass(kind, ClientAuthProvider) else _RENAMED
    if path in renamed:
        raise ValueError(f"{setting}: {path} is of releases before 0.5; use {renamed[path]}")
    found: Any = registered_provider(path) or _imported(setting, path)
    kinds = (kind, ServerAuthCredentialsProvider) if kind is ServerAuthenticationProvider else (kind,)
    if not isinstance(found, type) or not issubclass(found, kinds):
        raise ValueError(f"{setting}: {path} is no subclass of chromadb.auth.{kind.__name__}")
    if missing := getattr(found, "__abstractmethods__", None):
        raise ValueError(f"{setting}: {path} does not define {', '.join(sorted(missing))}")
    return found


def _imported(setting: str, path: str) -> Any:
    module, _, name = path.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except Exception as error:
        # A module of another package may raise anything while it is imported, and quote anything.
        is_plain = isinstance(error, (ImportError, AttributeError, SyntaxError))
        said = f"{type(error).__name__}: {error}" if is_plain else type(error).__name__
        raise ValueError(f"{setting}: {path} cannot be loaded ({said}); expected a class") from None
