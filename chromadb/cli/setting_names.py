"""Names that are no keys of ours: other names of keys, older ones, keys of other servers, other programs' variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

PREFIX = "CHROMA_"

_ALIKE = 0.85
"""How alike two names are of which one may be meant for the other; 1: the same."""

OTHER_NAMES: Mapping[str, str] = {
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "open_telemetry.endpoint",
    "CHROMA_OTEL_COLLECTION_HEADERS": "open_telemetry.headers",
    "CHROMA_OTEL_EXPORTER_ENDPOINT": "open_telemetry.endpoint",
    "CHROMA_OTEL_EXPORTER_HEADERS": "open_telemetry.headers",
    "CHROMA_OTEL_GRANULARITY": "open_telemetry.granularity",
    "CHROMA_OTEL_SERVICE_NAME": "open_telemetry.service_name",
    "FGA_API_URL": "openfga.api_url",
    "FGA_STORE_ID": "openfga.store_id",
    "FGA_MODEL_ID": "openfga.model_id",
    "FGA_CONFIG_FILE": "openfga.config_file",
}
"""Variables whose names are not made from their keys; those that are win."""

_ONE_CLASS = "CHROMA_SERVER_AUTHN_PROVIDER names the one class that does both"
_LOG = "use CHROMA_LOG_LEVEL, CHROMA_LOG_FORMAT and CHROMA_LOG_PATH"
_PUBLIC = "what needs no credentials is fixed: health, version, pre-flight checks and the description"

REFUSED: Mapping[str, str] = {
    "PERSIST_DIRECTORY": "use CHROMA_PERSIST_PATH",
    "ALLOW_RESET": "use CHROMA_ALLOW_RESET",
    "MIGRATIONS": "use CHROMA_SQLITEDB__MIGRATION_MODE",
    "MIGRATIONS_HASH_ALGORITHM": "use CHROMA_SQLITEDB__HASH_TYPE",
    "CHROMA_HOST_ADDR": "use CHROMA_LISTEN_ADDRESS",
    "CHROMA_HOST_PORT": "use CHROMA_PORT",
    "CHROMA_SERVER_HOST": "use CHROMA_LISTEN_ADDRESS",
    "CHROMA_SERVER_HTTP_PORT": "use CHROMA_PORT",
    "CHROMA_SERVER_CORS_ALLOW_ORIGINS": "use CHROMA_CORS_ALLOW_ORIGINS",
    "CHROMA_SERVER_THREAD_POOL_SIZE": "use CHROMA_THREADS",
    "CHROMA_TIMEOUT_KEEP_ALIVE": "idle connections stay open, and a proxy in front may close them",
    "CHROMA_LOG_CONFIG": _LOG,
    "CHROMA_SERVER_LOG_CONFIG": _LOG,
    "CHROMA_SERVER_AUTH_PROVIDER": "use CHROMA_SERVER_AUTHN_PROVIDER",
    "CHROMA_SERVER_AUTH_CREDENTIALS": "use CHROMA_SERVER_AUTHN_CREDENTIALS",
    "CHROMA_SERVER_AUTH_CREDENTIALS_FILE": "use CHROMA_SERVER_AUTHN_CREDENTIALS_FILE",
    "CHROMA_SERVER_AUTH_CREDENTIALS_PROVIDER": _ONE_CLASS,
    "CHROMA_SERVER_AUTH_CONFIGURATION_PROVIDER": _ONE_CLASS,
    "CHROMA_SERVER_AUTH_CONFIGURATION_FILE": "use CHROMA_SERVER_AUTHN_CREDENTIALS_FILE",
    "CHROMA_SERVER_AUTH_TOKEN_TRANSPORT_HEADER": "use CHROMA_AUTH_TOKEN_TRANSPORT_HEADER",
    "CHROMA_SERVER_AUTH_IGNORE_PATHS": _PUBLIC,
    "CHROMA_SERVER_AUTHZ_IGNORE_PATHS": _PUBLIC,
    "CHROMA_SERVER_AUTHZ_CONFIG_PROVIDER": "CHROMA_SERVER_AUTHZ_PROVIDER names the one class that does both",
}
"""Names of releases before 1.0 that nothing here reads: what takes their place."""

_DISTRIBUTED = "it is for deployments of many nodes, and this server is one; leave it out"

REFUSED_KEYS: Mapping[str, str] = {
    "segment_manager.hnsw_index_pool_cache_config": (
        "indexes are kept while their memory allows; use segment_cache_policy: LRU and memory_limit_bytes"
    ),
    "min_records_for_invocation": "this server runs no functions over collections; leave it out",
    **dict.fromkeys(
        (
            "collections_with_segments_provider",
            "mcmr_sysdb",
            "tenants_to_migrate_immediately",
            "tenants_to_migrate_immediately_threshold",
            "tenants_with_quantization_enabled",
            "tenants_with_maxscore_enabled",
            "tenants_with_token_bitmap_fts_enabled",
            "tenants_with_transactions_enabled",
        ),
        _DISTRIBUTED,
    ),
}
"""Keys of Chroma's own servers that nothing here reads: what to do instead."""

