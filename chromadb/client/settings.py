"""``Settings``: what configures a client, from keyword arguments, the environment and a ``.env`` file.

Environment variables have the names of the members, in any case. Arguments go before the environment, the
environment before ``.env`` in the working directory. Names that no member has are ignored, as a ``.env`` file
holds other programs' values too. Two clients of one store need equal settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from chromadb.client.environment import values_from_environment
from chromadb.client.http.address import without_credentials


class APIVersion(str, Enum):
    """Path under which a server answers."""

    V1 = "/api/v1"
    V2 = "/api/v2"


class RoutingMode(Enum):
    """How a cluster assigns work to nodes."""

    NODE = "node"
    ID = "id"


_RENAMED = {
    "chroma_client_auth_credentials_file": "chroma_client_auth_credentials",
    "chroma_client_auth_token_transport_header": "chroma_auth_token_transport_header",
}
"""Names of releases before 0.5 under which credentials would silently not be sent: which ones to use."""


_SWITCHES = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
"""What environment and files say for yes and no."""


class Settings(BaseModel):
    """Every setting that Chroma 1.5 knows, under the same name and with the same default, and a few more.

    The groups below say who reads a setting. _env_file: another file than ``.env``, or None for no file.
    What is printed of it holds no password, token or header; ``model_dump()`` holds all.
    Raises ValidationError, a ValueError, for values of wrong types, ValueError for older names of credentials.
    """

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

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
    chroma_server_headers: dict[str, str] | None = Field(default=None, repr=False)
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
    chroma_client_auth_credentials: str | None = Field(default=None, repr=False)
    chroma_overwrite_singleton_tenant_database_access_from_auth: bool = False

    # The same: whose calls are spans for a receiver of OTLP, unless the granularity is none.
    chroma_otel_collection_endpoint: str | None = ""
    chroma_otel_service_name: str | None = "chromadb"
    chroma_otel_collection_headers: dict[str, str] = Field(default={}, repr=False)
    chroma_otel_granularity: str | None = None

    # A server of releases before 1.0; ours reads variables and keys of its own.
    chroma_server_nofile: int | None = None
    chroma_server_thread_pool_size: int = 40
    chroma_server_cors_allow_origins: list[str] = []
    chroma_server_auth_ignore_paths: dict[str, list[str]] = {
        "/api/v2": ["GET"],
        "/api/v2/heartbeat": ["GET"],
        "/api/v2/version": ["GET"],
        "/api/v1": ["GET"],
        "/api/v1/heartbeat": ["GET"],
        "/api/v1/version": ["GET"],
    }
    chroma_server_authn_provider: str | None = None
    chroma_server_authn_credentials: str | None = Field(default=None, repr=False)
    chroma_server_authn_credentials_file: str | None = None
    chroma_server_authz_provider: str | None = None
    chroma_server_authz_config: str | None = Field(default=None, repr=False)
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

    def __init__(self, _env_file: str | Path | None = ".env", **values: Any) -> None:
        fields = type(self).model_fields
        older = {old: fields[new] for old, new in _RENAMED.items()}
        given = {**values_from_environment({**fields, **older}, _env_file), **values}
        for old, new in _RENAMED.items():
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
        return _SWITCHES.get(value.lower(), value or None) if isinstance(value, str) else value

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
