"""Every setting with its type and default: what ``Settings`` is made of, and what counts where nobody sets anything."""

from __future__ import annotations

from enum import Enum
from typing import Literal


class APIVersion(str, Enum):
    """Path under which a server answers."""

    V1 = "/api/v1"
    V2 = "/api/v2"


class RoutingMode(Enum):
    """How a cluster assigns work to nodes."""

    NODE = "node"
    ID = "id"


_NO_HEADERS: dict[str, str] = {}
_NO_ORIGINS: list[str] = []
_IGNORED_PATHS = {
    "/api/v2": ["GET"],
    "/api/v2/heartbeat": ["GET"],
    "/api/v2/version": ["GET"],
    "/api/v1": ["GET"],
    "/api/v1/heartbeat": ["GET"],
    "/api/v1/version": ["GET"],
}


class SettingDefaults:
    """Every setting that Chroma 1.5 knows, under the same name and with the same default, and a few more.

    The groups below say who reads a setting.
    """

    # Every client: which kind it is ("chromadb.api.rust.RustBindingsAPI" runs the database in this
    # process, "chromadb.api.fastapi.FastAPI" talks to a server).
    chroma_api_impl: str = "chromadb.api.rust.RustBindingsAPI"

    # A database in this process: where it is, and whether reset() may empty it.
    is_persistent: bool = False
    persist_directory: str = "./chroma"
    allow_reset: bool = False
    migrations: Literal["none", "validate", "apply"] = "apply"
    migrations_hash_algorithm: Literal["md5", "sha256"] = "md5"

    # The same: "LRU" drops the indexes that were not used for longest once all take more than the limit (0: none).
    chroma_segment_cache_policy: str | None = None
    chroma_memory_limit_bytes: int = 0

    # A client of a server.
    chroma_server_host: str | None = None
    chroma_server_http_port: int | None = None
    chroma_server_headers: dict[str, str] | None = None
    chroma_server_ssl_enabled: bool | None = False
    chroma_server_ssl_verify: bool | str | None = None
    chroma_client_ssl_certfile: str | None = None
    chroma_client_ssl_keyfile: str | None = None
    chroma_server_api_default_path: APIVersion | None = APIVersion.V2
    chroma_http_keepalive_secs: float | None = 40.0
    chroma_http_max_connections: int | None = None
    chroma_http_max_keepalive_connections: int | None = None
    chroma_http_timeout_secs: float | None = None
    chroma_auth_token_transport_header: str | None = None
    chroma_client_auth_provider: str | None = None
    chroma_client_auth_credentials: str | None = None
    chroma_overwrite_singleton_tenant_database_access_from_auth: bool = False

    # The same: whose calls are spans for a receiver of OTLP, unless the granularity is none.
    chroma_otel_collection_endpoint: str | None = ""
    chroma_otel_service_name: str | None = "chromadb"
    chroma_otel_collection_headers: dict[str, str] = _NO_HEADERS
    chroma_otel_granularity: str | None = None

    # A server of releases before 1.0; ours reads variables and keys of its own.
    chroma_server_nofile: int | None = None
    chroma_server_thread_pool_size: int = 40
    chroma_server_cors_allow_origins: list[str] = _NO_ORIGINS
    chroma_server_auth_ignore_paths: dict[str, list[str]] = _IGNORED_PATHS
    chroma_server_authn_provider: str | None = None
    chroma_server_authn_credentials: str | None = None
    chroma_server_authn_credentials_file: str | None = None
    chroma_server_authz_provider: str | None = None
    chroma_server_authz_config: str | None = None
    chroma_server_authz_config_file: str | None = None

    # Kept for compatibility: read back as set, without effect. Nothing is ever reported home, and the parts that
    # the names of classes below would choose have no counterpart here.
    environment: str = ""
    tenant_id: str = "default"
    topic_namespace: str = "default"
    chroma_product_telemetry_impl: str = "chromadb.telemetry.product.posthog.Posthog"
    chroma_telemetry_impl: str = "chromadb.telemetry.product.posthog.Posthog"
    anonymized_telemetry: bool = True
    chroma_segment_directory_impl: str = (
        "chromadb.segment.impl.distributed.segment_directory.RendezvousHashSegmentDirectory"
    )
    chroma_segment_directory_routing_mode: RoutingMode = RoutingMode.ID
    chroma_memberlist_provider_impl: str = (
        "chromadb.segment.impl.distributed.segment_directory.CustomResourceMemberlistProvider"
    )
    worker_memberlist_name: str = "query-service-memberlist"
    chroma_coordinator_host: str = "localhost"
    chroma_server_grpc_port: int | None = None
    chroma_sysdb_impl: str = "chromadb.db.impl.sqlite.SqliteDB"
    chroma_producer_impl: str = "chromadb.db.impl.sqlite.SqliteDB"
    chroma_consumer_impl: str = "chromadb.db.impl.sqlite.SqliteDB"
    chroma_segment_manager_impl: str = "chromadb.segment.impl.manager.local.LocalSegmentManager"
    chroma_executor_impl: str = "chromadb.execution.executor.local.LocalExecutor"
    chroma_query_replication_factor: int = 2
    chroma_logservice_host: str = "localhost"
    chroma_logservice_port: int = 50052
    chroma_quota_provider_impl: str | None = None
    chroma_rate_limiting_provider_impl: str | None = None
    chroma_quota_enforcer_impl: str = "chromadb.quota.simple_quota_enforcer.SimpleQuotaEnforcer"
    chroma_rate_limit_enforcer_impl: str = "chromadb.rate_limit.simple_rate_limit.SimpleRateLimitEnforcer"
    chroma_async_rate_limit_enforcer_impl: str = "chromadb.rate_limit.simple_rate_limit.SimpleAsyncRateLimitEnforcer"
    chroma_logservice_request_timeout_seconds: int = 3
    chroma_sysdb_request_timeout_seconds: int = 3
    chroma_query_request_timeout_seconds: int = 60
    chroma_collection_assignment_policy_impl: str = "chromadb.ingest.impl.simple_policy.SimpleAssignmentPolicy"

    # Before Chroma 0.4 this chose the storage; whoever still sets it has data that this release cannot read.
    chroma_db_impl: str | None = None


RENAMED = {
    "chroma_client_auth_credentials_file": "chroma_client_auth_credentials",
    "chroma_client_auth_token_transport_header": "chroma_auth_token_transport_header",
}
"""Names of releases before 0.5 under which credentials would silently not be sent: which ones to use."""

SETTING_NAMES = frozenset({*SettingDefaults.__annotations__, *RENAMED})
"""What is looked for in the environment and in a ``.env`` file."""