_WITHOUT_EFFECT = {
    "ROOT_LOG_LEVEL": "CHROMA_LOG_LEVEL sets the level of the log",
    "UVICORN_LOG_LEVEL_UVICORN": "CHROMA_LOG_LEVEL sets the level of the log",
    "RUST_LOG": "CHROMA_LOG_LEVEL sets the level of the log",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "metrics are not sent; CHROMA_METRICS=true serves them at /metrics",
    "OTEL_METRIC_EXPORT_INTERVAL": "metrics are not sent; CHROMA_METRICS=true serves them at /metrics",
    "CHROMA_OVERWRITE_SINGLETON_TENANT_DATABASE_ACCESS_FROM_AUTH": "clients read it, from their own environment",
    "CHROMA_QUOTA_PROVIDER_IMPL": "the section limits says what each tenant may do",
    "CHROMA_RATE_LIMITING_PROVIDER_IMPL": "the section limits says what each tenant may do",
    **dict.fromkeys(
        (
            "CHROMA_SYSDB_IMPL",
            "CHROMA_PRODUCER_IMPL",
            "CHROMA_CONSUMER_IMPL",
            "CHROMA_SEGMENT_MANAGER_IMPL",
            "CHROMA_SEGMENT_DIRECTORY_IMPL",
            "CHROMA_MEMBERLIST_PROVIDER_IMPL",
            "WORKER_MEMBERLIST_NAME",
            "CHROMA_COORDINATOR_HOST",
            "CHROMA_SERVER_GRPC_PORT",
            "CHROMA_LOGSERVICE_HOST",
            "CHROMA_LOGSERVICE_PORT",
        ),
        "its parts are chosen for it, and it is one node",
    ),
}
"""Documented names that this server has no use for: what to know instead."""

_OF_OTHER_PROGRAMS = re.compile(
    r"CHROMA_(TENANT|DATABASE|HOST|CLI|VERSION|DOMAIN|ENDPOINT|EMBED_URL|API_IMPL"
    r"|(PRODUCT_)?TELEMETRY_IMPL|CLIENT_\w+|HTTP_\w+|\w*API_KEY|SERVER_(SSL_\w+|HEADERS|API_DEFAULT_PATH)"
    # What Kubernetes tells every container about services whose names begin with "chroma".
    r"|(\w+_)?SERVICE_(HOST|PORT\w*)|(\w+_)?PORT_\d+_(TCP|UDP)\w*)"
)
"""Variables of clients, of embedding functions and of what runs a server."""


def is_of_a_service(name: str, value: str) -> bool:
    """Return whether a variable says where a service of Kubernetes is, which may be named like a port of ours."""
    return name.endswith("_PORT") and value.startswith(("tcp://", "udp://"))


def remarks_on(environment: Mapping[str, str], names_of_keys: Iterable[str]) -> list[str]:
    """Return a sentence for each variable that its name suggests is for this server, which does not read it.

    names_of_keys: those that it does read.
    """
    known = {*names_of_keys, *OTHER_NAMES}
    remarks = []
    for name in sorted(environment):
        if not environment[name] or name in known or is_of_a_service(name, environment[name]):
            continue
        if name in _WITHOUT_EFFECT:
            remarks.append(f"{name} in the environment has no effect on a server: {_WITHOUT_EFFECT[name]}")
        elif name.startswith(PREFIX) and not _OF_OTHER_PROGRAMS.fullmatch(name):
            alike = get_close_matches(name, known, n=1, cutoff=_ALIKE)
            question = f"; is it {alike[0]} that is meant?" if alike else ""
            remarks.append(f"{name} in the environment is no setting of a server and has no effect{question}")
    return remarks
