"""The provider of the documentation for several users in groups, and one that believes a proxy."""

from __future__ import annotations

import importlib
from os import path
from typing import TypeVar, cast

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


@register_provider("multi_user_htpasswd_file")
class MultiUserHtpasswdFileServerAuthCredentialsProvider(ServerAuthCredentialsProvider):
    """Knows the users of a file of hashes; the file ``groupfile`` beside it lists the users of groups."""

    def __init__(self, system: System) -> None:
        super().__init__(system)
        self.bc = importlib.import_module("bcrypt")
        system.settings.require("chroma_server_auth_credentials_file")
        file = str(system.settings.chroma_server_auth_credentials_file)
        self._creds: dict[str, SecretStr] = {}
        with open(file) as lines:
            for line in lines:
                fields = line.strip().split(":")
                if len(fields) != 2:
                    raise ValueError(
                        f"Invalid Htpasswd credentials found in [{file}]. Must be <username>:<bcrypt passwd>."
                    )
                self._creds[fields[0]] = SecretStr(fields[1])
        self._teams: dict[str, str] = {}
        groups = path.join(path.dirname(file), "groupfile")
        if path.exists(groups):
            with open(groups) as lines:
                for line in lines:
                    group, _, users = line.strip().partition(":")
                    for user in users.split(","):
                        self._teams.setdefault(user.strip(), group)

    @trace_method(
        "MultiUserHtpasswdFileServerAuthCredentialsProvider.validate_credentials", OpenTelemetryGranularity.ALL
    )
    def validate_credentials(self, credentials: AbstractCredentials[T]) -> bool:
        given = cast("dict[str, SecretStr]", credentials.get_credentials())
        known = self._creds.get(given["username"].get_secret_value())
        is_right = known is not None and self.bc.checkpw(
            given["password"].get_secret_value().encode(), known.get_secret_value().encode()
        )
        add_attributes_to_current_span({"auth_succeeded": is_right})
        return is_right

    def get_user_identity(self, credentials: AbstractCredentials[T]) -> SimpleUserIdentity | None:
        user = cast("dict[str, SecretStr]", credentials.get_credentials())["username"].get_secret_value()
        return SimpleUserIdentity(user, attributes={"team": self._teams.get(user, "public")})


class Deputy(ServerAuthenticationProvider):
    """Believes a header."""

    def authenticate_or_raise(self, headers: dict[str, str]) -> UserIdentity:
        return UserIdentity(headers["x-user"], "default_tenant", ["default_database"])
