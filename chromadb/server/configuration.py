"""How a server is run, as typed values: what ``chroma run``, its YAML file and the environment come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from chromadb.auth.options import AuthOptions

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
    which a worker answers 429, 0: no limit. body_timeout_seconds: how long the next part of a body may take to arrive.
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
    workers: int = 1
    threads: int = 4
    body_timeout_seconds: float = 60.0
    tls: TlsConfiguration | None = None
    log_path: Path | None = None
    auth: AuthOptions = field(default_factory=AuthOptions)
