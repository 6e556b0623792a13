"""Headers of clients, and the tenant and database that a client ends up in."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from chromadb.auth import AuthzAction, UserIdentity
from chromadb.auth.basic_authn import BasicAuthClientProvider
from chromadb.auth.credential_cache import CredentialCache
from chromadb.auth.token_authn import TokenAuthClientProvider
from chromadb.auth.utils import maybe_set_tenant_and_database
from chromadb.config import Settings
from chromadb.errors import ChromaAuthError
from chromadb.server.routes import ROUTES

BOUND = UserIdentity("ann", "t", ["d"])


def system(**values: str) -> SimpleNamespace:
    return SimpleNamespace(settings=Settings(_env_file=None, **values))


def test_headers_of_clients() -> None:
    basic = BasicAuthClientProvider(system(chroma_client_auth_credentials="admin:admin")).authenticate()
    assert "YWRtaW4" not in repr(basic)
    assert basic["Authorization"].get_secret_value() == "Basic YWRtaW46YWRtaW4="
    bearer = TokenAuthClientProvider(system(chroma_client_auth_credentials="t0k")).authenticate()
    assert bearer["Authorization"].get_secret_value() == "Bearer t0k"
    values = {"chroma_client_auth_credentials": "t0k", "chroma_auth_token_transport_header": "X-Chroma-Token"}
    raw = TokenAuthClientProvider(system(**values)).authenticate()
    assert raw["X-Chroma-Token"].get_secret_value() == "t0k"
    with pytest.raises(ValueError, match="Invalid token"):
        TokenAuthClientProvider(system(chroma_client_auth_credentials="with space"))


def test_tenant_and_database_of_an_identity() -> None:
    assert maybe_set_tenant_and_database(BOUND, False, "x", "y") == ("x", "y")
    assert maybe_set_tenant_and_database(BOUND, True, "default_tenant", None) == ("t", "d")
    assert maybe_set_tenant_and_database(UserIdentity("b", "*", ["d", "e"]), True, "x", "y") == ("x", "y")
    with pytest.raises(ChromaAuthError):
        maybe_set_tenant_and_database(BOUND, True, "other", None)


def test_remembered_credentials_expire_and_are_bounded() -> None:
    now = [0.0]
    cache = CredentialCache(capacity=2, seconds=10, clock=lambda: now[0])
    for credentials in ("a", "b", "c"):
        cache.add(credentials)
    assert [cache.holds(credentials) for credentials in "abc"] == [False, True, True]
    now[0] = 10.0
    assert not cache.holds("c")


def test_every_action_of_a_route_is_one_that_providers_know() -> None:
    assert {route.action for route in ROUTES if route.action} <= {action.value for action in AuthzAction}
