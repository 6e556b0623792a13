"""A started server lets in whom its settings name."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from running_server import running

TOKEN = "chromadb.auth.token_authn.TokenAuthenticationServerProvider"


def test_a_server_with_tokens(tmp_path: Path) -> None:
    settings = f"server_authn_provider: {TOKEN}\nserver_authn_credentials: t0k\n"
    with running(tmp_path, settings) as server:
        url = f"{server.url}/api/v2"
        tenant = f"{url}/tenants/default_tenant"
        assert httpx.get(f"{url}/heartbeat").status_code == 200
        assert httpx.get(tenant).json() == {"error": "AuthError", "message": "Forbidden"}
        assert httpx.get(tenant, headers={"Authorization": "Bearer t0k"}).status_code == 200
        identity = httpx.get(f"{url}/auth/identity", headers={"Authorization": "Bearer t0k"}).json()
        assert identity == {"user_id": "anonymous", "tenant": "*", "databases": ["*"]}
    assert "t0k" not in server.output.read_text()


def test_settings_that_cannot_be_used_stop_the_start(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match=r"no\.such\.Thing cannot be loaded"),
        running(tmp_path, "server_authn_provider: no.such.Thing\n"),
    ):
        raise RuntimeError("the server started")
