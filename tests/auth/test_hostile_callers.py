"""Callers without credentials, with malformed ones and with paths made to mislead get nothing but what is public."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import httpx
import pytest
from running_server import RunningServer, running

BASIC = "chromadb.auth.basic_authn.BasicAuthenticationServerProvider"
TOKEN = "chromadb.auth.token_authn.TokenAuthenticationServerProvider"
TENANT = "/api/v2/tenants/default_tenant"
FORBIDDEN = b'{"error":"AuthError","message":"Forbidden"}'
PUBLIC = [
    "/api/v2", "/api/v2/heartbeat", "/api/v2/healthcheck", "/api/v2/version", "/api/v2/pre-flight-checks",
    "/docs/", "/openapi.json",
]  # fmt: skip


@pytest.fixture(scope="module", params=["tokens", "x-tokens", "passwords"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    directory: Path = tmp_path_factory.mktemp("hostile")
    settings = "metrics: true\nallow_reset: true\n"
    if request.param == "passwords":
        hashed = bcrypt.hashpw(b"right", bcrypt.gensalt(4)).decode()
        settings += f"server_authn_provider: {BASIC}\nserver_authn_credentials: ann:{hashed}\n"
    else:
        settings += f"server_authn_provider: {TOKEN}\nserver_authn_credentials: right\n"
    if request.param == "x-tokens":
        settings += "auth_token_transport_header: X-Chroma-Token\n"
    with running(directory, settings) as started:
        yield started


def exchanged(server: RunningServer, request: bytes) -> tuple[int, bytes]:
    """Return status and body of the answer to bytes that no client would send."""
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 0), 30) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def request(method: str, path: str, headers: bytes = b"") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n".encode() + headers + b"\r\n"


def test_without_credentials_only_what_is_listed_is_served(server: RunningServer) -> None:
    for path in PUBLIC:
        assert exchanged(server, request("GET", path))[0] == 200, path
    for path in ("/metrics", "/api/v2/auth/identity", TENANT, f"{TENANT}?x=/../heartbeat", f"http://test{TENANT}"):
        assert exchanged(server, request("GET", path)) == (403, FORBIDDEN), path
        assert exchanged(server, request("HEAD", path)) == (403, b""), path
        assert exchanged(server, request("OPTIONS", path))[0] == 405, path
    described = httpx.get(f"{server.url}/openapi.json").json()["paths"]
    open_ones = {path for path, of in described.items() for one in of.values() if "security" not in one}
    assert open_ones <= {*PUBLIC}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/heartbeat/../tenants/default_tenant", "/api/v2/heartbeat/%2e%2e/tenants/default_tenant",
        "/api/v2//tenants/default_tenant", "//api/v2/tenants/default_tenant", "/api/v2/%74enants/default_tenant",
        "/api/v2/heartbeat%2F..%2Ftenants", "/API/V2/tenants/default_tenant", f"{TENANT}/", "/metrics/", "*",
    ],
)  # fmt: skip
def test_paths_made_to_mislead_lead_nowhere(server: RunningServer, path: str) -> None:
    for method in ("GET", "HEAD"):
        assert exchanged(server, request(method, path)) == (404, b"")


def right(server: RunningServer) -> tuple[bytes, bytes]:
    """Return name and value of the header of who is known."""
    text = (server.output.parent / "chroma.yaml").read_text()
    if "X-Chroma-Token" in text:
        return b"x-chroma-token", b"right"
    return b"authorization", b"Basic " + base64.b64encode(b"ann:right") if "Basic" in text else b"Bearer right"


def test_malformed_credentials_are_refused(server: RunningServer) -> None:
    name, value = right(server)
    known = name + b": " + value + b"\r\n"
    assert exchanged(server, request("GET", TENANT, known))[0] == 200
    other = {b"x-chroma-token": b"authorization"}.get(name, b"x-chroma-token")
    assert exchanged(server, request("GET", TENANT, other + b": wrong\r\n" + known))[0] == 200
    sent = [
        b"", b"Bearer", b"Bearer ", b"Bearer \xff\xfe", "Bearer é".encode(), b"Bearer " + b"a" * 60_000,
        b"bearer right",
        b"Basic", b"Basic ", b"Basic ?", b"Basic " + base64.b64encode(b"ann"), b"Basic " + base64.b64encode(b"ann:"),
        b"Basic " + base64.b64encode(b":right"), b"Basic " + base64.b64encode(b"\xff:right"), b"Basic YW5u?OnJpZ2h0",
        b"Basic " + base64.b64encode(b"ann:right\0"), b"Basic " + base64.b64encode(b"ann:" + b"r" * 5000),
        value + b", " + value, b"wrong, " + value, b'Digest username="ann"', b"Negotiate right",
    ]  # fmt: skip
    for one in sent:
        assert exchanged(server, request("GET", TENANT, name + b": " + one + b"\r\n")) == (403, FORBIDDEN), one
        assert exchanged(server, request("GET", TENANT, other + b": " + one + b"\r\n")) == (403, FORBIDDEN), one
    wrong = name + b": wrong\r\n"
    for twice in (wrong + known, known + wrong, known + known):
        assert exchanged(server, request("GET", TENANT, twice)) == (403, FORBIDDEN), twice
    for broken in (name + b": " + value + b"\0\r\n", name + b":\r\n " + value + b"\r\n", name + b" : x\r\n"):
        assert exchanged(server, request("GET", TENANT, broken))[0] == 400, broken
    assert exchanged(server, request("GET", TENANT, name + b": " + b"a" * 600_000 + b"\r\n"))[0] == 431
    assert b"right" not in server.output.read_bytes()
