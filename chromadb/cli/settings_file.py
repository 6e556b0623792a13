"""Settings of a server from a YAML file and from the environment, checked key by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from chromadb.auth.options import AuthOptions
from chromadb.server.configuration import ServerConfiguration, TlsConfiguration

_PREFIX = "CHROMA_"
_LEGACY = {
    "IS_PERSISTENT": "the server always keeps its data in persist_path",
    "PERSIST_DIRECTORY": "use CHROMA_PERSIST_PATH",
    "ALLOW_RESET": "use CHROMA_ALLOW_RESET",
    "CHROMA_HOST_ADDR": "use CHROMA_LISTEN_ADDRESS",
    "CHROMA_HOST_PORT": "use CHROMA_PORT",
    "CHROMA_SERVER_HOST": "use CHROMA_LISTEN_ADDRESS",
    "CHROMA_SERVER_HTTP_PORT": "use CHROMA_PORT",
    "CHROMA_SERVER_CORS_ALLOW_ORIGINS": "use CHROMA_CORS_ALLOW_ORIGINS",
    "CHROMA_SERVER_AUTH_PROVIDER": "use CHROMA_SERVER_AUTHN_PROVIDER",
    "CHROMA_SERVER_AUTH_CREDENTIALS": "use CHROMA_SERVER_AUTHN_CREDENTIALS",
    "CHROMA_SERVER_AUTH_CREDENTIALS_FILE": "use CHROMA_SERVER_AUTHN_CREDENTIALS_FILE",
    "CHROMA_SERVER_AUTH_CREDENTIALS_PROVIDER": "CHROMA_SERVER_AUTHN_PROVIDER names the one class that does both",
    "CHROMA_SERVER_AUTH_CONFIGURATION_PROVIDER": "CHROMA_SERVER_AUTHN_PROVIDER names the one class that does both",
    "CHROMA_SERVER_AUTH_TOKEN_TRANSPORT_HEADER": "use CHROMA_AUTH_TOKEN_TRANSPORT_HEADER",
    "CHROMA_SERVER_AUTHZ_CONFIG_PROVIDER": "CHROMA_SERVER_AUTHZ_PROVIDER names the one class that does both",
}
"""Names of releases before 1.0 that nothing here reads: what takes their place."""


class SettingError(Exception):
    """A setting that is unknown or has a value that is not accepted; the text names it."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text that is not empty")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _integer(least: int, most: int | None = None) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= least
        if not fits or (most is not None and value > most):
            raise ValueError(f"a whole number from {least}" + ("" if most is None else f" to {most}"))
        return int(value)

    return read


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise ValueError("a number above 0")
    return float(value)


def _origins(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('a list of origins, such as ["https://example.org"] or ["*"]')
    return tuple(value)


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(" or ".join(choices))
        return str(value)

    return read


def _path(value: Any) -> Path:
    return Path(_text(value))


def _file(value: Any) -> Path:
    path = _path(value)
    if not path.is_file():
        raise ValueError("the path of a file that exists")
    return path


_AUTH = {name.removeprefix("chroma_").replace("fga_", "openfga."): name for name in AuthOptions.__dataclass_fields__}
"""Keys of authentication and authorisation: the member of AuthOptions that each sets."""

_SECRET = ("server_authn_credentials", "server_authz_config")
"""Keys whose values no message shows."""

_OTHER_NAMES = {name.upper(): key for key, name in _AUTH.items() if name.startswith("fga_")}
"""Variables whose names are not made from their keys."""

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "port": _integer(0, 65535),
    "listen_address": _text,
    "max_payload_size_bytes": _integer(1),
    "cors_allow_origins": _origins,
    "persist_path": _path,
    "sqlite_filename": _one_of("chroma.sqlite3"),
    "allow_reset": _flag,
    "log_path": _path,
    "workers": _integer(1, 256),
    "threads": _integer(1, 1024),
    "body_timeout_seconds": _number,
    "sqlitedb.hash_type": _one_of("md5", "sha256"),
    "sqlitedb.migration_mode": _one_of("apply", "validate"),
    "circuit_breaker.requests": _integer(0),
    "tls.certificate": _file,
    "tls.key": _file,
    "tls.client_ca": _file,
    **dict.fromkeys(_AUTH, _text),
}
"""Every key, nested ones with a period, and how its value is read; ValueError says what is accepted."""

_SECTIONS = {key.split(".")[0] for key in _READERS if "." in key}
_FIELDS = {
    "sqlitedb.hash_type": "hash_type",
    "sqlitedb.migration_mode": "migration_mode",
    "circuit_breaker.requests": "max_concurrent_requests",
}


def read_settings(
    file: Path | None, environment: Mapping[str, str], base: ServerConfiguration, given: Mapping[str, Any]
) -> ServerConfiguration:
    """Return the base with the settings of a file, then of the environment, then those given on the command line.

    Raises SettingError naming the key, and FileNotFoundError when there is no such file.
    """
    from_file = {} if file is None else _of_file(file)
    merged = {**from_file, **_of_environment(environment), **given}
    values = {key: _read(key, value) for key, value in merged.items()}
    auth = {_AUTH[key]: values.pop(key) for key in list(values) if key in _AUTH}
    changes: dict[str, Any] = {_FIELDS.get(key, key): value for key, value in values.items() if "tls." not in key}
    if auth:
        changes["auth"] = replace(base.auth, **auth)
    changes.pop("sqlite_filename", None)
    certificate, key_file = values.get("tls.certificate"), values.get("tls.key")
    if (certificate is None) != (key_file is None) or (certificate is None and "tls.client_ca" in values):
        raise SettingError("tls.certificate and tls.key belong together; give both")
    if certificate is not None and key_file is not None:
        changes["tls"] = TlsConfiguration(certificate, key_file, values.get("tls.client_ca"))
    return replace(base, **changes)


def _read(key: str, value: Any) -> Any:
    try:
        return _READERS[key](value)
    except ValueError as error:
        shown = "the value" if key in _SECRET else repr(value)
        raise SettingError(f"{key}: {shown} is not accepted; expected {error}") from None


def _of_file(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingError(f"{file} is not YAML: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingError(f"{file} holds a {type(content).__name__}; expected keys with values")
    return dict(_flattened(content, str(file)))


def _flattened(content: Mapping[Any, Any], source: str) -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if key in _SECTIONS:
            if not isinstance(value, dict):
                raise SettingError(f"{key} in {source}: {value!r} is not accepted; expected keys with values")
            for inner, inner_value in value.items():
                yield _known(f"{key}.{inner}", source), inner_value
        else:
            yield _known(str(key), source), value


def _known(key: str, source: str) -> str:
    if key not in _READERS:
        raise SettingError(f"{key} in {source} is not a known setting; known are {', '.join(sorted(_READERS))}")
    return key


def _of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings among the variables; other variables are none of the server's business."""
    for name, instead in _LEGACY.items():
        if environment.get(name):
            raise SettingError(f"{name} in the environment is of releases before 1.0; {instead}")
    found = {}
    for name, text in environment.items():
        key = _OTHER_NAMES.get(name) or name.removeprefix(_PREFIX).lower().replace("__", ".")
        if not text or key not in _READERS or not (name.startswith(_PREFIX) or name in _OTHER_NAMES):
            continue
        if key in _AUTH:
            found[key] = text
        else:
            try:
                found[key] = yaml.safe_load(text)
            except yaml.YAMLError:
                raise SettingError(f"{name} in the environment: {text!r} is not a YAML value") from None
    return found
