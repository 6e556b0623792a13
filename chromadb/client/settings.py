"""``Settings``: what configures a client, from keyword arguments, the environment and a ``.env`` file.

Environment variables have the names of the members, in any case. Arguments go before the environment, the
environment before ``.env`` in the working directory. Names that no member has are ignored, as a ``.env`` file
holds other programs' values too. Two clients of one store need equal settings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, field_validator

from chromadb.client.environment import SWITCHES, given_texts
from chromadb.client.http.address import without_credentials
from chromadb.client.setting_defaults import RENAMED, SettingDefaults

_SECRETS = (
    "chroma_server_headers", "chroma_client_auth_credentials", "chroma_otel_collection_headers",
    "chroma_server_authn_credentials", "chroma_server_authz_config",
)  # fmt: skip
"""What is not printed."""


class Settings(SettingDefaults, BaseModel):
    """Every setting that Chroma 1.5 knows, under the same name and with the same default, and a few more.

    ``SettingDefaults`` lists them. _env_file: another file than ``.env``, or None for no file.
    What is printed of it holds no password, token or header; ``model_dump()`` holds all.
    Raises ValidationError, a ValueError, for values of wrong types, ValueError for older names of credentials.
    """

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    def __init__(self, _env_file: str | Path | None = ".env", **values: Any) -> None:
        texts = given_texts(_env_file)
        types = {name: field.annotation for name, field in type(self).model_fields.items()}
        known = {**types, **{old: types[new] for old, new in RENAMED.items()}}
        given = {**{name: _read(texts[name], known[name]) for name in known if name in texts}, **values}
        for old, new in RENAMED.items():
            if given.get(old):
                raise ValueError(f"{old} is of releases before 0.5; use {new}, whose value is the text itself")
        super().__init__(**given)

    @field_validator("chroma_server_nofile", mode="before")
    @classmethod
    def _read_empty_as_none(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("chroma_server_ssl_verify", mode="before")
    @classmethod
    def _read_switch(cls, value: Any) -> Any:
        return SWITCHES.get(value.lower(), value or None) if isinstance(value, str) else value

    @field_validator("chroma_db_impl")
    @classmethod
    def _refuse_old_storage(cls, value: str | None) -> str | None:
        if value is not None:
            raise ValueError(
                f"chroma_db_impl={value!r} belongs to the way Chroma was configured before release 0.4. "
                "Remove it, and use chromadb.PersistentClient(path=...) to keep data on disk, "
                "chromadb.EphemeralClient() to keep it in memory, or chromadb.HttpClient(...) for a server. "
                "Data written by such a release must be exported with it and added again."
            )
        return value

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            if name in _SECRETS:
                continue
            is_url = name == "chroma_server_host" and isinstance(value, str)
            yield name, without_credentials(value) if is_url else value

    def require(self, key: str) -> Any:
        """Return a setting; raises ValueError when it is None, AttributeError for a name that none has."""
        value = self[key]
        if value is None:
            raise ValueError(f"Missing required config value '{key}'")
        return value

    def __getitem__(self, key: str) -> Any:
        """Return a setting by name; raises AttributeError for a name that no setting has."""
        if key not in type(self).model_fields:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{key}'")
        return getattr(self, key)


def _read(text: str, annotation: Any) -> Any:
    """Return what a text means for a member: lists and dicts are JSON; a text that is none is for the validation to
    refuse.
    """
    if not _is_structured(annotation):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_structured(annotation: Any) -> bool:
    return get_origin(annotation) in (list, dict) or any(map(_is_structured, get_args(annotation)))
