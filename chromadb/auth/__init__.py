"""Who may do what: identities, providers of authentication and authorisation, and the guard that a server asks.

An embedded database has one caller, who may do everything.
"""

from chromadb.auth.credentials import AbstractCredentials, ServerAuthCredentialsProvider
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

SimpleUserIdentity = UserIdentity
"""The name of an identity before release 0.5."""

__all__ = [
    "AbstractCredentials", "AuthError", "AuthzAction", "AuthzResource", "ClientAuthHeaders", "ClientAuthProvider",
    "Component", "ServerAuthCredentialsProvider", "ServerAuthenticationProvider", "ServerAuthorizationProvider",
    "SimpleUserIdentity", "UserIdentity",
]  # fmt: skip
