"""Providers of another package: one of users in groups, in the way of old releases, and one that believes a proxy."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar, cast

import bcrypt
from pydantic import SecretStr

from chromadb.auth import (
    AbstractCredentials,
    ServerAuthCredentialsProvider,
    ServerAuthenticationProvider,
    SimpleUserIdentity,
    UserIdentity,
)
from chromadb.auth.registry import register_provider
from chromadb.config import System
from chromadb.telemetry.opentelemetry import (
    OpenTelemetryGranularity,
    add_attributes_to_current_span,
    trace_method,
)

T = TypeVar("T")


def _text(credentials: AbstractCredentials[T], member: str) -> str:
    return cast("dict[str, SecretStr]", credentials.get_credentials())[member].get_secret_value()


@register_provider("users_in_groups")
class UsersInGroups(ServerAuthCredentialsProvider):
    """Knows the users of a file of hashes; the file ``groupfile`` beside it lists the users of groups."""

    def __init__(self, system: System) -> None:
        super().__init__(system)
        system.settings.require("chroma_server_auth_credentials_file")
        file = Path(str(system.settings.chroma_server_auth_credentials_file))
        self._hashes = dict(line.split(":", 1) for line in file.read_text().splitlines())
        self._teams: dict[str, str] = {}
        groups = file.with_name("groupfile")
        for line in groups.read_text().splitlines() if groups.exists() else ():
            group, _, users = line.partition(":")
            for user in users.split(","):
                self._teams.setdefault(user.strip(), group)

    @trace_method("UsersInGroups.validate_credentials", OpenTelemetryGranularity.ALL)
    def validate_credentials(self, credentials: AbstractCredentials[T]) -> bool:
        known = self._hashes.get(_text(credentials, "username"))
        is_right = known is not None and bcrypt.checkpw(_text(credentials, "password").encode(), known.encode())
        add_attributes_to_current_span({"auth_succeeded": is_right})
        return is_right

    def get_user_identity(self, credentials: AbstractCredentials[T]) -> SimpleUserIdentity | None:
        user = _text(credentials, "username")
        return SimpleUserIdentity(user, attributes={"team": self._teams.get(user, "public")})


class Deputy(ServerAuthenticationProvider):
    """Believes a header."""

    def authenticate_or_raise(self, headers: dict[str, str]) -> UserIdentity:
        return UserIdentity(headers["x-user"], "default_tenant", ["default_database"])
