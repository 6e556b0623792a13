"""What a server answers to tenants beyond their limits, and to whose account requests go."""

from __future__ import annotations

from pathlib import Path

import httpx
from running_server import running

TENANT = "/api/v2/tenants/default_tenant"
DATABASE = f"{TENANT}/databases/default_database"
TOKEN = "chromadb.auth.token_authn.TokenAuthenticationServerProvider"
RBAC = "chromadb.auth.simple_rbac_authz.SimpleRBACAuthorizationProvider"


def test_beyond_the_rate(tmp_path: Path) -> None:
    settings = "metrics: true\nlimits: {requests_per_second: 0.01, burst: 3, tenants: {big: {burst: 5}}}\n"
    with running(tmp_path, settings) as server, httpx.Client(base_url=server.url) as client:
        answers = [client.get(TENANT) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].json() == {"error": "ChromaError", "message": "Too many requests; backoff and try again"}
        assert 1 <= int(answers[3].headers["retry-after"]) <= 100
        assert answers[3].headers["chroma-trace-id"] == answers[3].headers["x-request-id"]
        assert [client.get("/api/v2/tenants/big").status_code for _ in range(6)] == [404] * 5 + [429]
        assert all(client.get("/api/v2/heartbeat").status_code == 200 for _ in range(9))
        assert 'chroma_limited_requests_total{limit="rate"} 2\n' in client.get("/metrics").text


def test_beyond_the_size(tmp_path: Path) -> None:
    settings = "limits: {max_payload_size_bytes: 1000, tenants: {big: {max_payload_size_bytes: 9999}}}\n"
    with running(tmp_path, settings) as server, httpx.Client(base_url=server.url) as client:
        path = f"{DATABASE}/collections/{client.post(f'{DATABASE}/collections', json={'name': 'abc'}).json()['id']}"
        large = {"ids": ["x" * 2000], "embeddings": [[1, 2]]}
        answer = client.post(f"{path}/add", json=large)
        assert (answer.status_code, answer.text) == (413, "Payload too large")
        answer = client.post(f"{path}/get", json=large)
        assert (answer.status_code, answer.json()["error"]) == (413, "ChromaError")
        assert client.post(f"{path}/add".replace("default_tenant", "big"), json=large).status_code == 404
        assert client.get(f"{path}/count").json() == 0


def test_the_scorecard(tmp_path: Path) -> None:
    settings = "scorecard_enabled: true\nscorecard: [{patterns: ['op:write'], score: 0}]\n"
    with running(tmp_path, settings) as server, httpx.Client(base_url=server.url) as client:
        path = f"{DATABASE}/collections/{client.post(f'{DATABASE}/collections', json={'name': 'abc'}).json()['id']}"
        answer = client.post(f"{path}/add", json={"ids": ["x"], "embeddings": [[1, 2]]})
        assert (answer.status_code, answer.json()["message"]) == (429, "Too many requests; backoff and try again")
        assert client.post(f"{path}/get", json={}).status_code == 200


def test_nobody_uses_up_what_is_another_tenants(tmp_path: Path) -> None:
    users = tmp_path / "users.yaml"
    users.write_text(
        "users:\n- {id: ann, tokens: [a], role: all, tenant: default_tenant}\n"
        "- {id: ben, tokens: [b], role: all, tenant: bens}\n- {id: eve, tokens: [e], role: none}\n"
        "roles_mapping:\n  all: {actions: ['tenant:get_tenant']}\n  none: {actions: []}\n"
    )
    settings = (
        "limits: {requests_per_second: 0.01, burst: 2}\n"
        f"server_authn_provider: {TOKEN}\nserver_authn_credentials_file: {users}\n"
        f"server_authz_provider: {RBAC}\nserver_authz_config_file: {users}\n"
    )
    with running(tmp_path, settings) as server, httpx.Client(base_url=server.url) as client:

        def ask(token: str) -> int:
            return client.get(TENANT, headers={"Authorization": f"Bearer {token}"}).status_code

        assert [ask("none") for _ in range(5)] == [403] * 5
        assert [ask("e") for _ in range(5)] == [401] * 5
        assert {ask("b") for _ in range(5)} <= {401, 429}
        assert [ask("a") for _ in range(3)] == [200, 200, 429]
