"""Settings of a server from a YAML file and from the environment, checked key by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from chromadb.auth.options import AuthOptions
from chromadb.cli import setting_values as kinds
from chromadb.cli.setting_names import OTHER_NAMES, PREFIX, REFUSED, REFUSED_KEYS, is_of_a_service, remarks_on
from chromadb.server.configuration import ServerConfiguration, TlsConfiguration
from chromadb.server.operation.limits import LimitOptions, TenantLimits
from chromadb.telemetry.options import OpenTelemetryGranularity, TracingOptions


class SettingError(Exception):
    """A setting that is unknown or has a value that is not accepted; the text names it."""


_AUTH = {name.removeprefix("chroma_").replace("fga_", "openfga."): name for name in AuthOptions.__dataclass_fields__}
"""Keys of authentication and authorisation: the member of AuthOptions that each sets."""

_SECRET = ("server_authn_credentials", "server_authz_config", "open_telemetry.headers")
"""Keys whose values no message shows."""

_TOPICS = {"log_topic_namespace": "default", "log_tenant": "default"}
_TENANTS = {"tenant_id": "default", "topic_namespace": "default"}
_AS_IT_IS: Mapping[str, Callable[[Any], Any]] = {
    "stdout_tracing": kinds.only(True, because="true: the log goes to the standard output, or to the file of log_path"),
    "default_knn_index": kinds.only(
        "hnsw", "Hnsw", because="hnsw; a collection of the other kind names spann in its own configuration"
    ),
    "enable_schema": kinds.only(True, because="true: every collection has a schema"),
    "enable_span_indexing": kinds.only(False, because="false: spans are not indexed"),
    "enable_transactions": kinds.only(False, because="false: this server has no conditional transactions"),
    "enable_log_scouting": kinds.only(False, because="false: this server is one node"),
    "region": kinds.only("", because="an empty text: nothing is metered"),
    "sysdb": kinds.only({"sqlite": _TOPICS}, because=f"{{sqlite: {_TOPICS}}}: this server is one node"),
    "log": kinds.only({"sqlite": _TENANTS}, because=f"{{sqlite: {_TENANTS}}}: this server is one node"),
    "executor": kinds.only("local", {"local": {}}, {"local": None}, because="local: this server is one node"),
}
"""Keys of Chroma's own servers that are accepted where they say how this one is anyway."""

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "port": kinds.integer(0, 65535),
    "listen_address": kinds.text,
    "max_payload_size_bytes": kinds.integer(1),
    "cors_allow_origins": kinds.origins,
    "persist_path": kinds.path,
    "sqlite_filename": kinds.one_of(kinds.DATABASE_FILE),
    "allow_reset": kinds.flag,
    "log_path": kinds.path,
    "workers": kinds.integer(1, 256),
    "threads": kinds.integer(1, 1024),
    "body_timeout_seconds": kinds.number,
    "sqlitedb.hash_type": kinds.one_of("md5", "sha256"),
    "sqlitedb.migration_mode": kinds.one_of("apply", "validate"),
    "sqlitedb.url": kinds.database_file,
    "segment_manager.persist_path": kinds.path,
    "segment_cache_policy": kinds.one_of("LRU"),
    "memory_limit_bytes": kinds.integer(0),
    "server_nofile": kinds.integer(1),
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
    **_AS_IT_IS,
}
"""Every key, nested ones with a period, and how its value is read; ValueError says what is accepted."""

_SECTIONS = {key.split(".")[0] for key in _READERS if "." in key}
_FIELDS = {
    "sqlitedb.hash_type": "hash_type",
    "sqlitedb.migration_mode": "migration_mode",
    "circuit_breaker.requests": "max_concurrent_requests",
    "server_nofile": "open_files",
}
_NEEDED = {"circuit_breaker": "requests", "open_telemetry": "endpoint"}
"""Sections of the file with the key without which they say nothing."""


