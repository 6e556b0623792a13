from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import chromadb
from chromadb.client.client import Client
from chromadb.client.default_settings import DefaultSettings, database_name, settings_of_environment
from chromadb.client.embedded import database_options
from chromadb.client.setting_defaults import RENAMED, SETTING_NAMES
from chromadb.client.settings import Settings


@pytest.fixture(autouse=True)
def _empty_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in SETTING_NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


_MADE: list[tuple[DefaultSettings, Callable[[], Settings]]] = [
    (DefaultSettings(), Settings),
    (DefaultSettings("here"), lambda: Settings(is_persistent=True, persist_directory="here")),
]


@pytest.mark.parametrize(("defaults", "made"), _MADE)
def test_they_mean_what_settings_without_arguments_do(defaults: DefaultSettings, made: Callable[[], Settings]) -> None:
    assert defaults.complete() == made()
    assert database_options(defaults) == database_options(made())
    assert database_name(defaults) == database_name(made())


def test_every_name_that_settings_read_is_looked_for() -> None:
    assert {*Settings.model_fields, *RENAMED} == SETTING_NAMES


@pytest.mark.parametrize("name", ["allow_reset", "Allow_Reset", "ALLOW_RESET"])
def test_what_the_environment_says_counts(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert settings_of_environment() == DefaultSettings()
    monkeypatch.setenv(name, "true")
    assert settings_of_environment() == Settings(allow_reset=True)
    with chromadb.PersistentClient("here") as client:
        assert client.reset()


def test_what_the_file_says_counts() -> None:
    Path(".env").write_text("OTHER=1\n")
    assert settings_of_environment() == DefaultSettings()
    Path(".env").write_text("OTHER=1\nAllow_Reset=true\n")
    assert settings_of_environment() == Settings(allow_reset=True)


@pytest.mark.parametrize(("text", "is_on"), [("False", False), ("true", True), ("0", False)])
def test_that_there_is_no_telemetry_is_heard_without_loading_settings(
    monkeypatch: pytest.MonkeyPatch, text: str, is_on: bool
) -> None:
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", text)
    assert settings_of_environment() == DefaultSettings(anonymized_telemetry=is_on)
    with chromadb.PersistentClient("here") as client:
        assert client.get_settings() == Settings(is_persistent=True, persist_directory="here")
        assert client.get_settings().anonymized_telemetry is is_on


def test_what_says_neither_yes_nor_no_to_telemetry_is_refused_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "perhaps")
    with pytest.raises(ValueError, match="anonymized_telemetry"):
        chromadb.PersistentClient("here")


def test_old_names_in_the_environment_are_refused_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_DB_IMPL", "duckdb")
    with pytest.raises(ValueError, match="PersistentClient"):
        chromadb.PersistentClient("here")


def test_clients_that_were_given_the_defaults_and_that_were_given_none_agree() -> None:
    with chromadb.PersistentClient("here") as first, chromadb.PersistentClient("here", Settings()) as second:
        assert first.get_settings() is second.get_settings()
        with pytest.raises(ValueError, match="different settings"):
            chromadb.PersistentClient("here", Settings(allow_reset=True))


def test_what_is_changed_in_the_settings_of_a_client_stays() -> None:
    with chromadb.PersistentClient("here") as client:
        client.get_settings().allow_reset = True
        assert client.get_settings() == Settings(is_persistent=True, persist_directory="here", allow_reset=True)
        with pytest.raises(ValueError, match="different settings"):
            chromadb.PersistentClient("here")


def test_a_client_made_by_its_class_reads_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IS_PERSISTENT", "1")
    monkeypatch.setenv("PERSIST_DIRECTORY", "there")
    with Client():
        assert Path("there", "chroma.sqlite3").is_file()
