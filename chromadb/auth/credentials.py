"""What classes of releases before 0.5 derive from that say whether credentials are right.

The server asks them as it asks any provider; ``server_authn_provider`` names them.
"""

from __future__ import annotations

import base64
import binascii
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import SecretStr

from chromadb.auth.providers import AuthError, Component, ProviderSystem, ServerAuthenticationProvider
from chromadb.model.identity import UserIdentity

T = TypeVar("T")

_TOKEN_HEADER = "X-Chroma-Token"
_ANONYMOUS = "Anonymous"


class AbstractCredentials(ABC, Generic[T]):
    """What a caller sent to be known."""

    @abstractmethod
    def get_credentials(self) -> dict[str, T]:
        """Return ``username`` and ``password``, or ``token``."""


class ServerAuthCredentialsProvider(Component, ABC):
    """Says whether credentials are right, and whose they are."""

    @abstractmethod
    def validate_credentials(self, credentials: AbstractCredentials[Any]) -> bool:
        """Return whether they are right; any exception refuses the call."""

    @abstractmethod
    def get_user_identity(self, credentials: AbstractCredentials[Any]) -> UserIdentity | None:
        """Return whose they are, once they are known to be right."""


class CredentialsAuthentication(ServerAuthenticationProvider):
    """Reads the credentials of a request and asks a provider of them."""

    def __init__(self, system: ProviderSystem, asked: ServerAuthCredentialsProvider) -> None:
        super().__init__(system)
        self._asked = asked
        self._is_bare = system.settings.chroma_auth_token_transport_header == _TOKEN_HEADER

    def start(self) -> None:
        """Begin, the provider before."""
        self._asked.start()
        super().start()

    def stop(self) -> None:
        """End, the provider after."""
        super().stop()
        self._asked.stop()

    def authenticate_or_raise(self, headers: dict[str, str]) -> UserIdentity:
        """Return who is calling; raises AuthError."""
        credentials = _SentCredentials(self._sent(headers))
        try:
            is_right = self._asked.validate_credentials(credentials)
            identity = self._asked.get_user_identity(credentials) if is_right else None
        except Exception as error:
            # Its words may quote the credentials.
            raise AuthError(f"{type(self._asked).__name__} raised {type(error).__name__}") from None
        if not is_right:
            raise AuthError("the credentials are not right")
        return identity or UserIdentity(_ANONYMOUS)

    def _sent(self, headers: Mapping[str, str]) -> dict[str, str]:
        if self._is_bare:
            token = headers.get(_TOKEN_HEADER.lower())
            if token is None:
                raise AuthError(f"no {_TOKEN_HEADER} header")
            return {"token": token}
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            return {"token": value}
        if scheme != "Basic":
            raise AuthError("no Authorization header with Basic or Bearer")
        try:
            user, separator, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, ValueError):
            separator = ""
        if not separator:
            raise AuthError("the Authorization header holds no basic credentials")
        return {"username": user, "password": password}


class _SentCredentials(AbstractCredentials[SecretStr]):
    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name: SecretStr(value) for name, value in values.items()}

    def get_credentials(self) -> dict[str, SecretStr]:
        return self._values
