"""Settings: file, environment and flags, in this order; what is unknown or wrong is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chromadb.cli.settings_file import SettingError, read_settings
from chromadb.server.configuration import ServerConfiguration, TlsConfiguration


def read(
    tmp_path: Path, text: str = "", environment: dict[str, str] | None = None, **given: Any
) -> ServerConfiguration:
    file = tmp_path / "chroma.yaml"
    file.write_text(text)
    return read_settings(file, environment or {}, ServerConfiguration(), given)


def test_an_empty_file_and_no_file_mean_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path) == read_settings(None, {}, ServerConfiguration(), {}) == ServerConfiguration()


def test_the_documented_keys(tmp_path: Path) -> None:
    text = """
port: 9000
listen_address: "::1"
max_payload_size_bytes: 1000
cors_allow_origins: ["https://a", "*"]
persist_path: /data
sqlite_filename: chroma.sqlite3
allow_reset: true
workers: 2
threads: 3
body_timeout_seconds: 1.5
sqlitedb: {hash_type: sha256, migration_mode: validate}
circuit_breaker: {requests: 7}
"""
    assert read(tmp_path, text) == ServerConfiguration(
        port=9000,
        listen_address="::1",
        max_payload_size_bytes=1000,
        cors_allow_origins=("https://a", "*"),
        persist_path=Path("/data"),
        allow_reset=True,
        workers=2,
        threads=3,
        body_timeout_seconds=1.5,
        hash_type="sha256",
        migration_mode="validate",
        max_concurrent_requests=7,
    )


def test_the_environment_wins_over_the_file_and_a_flag_over_both(tmp_path: Path) -> None:
    environment = {
        "CHROMA_PORT": "9001",
        "CHROMA_ALLOW_RESET": "true",
        "CHROMA_CORS_ALLOW_ORIGINS": '["*"]',
        "CHROMA_SQLITEDB__HASH_TYPE": "sha256",
        "CHROMA_TENANT": "mine",
        "CHROMA_WORKERS": "",
    }
    read_in = read(tmp_path, "port: 9000\nworkers: 2\n", environment, workers=3)
    assert (read_in.port, read_in.allow_reset, read_in.workers) == (9001, True, 3)
    assert (read_in.cors_allow_origins, read_in.hash_type) == (("*",), "sha256")


def test_tls_needs_both_files(tmp_path: Path) -> None:
    for name in ("c.pem", "k.pem"):
        (tmp_path / name).write_text("x")
    text = f"tls: {{certificate: {tmp_path}/c.pem, key: {tmp_path}/k.pem}}"
    assert read(tmp_path, text).tls == TlsConfiguration(tmp_path / "c.pem", tmp_path / "k.pem")
    with pytest.raises(SettingError, match=r"tls\.certificate and tls\.key"):
        read(tmp_path, f"tls: {{certificate: {tmp_path}/c.pem}}")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot: 9000", "prot"),
        ("sqlitedb: {hash: md5}", r"sqlitedb\.hash"),
        ("sqlitedb: md5", "sqlitedb"),
        ("circuit_breaker: {requests: -1}", r"circuit_breaker\.requests: -1"),
        ("port: abc", "port: 'abc'"),
        ("port: 65536", "port: 65536"),
        ("port: true", "port: True"),
        ("cors_allow_origins: '*'", "cors_allow_origins"),
        ("allow_reset: 1", "allow_reset"),
        ("sqlite_filename: other.db", "sqlite_filename"),
        ("sqlitedb: {hash_type: sha1}", "md5 or sha256"),
        ("tls: {certificate: /nowhere.pem, key: /nowhere.pem}", r"tls\.certificate"),
        ("body_timeout_seconds: 0", "body_timeout_seconds"),
        ("- port", "list"),
        ("port: [", "is not YAML"),
    ],
)
def test_what_is_not_accepted_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingError, match=named):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "value", "instead"),
    [
        ("CHROMA_PORT", "abc", "port"),
        ("CHROMA_CORS_ALLOW_ORIGINS", "[", "CHROMA_CORS_ALLOW_ORIGINS"),
        ("CHROMA_SERVER_HTTP_PORT", "9000", "CHROMA_PORT"),
        ("PERSIST_DIRECTORY", "/data", "CHROMA_PERSIST_PATH"),
    ],
)
def test_a_variable_that_is_not_accepted_is_named(tmp_path: Path, name: str, value: str, instead: str) -> None:
    with pytest.raises(SettingError, match=instead):
        read(tmp_path, "", {name: value})


def test_authentication_from_file_and_environment(tmp_path: Path) -> None:
    environment = {"CHROMA_SERVER_AUTHN_CREDENTIALS": "users: []\n", "FGA_API_URL": "http://fga"}
    auth = read(tmp_path, "server_authn_provider: a.B\nopenfga: {store_id: s}\n", environment).auth
    assert auth.chroma_server_authn_provider == "a.B"
    assert auth.chroma_server_authn_credentials == "users: []\n"
    assert (auth.fga_api_url, auth.fga_store_id) == ("http://fga", "s")
    with pytest.raises(SettingError, match="use CHROMA_SERVER_AUTHN_PROVIDER"):
        read(tmp_path, "", {"CHROMA_SERVER_AUTH_PROVIDER": "basic"})


def test_refused_credentials_are_not_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as refused:
        read(tmp_path, "server_authn_credentials: 123456\n")
    assert "123456" not in str(refused.value)
