"""Who may do what: identities, providers of authentication and authorisation, and the guard that a server asks.

An embedded database has one caller, who may do everything.
"""

from chromadb.auth.providers import (
    AuthError,
    AuthzAction,
    AuthzResource,
    ClientAuthHeaders,
    ClientAuthProvider,
    Component,
    ServerAuthenticationProvider,
    ServerAuthorizationProvider,
)
from chromadb.model.identity import UserIdentity

__all__ = [
    "AuthError", "AuthzAction", "AuthzResource", "ClientAuthHeaders", "ClientAuthProvider", "Component",
    "ServerAuthenticationProvider", "ServerAuthorizationProvider", "UserIdentity",
]  # fmt: skip
