"""Settings of a server from a YAML file and from the environment, checked key by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from chromadb.auth.options import AuthOptions
from chromadb.cli import setting_values as kinds
from chromadb.server.configuration import ServerConfiguration, TlsConfiguration
from chromadb.server.operation.limits import LimitOptions, TenantLimits
from chromadb.telemetry.options import OpenTelemetryGranularity, TracingOptions

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


_AUTH = {name.removeprefix("chroma_").replace("fga_", "openfga."): name for name in AuthOptions.__dataclass_fields__}
"""Keys of authentication and authorisation: the member of AuthOptions that each sets."""

_SECRET = ("server_authn_credentials", "server_authz_config", "open_telemetry.headers")
"""Keys whose values no message shows."""

_OTHER_NAMES = {
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "open_telemetry.endpoint",
    "CHROMA_OTEL_COLLECTION_HEADERS": "open_telemetry.headers",
    "CHROMA_OTEL_EXPORTER_ENDPOINT": "open_telemetry.endpoint",
    "CHROMA_OTEL_EXPORTER_HEADERS": "open_telemetry.headers",
    "CHROMA_OTEL_GRANULARITY": "open_telemetry.granularity",
    "CHROMA_OTEL_SERVICE_NAME": "open_telemetry.service_name",
    **{name.upper(): key for key, name in _AUTH.items() if name.startswith("fga_")},
}
"""Variables whose names are not made from their keys; those that are win."""

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "port": kinds.integer(0, 65535),
    "listen_address": kinds.text,
    "max_payload_size_bytes": kinds.integer(1),
    "cors_allow_origins": kinds.origins,
    "persist_path": kinds.path,
    "sqlite_filename": kinds.one_of("chroma.sqlite3"),
    "allow_reset": kinds.flag,
    "log_path": kinds.path,
    "workers": kinds.integer(1, 256),
    "threads": kinds.integer(1, 1024),
    "body_timeout_seconds": kinds.number,
    "sqlitedb.hash_type": kinds.one_of("md5", "sha256"),
    "sqlitedb.migration_mode": kinds.one_of("apply", "validate"),
    "circuit_breaker.requests": kinds.integer(0),
    "log_format": kinds.one_of("text", "json"),
    "log_level": kinds.level,
    "access_log": kinds.flag,
    "metrics": kinds.flag,
    "open_telemetry.endpoint": kinds.endpoint,
    "open_telemetry.service_name": kinds.text,
    "open_telemetry.protocol": kinds.one_of("grpc", "http/protobuf"),
    "open_telemetry.headers": kinds.http_headers,
    "open_telemetry.granularity": kinds.one_of(*(level.value for level in OpenTelemetryGranularity)),
    "open_telemetry.filters": kinds.filters,
    **{f"limits.{name}": reader for name, reader in kinds.LIMITS.items()},
    "limits.tenants": kinds.tenants,
    "scorecard_enabled": kinds.flag,
    "scorecard": kinds.scorecard,
    "tls.certificate": kinds.file,
    "tls.key": kinds.file,
    "tls.client_ca": kinds.file,
    **dict.fromkeys(_AUTH, kinds.text),
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
    changes: dict[str, Any] = {
        _FIELDS.get(key, key): value for key, value in values.items() if "." not in key or key in _FIELDS
    }
    if auth:
        changes["auth"] = replace(base.auth, **auth)
    changes["tracing"] = _tracing(_section("open_telemetry", values))
    changes["limits"] = _limits(_section("limits", values))
    if not changes.pop("scorecard_enabled", False):
        changes.pop("scorecard", None)
    changes.pop("sqlite_filename", None)
    certificate, key_file = values.get("tls.certificate"), values.get("tls.key")
    if (certificate is None) != (key_file is None) or (certificate is None and "tls.client_ca" in values):
        raise SettingError("tls.certificate and tls.key belong together; give both")
    if certificate is not None and key_file is not None:
        changes["tls"] = TlsConfiguration(certificate, key_file, values.get("tls.client_ca"))
    return replace(base, **changes)


def _section(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{name}.")}


def _limits(section: Mapping[str, Any]) -> LimitOptions:
    own = section.get("tenants", {})
    general = TenantLimits(**{key: value for key, value in section.items() if key != "tenants"})
    for limits in (general, *(one.over(general) for one in own.values())):
        if limits.burst is not None and limits.requests_per_second is None:
            raise SettingError("limits.burst limits nothing without limits.requests_per_second; give both")
    return LimitOptions(general, own)


def _tracing(section: Mapping[str, Any]) -> TracingOptions | None:
    """Return where spans are sent; None without an endpoint, or when nothing is to be traced."""
    given = {"granularity": section.get("filters", OpenTelemetryGranularity.ALL), **section}
    given.pop("filters", None)
    given["granularity"] = OpenTelemetryGranularity(given["granularity"])
    if "endpoint" not in given or given["granularity"] is OpenTelemetryGranularity.NONE:
        return None
    return TracingOptions(**given)


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
        # The error itself quotes the line, which may hold a secret.
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f" (line {mark.line + 1}, column {mark.column + 1})"
        raise SettingError(f"{file} is not YAML{place}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingError(f"{file} holds a {type(content).__name__}; expected keys with values")
    return dict(_flattened(content, str(file)))


def _flattened(content: Mapping[Any, Any], source: str) -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if key in _SECTIONS:
            if not isinstance(value, dict):
                raise SettingError(
                    f"{key} in {source}: a {type(value).__name__} is not accepted; expected keys with values"
                )
            for inner, inner_value in value.items():
                yield _known(f"{key}.{inner}", source), inner_value
        else:
            yield _known(str(key), source), value


def _known(key: str, source: str) -> str:
    if key not in _READERS:
        raise SettingError(f"{key} in {source} is not a known setting; known are {', '.join(sorted(_READERS))}")
    return key


def _of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings among the variables; those of no key and no section are none of the server's business."""
    for name, instead in _LEGACY.items():
        if environment.get(name):
            raise SettingError(f"{name} in the environment is of releases before 1.0; {instead}")
    found: dict[str, Any] = {}
    for name, key in _OTHER_NAMES.items():
        if environment.get(name):
            found[key] = _of_variable(name, key, environment[name])
    for name, text in environment.items():
        if not text or not name.startswith(_PREFIX):
            continue
        key = name.removeprefix(_PREFIX).lower().replace("__", ".")
        section, dot, _ = key.partition(".")
        if key in _READERS or (dot and section in _SECTIONS):
            known = _known(key, f"the environment ({name})")
            found[known] = _of_variable(name, known, text)
    return found


def _of_variable(name: str, key: str, text: str) -> Any:
    if _READERS[key] in (kinds.text, kinds.path, kinds.file):
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        shown = "the value" if key in _SECRET else repr(text)
        raise SettingError(f"{name} in the environment: {shown} is not a YAML value") from None
