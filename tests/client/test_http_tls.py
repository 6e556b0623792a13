"""Clients of a server over TLS: whose certificates they accept, and the one they show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_server import running
from server.certificates import authority, signed_by

import chromadb
from chromadb.config import Settings


@pytest.fixture(name="files", scope="module")
def _files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Paths: ``ca`` of the authority, which is the server's certificate, too; ``other`` of one that signed nothing."""
    directory = tmp_path_factory.mktemp("certificates")
    ca, ca_key = authority(directory / "server")
    certificate, key = signed_by(ca, ca_key)
    both = directory / "both.pem"
    both.write_text(certificate.read_text() + key.read_text())
    files = {"ca": ca, "ca_key": ca_key, "certificate": certificate, "key": key, "both": both,
             "other": authority(directory / "other")[0]}  # fmt: skip
    return {name: str(path) for name, path in files.items()}


@pytest.fixture(name="address", scope="module")
def _address(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a server that shows its certificate and asks for none."""
    flags = ("--ssl-certfile", files["ca"], "--ssl-keyfile", files["ca_key"])
    with running(tmp_path_factory.mktemp("server"), "", *flags, tls=True) as server:
        yield server.url


@pytest.fixture(name="strict", scope="module")
def _strict(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a server that asks clients for certificates."""
    flags = ("--ssl-certfile", files["ca"], "--ssl-keyfile", files["ca_key"], "--ssl-ca-certs", files["ca"])
    with running(tmp_path_factory.mktemp("strict"), "", *flags, tls=True) as server:
        yield server.url


def heartbeat(address: str, **settings: Any) -> int:
    with chromadb.HttpClient(address, settings=Settings(**settings)) as client:
        return client.heartbeat()


async def heartbeat_async(address: str, **settings: Any) -> int:
    async with await chromadb.AsyncHttpClient(address, settings=Settings(**settings)) as client:
        return await client.heartbeat()


@pytest.mark.parametrize("verify", ["ca", False])
def test_the_authority_is_named_or_nothing_is_checked(files: dict[str, str], address: str, verify: str | bool) -> None:
    checked = files[verify] if isinstance(verify, str) else verify
    assert heartbeat(address, chroma_server_ssl_verify=checked) > 0
    assert asyncio.run(heartbeat_async(address, chroma_server_ssl_verify=checked)) > 0


def test_ssl_makes_the_address_https_and_the_environment_is_heeded(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMA_SERVER_SSL_VERIFY", "false")
    host, _, port = address.removeprefix("https://").partition(":")
    with chromadb.HttpClient(host, int(port), ssl=True) as client:
        assert client.heartbeat() > 0


@pytest.mark.parametrize("verify", ["other", True, None])
def test_a_certificate_of_somebody_else_is_refused(
    files: dict[str, str], address: str, verify: str | bool | None
) -> None:
    settings = {"chroma_server_ssl_verify": files[verify] if isinstance(verify, str) else verify}
    sentence = rf"The certificate of {address}/api/v2 is not accepted: .*Settings\(chroma_server_ssl_verify=\.\.\.\)"
    with pytest.raises(ValueError, match=rf"Could not connect to a Chroma server.*{sentence}"):
        heartbeat(address, **settings)
    with pytest.raises(httpx.ConnectError, match=sentence):
        asyncio.run(heartbeat_async(address, **settings))


def test_a_server_that_asks_for_certificates_gets_one(files: dict[str, str], strict: str) -> None:
    apart = {"chroma_client_ssl_certfile": files["certificate"], "chroma_client_ssl_keyfile": files["key"]}
    assert heartbeat(strict, chroma_server_ssl_verify=files["ca"], **apart) > 0
    assert asyncio.run(heartbeat_async(strict, chroma_server_ssl_verify=files["ca"], **apart)) > 0
    assert heartbeat(strict, chroma_server_ssl_verify=False, chroma_client_ssl_certfile=files["both"]) > 0


def test_without_one_it_is_said_what_to_set(files: dict[str, str], strict: str) -> None:
    with pytest.raises((ValueError, httpx.TransportError), match=r"wants a certificate.*chroma_client_ssl_certfile"):
        heartbeat(strict, chroma_server_ssl_verify=files["ca"])
    with pytest.raises(httpx.TransportError, match=r"wants a certificate.*chroma_client_ssl_certfile"):
        asyncio.run(heartbeat_async(strict, chroma_server_ssl_verify=files["ca"]))


def test_a_server_without_tls_is_not_taken_for_one_with_a_bad_certificate(tmp_path: Path) -> None:
    with (
        running(tmp_path) as server,
        pytest.raises(ValueError, match=r"does not speak TLS .*is that a server of HTTPS"),
    ):
        heartbeat(server.url.replace("http:", "https:"))


def test_a_certificate_that_cannot_be_shown_is_refused(files: dict[str, str], tmp_path: Path) -> None:
    empty, secret = tmp_path / "empty.pem", tmp_path / "secret.pem"
    empty.write_text("")
    secret.write_text(
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
        "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"
    )
    cases: list[tuple[dict[str, str], str]] = [
        ({"chroma_client_ssl_certfile": "missing.pem"}, "chroma_client_ssl_certfile to be a file .*'missing.pem'"),
        ({"chroma_client_ssl_keyfile": files["key"]}, "set chroma_client_ssl_certfile, too"),
        ({"chroma_client_ssl_certfile": str(empty)}, "no certificate with its key"),
        ({"chroma_client_ssl_certfile": files["certificate"]}, "no certificate with its key"),
        (
            {"chroma_client_ssl_certfile": files["certificate"], "chroma_client_ssl_keyfile": str(secret)},
            "is encrypted",
        ),
    ]
    for settings, sentence in cases:
        with pytest.raises(ValueError, match=sentence):
            heartbeat("https://127.0.0.1:1", **settings)
    with pytest.raises(ValueError, match="HTTPS alone"):
        heartbeat("http://127.0.0.1:1", chroma_client_ssl_certfile=files["both"])
