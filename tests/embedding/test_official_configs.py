"""Functions describe themselves as those of the official package do, so that either brings back what the other stored.

The descriptions were recorded by `record_configs`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chromadb.utils import embedding_functions as functions

from . import local_packages
from .record_configs import ARGUMENTS

_RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "official_configs.json").read_text("utf-8"))

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(autouse=True)
def _packages_and_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    local_packages.install(monkeypatch)
    for recorded in _RECORDED.values():
        variable = recorded["config"].get("api_key_env_var")
        if variable is not None:
            monkeypatch.setenv(variable, "a key")
            preferred = variable.removeprefix("CHROMA_")
            if preferred not in (variable, "API_KEY"):
                monkeypatch.delenv(preferred, raising=False)


def described(name: str) -> dict[str, Any]:
    """Return what was recorded, without the one member that the official package stores and its own schema refuses."""
    config = dict(_RECORDED[name]["config"])
    if name == "perplexity":
        assert config.pop("dimensions") is None
    return config


def known(name: str) -> Any:
    every = {**functions.known_embedding_functions, **functions.sparse_known_embedding_functions}
    return every[name]


@pytest.mark.parametrize("name", sorted(_RECORDED))
def test_a_function_describes_itself_as_the_official_one(name: str) -> None:
    recorded, arguments = _RECORDED[name], dict(ARGUMENTS[name])
    function = known(name)(**arguments)
    assert function.get_config() == described(name)
    if "spaces" in recorded:
        assert function.default_space() == recorded["default_space"]
        assert sorted(function.supported_spaces()) == sorted(recorded["spaces"])


@pytest.mark.parametrize("name", sorted(_RECORDED))
def test_a_function_is_brought_back_from_what_the_official_one_stored(name: str) -> None:
    config = _RECORDED[name]["config"]
    known(name).validate_config(config)
    assert known(name).build_from_config(config).get_config() == described(name)


def test_every_function_that_can_be_recorded_is() -> None:
    elsewhere = {"amazon_bedrock", "chroma_langchain", "google_genai", "open_clip"}
    every = {**functions.known_embedding_functions, **functions.sparse_known_embedding_functions}
    # Other tests register functions of their own.
    ours = {name for name, made in every.items() if made.__module__.startswith("chromadb.")}
    assert ours - elsewhere == set(_RECORDED)
