"""Secrets stay where they are: not in what is shown of settings, not in how long a refusal takes."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bcrypt
import pytest

from chromadb.auth import AuthError
from chromadb.auth.basic_authn import BasicAuthClientProvider, BasicAuthenticationServerProvider
from chromadb.auth.options import AuthOptions
from chromadb.auth.token_authn import TokenAuthClientProvider, TokenAuthenticationServerProvider
from chromadb.config import Settings
from chromadb.server.configuration import ServerConfiguration
from chromadb.telemetry.options import TracingOptions

SECRET = "s3cret"
SECRET_SETTINGS = {
    "chroma_server_headers": {"authorization": SECRET},
    "chroma_client_auth_credentials": SECRET,
    "chroma_server_authn_credentials": SECRET,
    "chroma_server_authz_config": SECRET,
    "chroma_otel_collection_headers": {"authorization": SECRET},
}


@pytest.mark.parametrize("name", SECRET_SETTINGS)
def test_settings_do_not_show_secrets(name: str) -> None:
    settings = Settings(_env_file=None, **{name: SECRET_SETTINGS[name]})
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    with pytest.raises(ValueError, match=name) as refused:
        Settings(_env_file=None, **{name: [SECRET, {SECRET: SECRET}]})
    assert SECRET not in str(refused.value)


def test_what_a_server_is_told_is_shown_without_secrets() -> None:
    auth = AuthOptions(chroma_server_authn_credentials=SECRET, chroma_server_authz_config=SECRET)
    tracing = TracingOptions("http://127.0.0.1:1", headers={"authorization": SECRET})
    assert SECRET not in repr(ServerConfiguration(auth=auth, tracing=tracing))


def test_providers_do_not_show_secrets(tmp_path: Path) -> None:
    hashed = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4)).decode()
    clients = SimpleNamespace(settings=Settings(_env_file=None, chroma_client_auth_credentials=SECRET))
    tokens = SimpleNamespace(settings=AuthOptions(chroma_server_authn_credentials=SECRET))
    users = SimpleNamespace(settings=AuthOptions(chroma_server_authn_credentials=f"ann:{hashed}"))
    for provider in (
        BasicAuthClientProvider(clients), TokenAuthClientProvider(clients),
        TokenAuthenticationServerProvider(tokens), BasicAuthenticationServerProvider(users),
    ):  # fmt: skip
        shown = f"{provider!r} {provider} {list(map(repr, vars(provider).values()))}"
        assert SECRET not in shown


def rounds_to_refuse(provider: Any, user: str, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return what comes before the salts of the hashes that a wrong password of a user is compared with."""
    compared: list[bytes] = []
    compare = bcrypt.checkpw

    def noted(password: bytes, hashed: bytes) -> bool:
        compared.append(hashed[:7])
        return compare(password, hashed)

    encoded = base64.b64encode(f"{user}:wrong".encode()).decode()
    with monkeypatch.context() as patched:
        patched.setattr(bcrypt, "checkpw", noted)
        with pytest.raises(AuthError, match="unknown user or wrong password"):
            provider.authenticate_or_raise({"authorization": f"Basic {encoded}"})
    return compared


def test_an_unknown_user_takes_as_long_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long bcrypt takes is told by the cost in the hash alone."""
    lines = "\n".join(f"user-{cost}:{bcrypt.hashpw(b'right', bcrypt.gensalt(cost)).decode()}" for cost in (4, 6))
    provider = BasicAuthenticationServerProvider(
        SimpleNamespace(settings=AuthOptions(chroma_server_authn_credentials=lines))
    )
    assert rounds_to_refuse(provider, "user-6", monkeypatch) == [b"$2b$06$"]
    seen = set()
    for n in range(20):
        compared = rounds_to_refuse(provider, f"nobody-{n}", monkeypatch)
        # Always the same for one name, as it would be of a user.
        assert rounds_to_refuse(provider, f"nobody-{n}", monkeypatch) == compared
        assert len(compared) == 1
        seen |= {*compared}
    assert seen == {b"$2b$04$", b"$2b$06$"}


def test_a_right_password_is_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    line = f"ann:{bcrypt.hashpw(b'right', bcrypt.gensalt(4)).decode()}"
    provider = BasicAuthenticationServerProvider(
        SimpleNamespace(settings=AuthOptions(chroma_server_authn_credentials=line))
    )
    sent = {"authorization": f"Basic {base64.b64encode(b'ann:right').decode()}"}
    assert provider.recognized(sent) is None
    provider.authenticate_or_raise(sent)
    monkeypatch.setattr(bcrypt, "checkpw", None)
    assert provider.recognized(sent) == provider.authenticate_or_raise(sent)
