"""Classes of providers, this package's and others', by the dotted paths that settings name them with."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from chromadb.auth.credentials import CredentialsAuthentication, ServerAuthCredentialsProvider
from chromadb.auth.providers import ClientAuthProvider, ProviderSystem, ServerAuthenticationProvider
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


def load_provider(setting: str, path: str, kind: type[Any], system: ProviderSystem) -> Any:
    """Return a provider of a kind, made with a system and not started; raises ValueError naming the setting.

    Raises what making it raises, too.
    """
    if not path.strip():
        raise ValueError(f"{setting} cannot be empty or just whitespace")
    renamed = _RENAMED_OF_CLIENTS if issubclass(kind, ClientAuthProvider) else _RENAMED
    if path in renamed:
        raise ValueError(f"{setting}: {path} is of releases before 0.5; use {renamed[path]}")
    found: Any = registered_provider(path)
    if found is None:
        module, _, name = path.rpartition(".")
        try:
            found = getattr(import_module(module), name)
        except (ImportError, ValueError, AttributeError) as error:
            raise ValueError(f"{setting}: {path} cannot be loaded ({type(error).__name__}); expected a class") from None
    is_class = isinstance(found, type)
    if is_class and kind is ServerAuthenticationProvider and issubclass(found, ServerAuthCredentialsProvider):
        return CredentialsAuthentication(system, found(system))
    if not is_class or not issubclass(found, kind):
        raise ValueError(f"{setting}: {path} is no subclass of chromadb.auth.{kind.__name__}")
    return found(system)
