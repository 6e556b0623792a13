"""HTTP/2: on a plain connection for who knows of it, and negotiated over TLS."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running_server import RunningServer, running

from .certificates import authority

DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"
JSON = ("-H", "content-type: application/json")


def curl(*arguments: str) -> tuple[str, int, str]:
    """Return the version of HTTP that was spoken, the status, and the body."""
    if (
        shutil.which("curl") is None
        or "HTTP2" not in subprocess.run(["curl", "-V"], capture_output=True).stdout.decode()
    ):
        pytest.skip("there is no curl that speaks HTTP/2")
    command = ["curl", "-sS", "--max-time", "20", "-w", "\n%{http_version} %{http_code}", *arguments]
    body, _, told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.rpartition("\n")
    version, status = told.split()
    return version, int(status), body


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return authority(tmp_path_factory.mktemp("http2"))


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory, certificate: tuple[Path, Path]) -> Iterator[RunningServer]:
    settings = f"tls: {{certificate: {certificate[0]}, key: {certificate[1]}}}\n"
    with running(tmp_path_factory.mktemp("encrypted"), settings, tls=True) as started:
        yield started


def negotiated(server: RunningServer, certificate: Path, offered: list[str]) -> str | None:
    context = ssl.create_default_context(cafile=str(certificate))
    context.set_alpn_protocols(offered)
    address = ("127.0.0.1", httpx.URL(server.url).port or 0)
    with (
        socket.create_connection(address, 20) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as spoken,
    ):
        return spoken.selected_alpn_protocol()


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def integer(value: int) -> bytes:
    """Return a length as HPACK writes it, with seven bits in the first byte."""
    if value < 127:
        return bytes([value])
    rest, written = value - 127, b"\x7f"
    while rest >= 128:
        written += bytes([rest % 128 + 128])
        rest //= 128
    return written + bytes([rest])


def status_with_header_of(server: RunningServer, size: int) -> bytes:
    """Ask for the version with a header of a size, and return the first byte of the answer's header block.

    That is the status, if it is a usual one: 0x88 for 200. Empty: the server ended the connection or the request.
    """
    path = b"/api/v2/version"
    block = b"\x82\x86\x04" + integer(len(path)) + path + b"\x01\x01x" + b"\x00\x03x-a" + integer(size) + b"a" * size
    pieces = [block[start : start + 16_000] for start in range(0, len(block), 16_000)]
    sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0)
    for number, piece in enumerate(pieces):
        is_last = number == len(pieces) - 1
        sent += frame(9 if number else 1, (0 if number else 1) + (4 if is_last else 0), 1, piece)
    with socket.create_connection(("127.0.0.1", httpx.URL(server.url).port or 0), 20) as connection:
        try:
            connection.sendall(sent)
            with connection.makefile("rb") as received:
                while head := received.read(9):
                    payload = received.read(int.from_bytes(head[:3], "big"))
                    if head[3] == 1:
                        return payload[:1]
                    if head[3] in (3, 7):
                        break
        except ConnectionError:
            pass
    return b""


def test_large_headers_are_refused(server: RunningServer) -> None:
    assert status_with_header_of(server, 20_000) == b"\x88"
    assert status_with_header_of(server, 200_000) != b"\x88"


def test_records_over_a_plain_connection(server: RunningServer, tmp_path: Path) -> None:
    prior = "--http2-prior-knowledge"
    url = server.url + DATABASE
    version, status, body = curl(prior, *JSON, "-d", '{"name":"by-http2"}', f"{url}/collections")
    assert (version, status) == ("2", 200)
    collection = f"{url}/collections/{json.loads(body)['id']}"
    # Of more than one frame and window.
    record = {"ids": ["a"], "embeddings": [[0.5] * 10_000]}
    (tmp_path / "record.json").write_text(json.dumps(record))
    assert curl(prior, *JSON, "-d", f"@{tmp_path / 'record.json'}", f"{collection}/add")[:2] == ("2", 201)
    version, status, body = curl(prior, *JSON, "-d", '{"include":["embeddings"]}', f"{collection}/get")
    assert (version, status) == ("2", 200)
    assert json.loads(body)["embeddings"] == record["embeddings"]
    assert curl(prior, f"{url}/collections/none")[:2] == ("2", 404)
    (tmp_path / "large.json").write_text(" " * 200_000)
    assert curl(prior, *JSON, "-d", f"@{tmp_path / 'large.json'}", f"{collection}/add")[:2] == ("2", 413)


def test_http_1_is_spoken_on_the_same_port(server: RunningServer) -> None:
    assert curl("--http1.1", f"{server.url}/api/v2/version")[:2] == ("1.1", 200)


def test_over_tls_the_client_chooses(encrypted: RunningServer, certificate: tuple[Path, Path]) -> None:
    assert negotiated(encrypted, certificate[0], ["h2", "http/1.1"]) == "h2"
    assert negotiated(encrypted, certificate[0], ["http/1.1"]) == "http/1.1"


def test_records_over_tls(encrypted: RunningServer, certificate: tuple[Path, Path]) -> None:
    trusting = ("--cacert", str(certificate[0]))
    url = encrypted.url + DATABASE
    assert curl(*trusting, "--http2", *JSON, "-d", '{"name":"by-tls"}', f"{url}/collections")[:2] == ("2", 200)
    assert curl(*trusting, "--http1.1", f"{url}/collections/by-tls")[:2] == ("1.1", 200)
