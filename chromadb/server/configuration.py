"""How a server is run, as typed values: what ``chroma run``, its YAML file and the environment come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from chromadb.auth.options import AuthOptions
from chromadb.server.operation.limits import LimitOptions
from chromadb.server.operation.logs import LogFormat, LogLevel
from chromadb.server.operation.scorecard import ScorecardRule
from chromadb.telemetry.options import TracingOptions

DEFAULT_PAYLOAD_LIMIT = 40 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TlsConfiguration:
    """Certificate chain and private key (PEM); client_ca: whose clients' certificates are demanded, None: of none."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class ServerConfiguration:
    """Everything that a server is told.

    max_payload_size_bytes: of a request's body. cors_allow_origins: None: no CORS headers. workers: processes that
    serve the one directory. threads: database calls that one worker runs at a time. max_concurrent_requests: beyond
    which a worker answers 429, 0: no limit. memory_limit_bytes: how much the indexes of collections may take in one
    worker, None: no limit. open_files: how many a process may have open, None: as many as the system lets it.
    body_timeout_seconds: how long the next part of a body may take to arrive. log_path: None: the standard output.
    access_log: whether every request is a line of the log. metrics: whether there is a page of them. tracing: None:
    requests are not traced.
    """

    persist_path: Path = Path("./chroma")
    listen_address: str = "localhost"
    port: int = 8000
    allow_reset: bool = False
    max_payload_size_bytes: int = DEFAULT_PAYLOAD_LIMIT
    cors_allow_origins: tuple[str, ...] | None = None
    hash_type: Literal["md5", "sha256"] = "md5"
    migration_mode: Literal["apply", "validate"] = "apply"
    max_concurrent_requests: int = 0
    memory_limit_bytes: int | None = None
    open_files: int | None = None
    workers: int = 1
    threads: int = 4
    body_timeout_seconds: float = 60.0
    tls: TlsConfiguration | None = None
    log_path: Path | None = None
    log_format: LogFormat = "text"
    log_level: LogLevel = "info"
    access_log: bool = False
    metrics: bool = False
    tracing: TracingOptions | None = None
    limits: LimitOptions = field(default_factory=LimitOptions)
    scorecard: tuple[ScorecardRule, ...] = ()
    auth: AuthOptions = field(default_factory=AuthOptions)