def read_settings(
    file: Path | None, environment: Mapping[str, str], base: ServerConfiguration, given: Mapping[str, Any]
) -> ServerConfiguration:
    """Return the base with the settings of a file, then of the environment, then those given on the command line.

    Raises SettingError naming the key, and FileNotFoundError when there is no such file.
    """
    content = {} if file is None else _content(file)
    merged = {**dict(_flattened(content, str(file))), **_of_environment(environment), **given}
    values = {key: _read(key, value) for key, value in merged.items() if key not in _AS_IT_IS}
    for key in merged.keys() & _AS_IT_IS.keys():
        _read(key, merged[key])
    for section, needed in _NEEDED.items():
        if section in content and f"{section}.{needed}" not in values:
            raise SettingError(
                f"{section} in {file} has no {needed}, without which it does nothing; give {section}.{needed}"
            )
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
    if "persist_path" in given:
        values.pop("sqlitedb.url", None)
    changes |= _storage(changes, values, base)
    certificate, key_file = values.get("tls.certificate"), values.get("tls.key")
    if (certificate is None) != (key_file is None) or (certificate is None and "tls.client_ca" in values):
        raise SettingError("tls.certificate and tls.key belong together; give both")
    if certificate is not None and key_file is not None:
        changes["tls"] = TlsConfiguration(certificate, key_file, values.get("tls.client_ca"))
    return replace(base, **changes)


def _storage(changes: dict[str, Any], values: Mapping[str, Any], base: ServerConfiguration) -> dict[str, Any]:
    """Return where data is kept and how much memory it may take; raises SettingError for what does not agree."""
    directory = changes.get("persist_path", base.persist_path)
    if "sqlitedb.url" in values:
        directory = values["sqlitedb.url"].parent
    vectors = values.get("segment_manager.persist_path", directory)
    if vectors.absolute() != directory.absolute():
        raise SettingError(
            f"segment_manager.persist_path: {str(vectors)!r} is not accepted; vectors are kept beside the rest, in "
            f"{str(directory)!r}"
        )
    limit = changes.pop("memory_limit_bytes", 0)
    if bool(limit) != (changes.pop("segment_cache_policy", None) is not None):
        raise SettingError(
            "segment_cache_policy: LRU and memory_limit_bytes above 0 limit nothing without each other; give both"
        )
    return {"persist_path": directory, "memory_limit_bytes": limit or None}


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


def _content(file: Path) -> dict[Any, Any]:
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
    return content


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
    if key in REFUSED_KEYS:
        raise SettingError(f"{key} in {source} is not a setting of this server: {REFUSED_KEYS[key]}")
    if key not in _READERS:
        raise SettingError(f"{key} in {source} is not a known setting; known are {', '.join(sorted(_READERS))}")
    return key


def _of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings among the variables; ``remarks_on_environment`` speaks of the rest."""
    for name, instead in REFUSED.items():
        if environment.get(name):
            raise SettingError(f"{name} in the environment is of releases before 1.0; {instead}")
    if environment.get("IS_PERSISTENT", "").lower() in ("false", "f", "no", "n", "off", "0"):
        raise SettingError(
            f"IS_PERSISTENT in the environment: {environment['IS_PERSISTENT']!r} is not accepted; the server always "
            "keeps its data in persist_path"
        )
    found: dict[str, Any] = {}
    for name, key in OTHER_NAMES.items():
        if environment.get(name):
            found[key] = _of_variable(name, key, environment[name])
    for name, text in environment.items():
        if not text or not name.startswith(PREFIX) or is_of_a_service(name, text):
            continue
        key = name.removeprefix(PREFIX).lower().replace("__", ".")
        section, dot, _ = key.partition(".")
        if key in _READERS or (dot and section in _SECTIONS):
            known = _known(key, f"the environment ({name})")
            found[known] = _of_variable(name, known, text)
    return found


def remarks_on_environment(environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for each variable that looks like a setting of this server and is not one."""
    return remarks_on(environment, (PREFIX + key.upper().replace(".", "__") for key in _READERS))


def _of_variable(name: str, key: str, text: str) -> Any:
    if _READERS[key] in (kinds.text, kinds.path, kinds.file, kinds.database_file):
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        shown = "the value" if key in _SECRET else repr(text)
        raise SettingError(f"{name} in the environment: {shown} is not a YAML value") from None
