"""Providers of releases before 0.5, as the user documentation shows them, are asked like any other."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from pydantic import SecretStr

from chromadb.auth import AbstractCredentials, AuthError, ServerAuthCredentialsProvider, SimpleUserIdentity
from chromadb.auth.guard import Guard, guard_from
from chromadb.auth.options import AuthOptions
from chromadb.auth.registry import register_provider
from chromadb.config import System
from chromadb.errors import ChromaAuthError
from chromadb.telemetry.opentelemetry import (
    OpenTelemetryGranularity,
    add_attributes_to_current_span,
    trace_method,
)

T = TypeVar("T")
happened: list[str] = []


@register_provider("users_of_a_file")
class UsersOfAFile(ServerAuthCredentialsProvider):
    """Knows the users of lines ``user:password``."""

    def __init__(self, system: System) -> None:
        super().__init__(system)
        system.settings.require("chroma_server_auth_credentials_file")
        lines = Path(system.settings.chroma_server_auth_credentials_file).read_text().splitlines()  # type: ignore[attr-defined]
        self._passwords = dict(line.split(":") for line in lines)

    def start(self) -> None:
        super().start()
        happened.append("started")

    def stop(self) -> None:
        super().stop()
        happened.append("stopped")

    @trace_method("UsersOfAFile.validate_credentials", OpenTelemetryGranularity.ALL)
    def validate_credentials(self, credentials: AbstractCredentials[T]) -> bool:
        given = cast("dict[str, SecretStr]", credentials.get_credentials())
        is_right = self._passwords.get(given["username"].get_secret_value()) == given["password"].get_secret_value()
        add_attributes_to_current_span({"auth_succeeded": is_right})
        return is_right

    def get_user_identity(self, credentials: AbstractCredentials[T]) -> SimpleUserIdentity | None:
        given = cast("dict[str, SecretStr]", credentials.get_credentials())
        return SimpleUserIdentity(given["username"].get_secret_value())


class OneToken(ServerAuthCredentialsProvider):
    """Knows a token, and of nobody whose it is."""

    def validate_credentials(self, credentials: AbstractCredentials[Any]) -> bool:
        return bool(credentials.get_credentials()["token"].get_secret_value() == "t0k")

    def get_user_identity(self, credentials: AbstractCredentials[Any]) -> None:
        return None


class Quoting(OneToken):
    """Says what it was given when it fails."""

    def validate_credentials(self, credentials: AbstractCredentials[Any]) -> bool:
        raise AuthError(f"{credentials.get_credentials()['token'].get_secret_value()} is unknown")


def guard(**options: Any) -> Guard:
    made = guard_from(AuthOptions(**options))
    assert made is not None
    return made


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize("name", [f"{__name__}.UsersOfAFile", "users_of_a_file"])
def test_users_of_a_file(tmp_path: Path, name: str) -> None:
    file = tmp_path / "users"
    file.write_text("ann:first\nben:second\n")
    happened.clear()
    tested = guard(chroma_server_authn_provider=name, chroma_server_authn_credentials_file=str(file))
    assert tested.authenticate(basic("ann:first")) == SimpleUserIdentity("ann")
    assert tested.authenticate(basic("ben:second")).user_id == "ben"
    wrong = [basic("ann:second"), basic("nobody:first"), basic("ann"), {"authorization": "Basic ?"}, {}]
    for headers in [*wrong, {"authorization": "Bearer first"}, {"x-chroma-token": "first"}]:
        with pytest.raises(ChromaAuthError):
            tested.authenticate(headers)
    tested.close()
    assert happened == ["started", "stopped"]


@pytest.mark.parametrize(
    ("header", "right", "elsewhere"),
    [
        (None, {"authorization": "Bearer t0k"}, {"x-chroma-token": "t0k"}),
        ("X-Chroma-Token", {"x-chroma-token": "t0k"}, {"authorization": "Bearer t0k"}),
    ],
)
def test_a_token_in_either_header(header: str | None, right: dict[str, str], elsewhere: dict[str, str]) -> None:
    tested = guard(chroma_server_authn_provider=f"{__name__}.OneToken", chroma_auth_token_transport_header=header)
    assert tested.authenticate(right).user_id == "Anonymous"
    for headers in (elsewhere, {"authorization": "Bearer other", "x-chroma-token": "other"}):
        with pytest.raises(ChromaAuthError):
            tested.authenticate(headers)


def test_what_a_provider_quotes_is_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    tested = guard(chroma_server_authn_provider=f"{__name__}.Quoting")
    with pytest.raises(ChromaAuthError):
        tested.authenticate({"authorization": "Bearer s3cret"})
    assert "Quoting raised AuthError" in caplog.text
    assert "s3cret" not in caplog.text
