from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chromadb.client.setting_defaults import APIVersion
from chromadb.client.settings import Settings


@pytest.fixture(autouse=True)
def _empty_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chroma_api_impl", "chromadb.api.rust.RustBindingsAPI"),
        ("is_persistent", False),
        ("persist_directory", "./chroma"),
        ("allow_reset", False),
        ("migrations", "apply"),
        ("migrations_hash_algorithm", "md5"),
        ("chroma_server_host", None),
        ("chroma_server_ssl_enabled", False),
        ("chroma_server_ssl_verify", None),
        ("chroma_server_api_default_path", APIVersion.V2),
        ("chroma_server_cors_allow_origins", []),
        ("chroma_http_keepalive_secs", 40.0),
        ("anonymized_telemetry", True),
        ("chroma_server_thread_pool_size", 40),
        ("chroma_query_request_timeout_seconds", 60),
        ("chroma_db_impl", None),
    ],
)
def test_defaults(name: str, value: Any) -> None:
    assert getattr(Settings(), name) == value
    assert Settings()[name] == value


def test_arguments_go_before_the_environment_and_that_before_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("PERSIST_DIRECTORY=/file\nallow_reset=true\nOPENAI_API_KEY=x\n")
    assert Settings().persist_directory == "/file"
    monkeypatch.setenv("Persist_Directory", "/environment")
    assert (Settings().persist_directory, Settings().allow_reset) == ("/environment", True)
    assert Settings(persist_directory="/argument").persist_directory == "/argument"


def test_another_file_may_be_named_or_none() -> None:
    Path(".env").write_text("PERSIST_DIRECTORY=/file\n")
    Path("other.env").write_text("export persist_directory='/other' # a comment\nallow_reset\n")

    assert Settings(_env_file="other.env").persist_directory == "/other"
    assert Settings(_env_file=None).persist_directory == "./chroma"
    assert Settings(_env_file="missing.env").persist_directory == "./chroma"


def test_a_class_of_ones_own_reads_its_settings_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class WithToken(Settings):
        token: str = ""

    monkeypatch.setenv("TOKEN", "t")
    monkeypatch.setenv("ALLOW_RESET", "1")
    assert (WithToken().token, WithToken().allow_reset) == ("t", True)
    assert WithToken(token="u").token == "u"


def test_lists_and_dicts_come_from_the_environment_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_SERVER_CORS_ALLOW_ORIGINS", '["*"]')
    monkeypatch.setenv("CHROMA_SERVER_HEADERS", '{"X-Token": "t"}')
    assert Settings().chroma_server_cors_allow_origins == ["*"]
    assert Settings().chroma_server_headers == {"X-Token": "t"}

    monkeypatch.setenv("CHROMA_SERVER_CORS_ALLOW_ORIGINS", "*")
    with pytest.raises(ValueError, match="chroma_server_cors_allow_origins"):
        Settings()


def test_unknown_names_are_ignored() -> None:
    assert not hasattr(Settings(unheard_of=1), "unheard_of")


def test_settings_are_equal_when_their_values_are() -> None:
    assert Settings() == Settings()
    assert Settings() != Settings(allow_reset=True)


def test_a_setting_can_be_changed_and_is_then_read_back() -> None:
    settings = Settings()
    settings.is_persistent = True
    assert settings["is_persistent"] is True


def test_require_wants_a_value() -> None:
    assert Settings(chroma_server_host="h").require("chroma_server_host") == "h"
    assert Settings().require("allow_reset") is False
    with pytest.raises(ValueError, match="Missing required config value 'chroma_server_host'"):
        Settings().require("chroma_server_host")


@pytest.mark.parametrize("name", ["unheard_of", "model_dump", "require"])
def test_only_settings_are_items(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        Settings()[name]
    with pytest.raises(AttributeError, match=name):
        Settings().require(name)


@pytest.mark.parametrize(
    "given", [{"allow_reset": "perhaps"}, {"migrations": "later"}, {"migrations_hash_algorithm": "crc"}]
)
def test_values_of_a_wrong_type_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(given))):
        Settings(**given)


def test_the_storage_of_old_releases_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"chroma_db_impl='duckdb\+parquet'.*PersistentClient"):
        Settings(chroma_db_impl="duckdb+parquet")
    monkeypatch.setenv("CHROMA_DB_IMPL", "duckdb")
    with pytest.raises(ValueError, match="PersistentClient"):
        Settings()


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("chroma_client_auth_token_transport_header", "chroma_auth_token_transport_header"),
        ("chroma_client_auth_credentials_file", "chroma_client_auth_credentials"),
    ],
)
def test_older_names_of_credentials_are_refused_with_the_new_ones(
    monkeypatch: pytest.MonkeyPatch, older: str, newer: str
) -> None:
    with pytest.raises(ValueError, match=f"{older} is of releases before 0.5; use {newer}"):
        Settings(**{older: "X_CHROMA_TOKEN"})
    monkeypatch.setenv(older.upper(), "")
    Settings()
    monkeypatch.setenv(older.upper(), "X_CHROMA_TOKEN")
    with pytest.raises(ValueError, match=f"use {newer}"):
        Settings()


def test_an_empty_file_limit_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_SERVER_NOFILE", "")
    assert Settings().chroma_server_nofile is None


def test_certificates_are_checked_or_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(chroma_server_ssl_verify="/ca.pem").chroma_server_ssl_verify == "/ca.pem"
    assert Settings(chroma_server_ssl_verify=False).chroma_server_ssl_verify is False
    assert Settings(chroma_server_ssl_verify=None).chroma_server_ssl_verify is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [("false", False), ("False", False), ("0", False), ("no", False), ("TRUE", True), ("1", True), ("", None)],
)
def test_switches_of_the_environment_are_no_paths(
    monkeypatch: pytest.MonkeyPatch, text: str, meant: bool | None
) -> None:
    monkeypatch.setenv("CHROMA_SERVER_SSL_VERIFY", text)
    assert Settings().chroma_server_ssl_verify is meant


@pytest.mark.parametrize("host", ["http://ann:pa55@host:1/x", "ann:pa55@host", "http://ann:pa55/word@host"])
def test_what_is_printed_holds_no_password(host: str) -> None:
    settings = Settings(chroma_server_host=host)
    for shown in (repr(settings), str(settings), repr([settings])):
        assert "pa55" not in shown
        assert "ann" not in shown
        assert "host" in shown.partition("chroma_server_host=")[2].partition(" ")[0]
    assert settings.chroma_server_host == host
