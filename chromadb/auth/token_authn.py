"""Tokens: one for everybody, or several for each user; in which header they travel."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from enum import Enum
from typing import Any

import yaml
from pydantic import SecretStr

from chromadb.auth.providers import (
    AuthError,
    ClientAuthHeaders,
    ClientAuthProvider,
    ProviderSystem,
    ServerAuthenticationProvider,
)
from chromadb.model.identity import UserIdentity

_CHARACTERS = frozenset(string.ascii_letters + string.digits + string.punctuation)
_BEARER = "Bearer "


class TokenTransportHeader(str, Enum):
    """The header that carries a token."""

    AUTHORIZATION = "Authorization"
    X_CHROMA_TOKEN = "X-Chroma-Token"


def _transport_header(settings: Any) -> TokenTransportHeader:
    given = settings.chroma_auth_token_transport_header
    try:
        return TokenTransportHeader(given or "Authorization")
    except ValueError:
        accepted = [header.value for header in TokenTransportHeader]
        raise ValueError(f"Invalid token transport header: {given}. Must be one of {accepted}") from None


def _checked(token: Any) -> str:
    if not isinstance(token, str) or not token or not _CHARACTERS.issuperset(token):
        raise ValueError("Invalid token. Must contain only ASCII letters, digits, and punctuation.")
    return token


class TokenAuthClientProvider(ClientAuthProvider):
    """Sends the token of the settings."""

    def __init__(self, system: ProviderSystem) -> None:
        super().__init__(system)
        self._token = SecretStr(_checked(str(system.settings.require("chroma_client_auth_credentials"))))
        self._header = _transport_header(system.settings)

    def authenticate(self) -> ClientAuthHeaders:
        token = self._token.get_secret_value()
        is_bearer = self._header is TokenTransportHeader.AUTHORIZATION
        return {self._header.value: SecretStr(_BEARER + token if is_bearer else token)}


class TokenAuthenticationServerProvider(ServerAuthenticationProvider):
    """Knows one token, or the users of a YAML list with the tokens, tenant and databases of each."""

    def __init__(self, system: ProviderSystem) -> None:
        super().__init__(system)
        self._header = _transport_header(system.settings)
        self._key = secrets.token_bytes(32)
        self._identities: dict[bytes, UserIdentity] = {}
        lines = self.read_creds_or_creds_file()
        if len([line for line in lines if line.strip()]) == 1:
            token = _checked(next(line for line in lines if line.strip()).strip())
            self._identities[self._digest(token)] = UserIdentity("anonymous", "*", ["*"])
        else:
            for user in _read_users("\n".join(lines)):
                self._add(user)

    def _add(self, user: dict[str, Any]) -> None:
        tokens = user.get("tokens")
        if not isinstance(tokens, list) or not tokens:
            raise ValueError("User missing tokens")
        databases = user.get("databases", ["*"])
        if not isinstance(databases, list) or not all(isinstance(name, str) for name in databases):
            raise ValueError(f"databases of user {user['id']}: expected a list of names")
        tenant = user.get("tenant", "*")
        if not isinstance(tenant, str) or not tenant:
            raise ValueError(f"tenant of user {user['id']}: expected a name or '*'")
        for token in tokens:
            digest = self._digest(_checked(token))
            if digest in self._identities:
                raise ValueError(
                    f"A token of user {user['id']} is already in use by user {self._identities[digest].user_id}"
                )
            self._identities[digest] = UserIdentity(user["id"], tenant, list(databases))

    def _digest(self, token: str) -> bytes:
        """Return what a token is looked up by: how long that takes says nothing of the tokens that are known."""
        return hmac.new(self._key, token.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()

    def recognized(self, headers: dict[str, str]) -> UserIdentity | None:
        return self.authenticate_or_raise(headers)

    def authenticate_or_raise(self, headers: dict[str, str]) -> UserIdentity:
        value = headers.get(self._header.value.lower())
        if value is None:
            raise AuthError(f"no {self._header.value} header")
        if self._header is TokenTransportHeader.AUTHORIZATION:
            if not value.startswith(_BEARER):
                raise AuthError("the Authorization header holds no bearer token")
            value = value.removeprefix(_BEARER)
        identity = self._identities.get(self._digest(value.strip()))
        if identity is None:
            raise AuthError("unknown token")
        return identity


def _read_users(text: str) -> list[dict[str, Any]]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ValueError("the token credentials are neither one token nor YAML") from None
    users = content.get("users") if isinstance(content, dict) else None
    if not isinstance(users, list) or not users:
        raise ValueError("the token credentials hold no list `users`")
    for user in users:
        if not isinstance(user, dict) or not isinstance(user.get("id"), str) or not user["id"]:
            raise ValueError("a user of the token credentials has no `id`")
    return users
