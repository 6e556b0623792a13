"""Secrets stay where they are: not in what is shown of settings, not in how long a refusal takes."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bcrypt
import pytest

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


def seconds_to_refuse(provider: Any, user: str) -> float:
    """Return the least of several times, which other work of the machine disturbs the least."""
    encoded = base64.b64encode(f"{user}:wrong".encode()).decode()
    taken = []
    for _ in range(4):
        began = time.perf_counter()
        with pytest.raises(Exception, match="unknown user or wrong password"):
            provider.authenticate_or_raise({"authorization": f"Basic {encoded}"})
        taken.append(time.perf_counter() - began)
    return min(taken)


@pytest.mark.parametrize("cost", [6, 8])
def test_an_unknown_user_takes_as_long_as_a_wrong_password(cost: int) -> None:
    line = f"ann:{bcrypt.hashpw(b'right', bcrypt.gensalt(cost)).decode()}"
    provider = BasicAuthenticationServerProvider(
        SimpleNamespace(settings=AuthOptions(chroma_server_authn_credentials=line))
    )
    known, unknown = (seconds_to_refuse(provider, user) for user in ("ann", "nobody"))
    # Half or twice would be one less or one more of the cost.
    assert 0.4 < unknown / known < 2.5, (known, unknown)


def test_an_unknown_user_has_one_of_the_costs_always_the_same() -> None:
    lines = "\n".join(f"user-{cost}:{bcrypt.hashpw(b'right', bcrypt.gensalt(cost)).decode()}" for cost in (4, 9))
    provider = BasicAuthenticationServerProvider(
        SimpleNamespace(settings=AuthOptions(chroma_server_authn_credentials=lines))
    )
    times = [
        (seconds_to_refuse(provider, f"nobody-{n}"), seconds_to_refuse(provider, f"nobody-{n}")) for n in range(10)
    ]
    dear = seconds_to_refuse(provider, "user-9")
    kinds = [(first > dear / 2, again > dear / 2) for first, again in times]
    assert set(kinds) == {(False, False), (True, True)}
