"""The servers that blocks talk to: ours, in the place of those that the document has on ports of its own."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_server import RunningServer, running

import chromadb
from chromadb.config import Settings

CLOUD = "api.trychroma.com"
_TOKENS = "chromadb.auth.token_authn.TokenAuthenticationServerProvider"
_PASSWORDS = "chromadb.auth.basic_authn.BasicAuthenticationServerProvider"


def lead_to(url: str, monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    """Let connections to these ports, of any host, go to the URL's, and find the cloud's name without a network."""
    port = httpx.URL(url).port
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connect_to_server(self: socket.socket, address: Any) -> None:
        is_led = isinstance(address, tuple) and address[1] in ports
        connect(self, (address[0], port, *address[2:]) if is_led else address)

    def look_up_here(host: Any, *asked: Any, **options: Any) -> Any:
        return look_up("127.0.0.1" if host in (CLOUD, CLOUD.encode()) else host, *asked, **options)

    monkeypatch.setattr(socket.socket, "connect", connect_to_server)
    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)


@contextmanager
def with_token(directory: Path, token: str, header: str) -> Iterator[RunningServer]:
    """Run a server that lets in who sends the token in this header."""
    settings = f"server_authn_provider: {_TOKENS}\nserver_authn_credentials: {token}\n"
    with running(directory, f"{settings}auth_token_transport_header: {header}\n") as server:
        yield server


@contextmanager
def with_passwords(directory: Path, passwords: dict[str, str], settings: str = "") -> Iterator[RunningServer]:
    """Run a server that lets in who knows one of the passwords."""
    bcrypt = pytest.importorskip("bcrypt")
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "server.htpasswd"
    lines = [f"{name}:{bcrypt.hashpw(word.encode(), bcrypt.gensalt(4)).decode()}\n" for name, word in passwords.items()]
    file.write_text("".join(lines))
    with running(
        directory, f"server_authn_provider: {_PASSWORDS}\nserver_authn_credentials_file: {file}\n{settings}"
    ) as server:
        yield server


@contextmanager
def of_the_cloud(
    directory: Path, key: str, tenant: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningServer]:
    """Run a server with the cloud's name and a certificate for it, where the key belongs to one database."""
    directory.mkdir(parents=True, exist_ok=True)
    certificate, private = directory / "certificate.pem", directory / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={CLOUD}"]
    command += ["-addext", f"subjectAltName=DNS:{CLOUD}", "-keyout", str(private), "-out", str(certificate)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    with chromadb.AdminClient(Settings(is_persistent=True, persist_directory=str(directory / "data"))) as admin:
        admin.create_tenant(tenant)
        admin.create_database(database, tenant)
    users = directory / "users.yaml"
    users.write_text(
        f"users:\n  - {{id: somebody, tokens: [{key}], role: all, tenant: {tenant}, databases: [{database}]}}\n"
        "roles_mapping:\n  all: {actions: []}\n"
    )
    settings = (
        f"server_authn_provider: {_TOKENS}\nserver_authn_credentials_file: {users}\n"
        "auth_token_transport_header: X-Chroma-Token\n"
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    flags = ["--ssl-certfile", str(certificate), "--ssl-keyfile", str(private)]
    with running(directory, settings, *flags, tls=True) as server:
        yield server
