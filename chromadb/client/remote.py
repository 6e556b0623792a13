"""From the arguments of the functions that make clients of servers to settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from chromadb.client.http.address import split_credentials
from chromadb.client.settings import Settings
from chromadb.client.system import CLOUD_KEY_HEADER, SharedSystemClient

_TOKEN_PROVIDER = "chromadb.auth.token_authn.TokenAuthClientProvider"


def remote_settings(
    api: str, host: str, port: int, ssl: bool, headers: Mapping[str, str] | None, settings: Settings | None
) -> Settings:
    """Return the settings of a client of a server, which are the given ones, changed.

    Raises ValueError when they name another host or port.
    """
    used = Settings() if settings is None else settings
    host, port = str(host), int(port)
    (own, _), (asked, _) = split_credentials(used.chroma_server_host or ""), split_credentials(host)
    if own and own != asked:
        raise ValueError(
            f"Chroma server host provided in settings[{own}] is different to the one provided in HttpClient: [{asked}]"
        )
    if used.chroma_server_http_port and used.chroma_server_http_port != port:
        raise ValueError(
            f"Chroma server http port provided in settings[{used.chroma_server_http_port}] is different to the one "
            f"provided in HttpClient: [{port}]"
        )
    used.chroma_api_impl = api
    used.chroma_server_host = host
    used.chroma_server_http_port = port
    used.chroma_server_ssl_enabled = bool(ssl)
    if headers is not None:
        used.chroma_server_headers = dict(headers)
    return used


@dataclass(frozen=True, slots=True)
class CloudAccess:
    """Who comes, and where to; None: what the server says of the key."""

    api_key: SecretStr
    tenant: str | None
    database: str | None


def cloud_access(tenant: str | None, database: str | None, api_key: str | None) -> CloudAccess:
    """Return the access that the arguments, and where they are None the environment, give; ValueError without a key."""
    key = api_key or os.environ.get("CHROMA_API_KEY")
    if not key:
        raise ValueError(
            "Missing required arguments: api_key. Please provide them or set the environment variables: CHROMA_API_KEY"
        )
    return CloudAccess(
        SecretStr(str(key)),
        tenant or os.environ.get("CHROMA_TENANT") or None,
        database or os.environ.get("CHROMA_DATABASE") or None,
    )


def with_cloud_access(settings: Settings, access: CloudAccess) -> Settings:
    """Return the settings, changed so that their clients send the key and go where it leads."""
    settings.chroma_client_auth_provider = _TOKEN_PROVIDER
    settings.chroma_client_auth_credentials = access.api_key.get_secret_value()
    settings.chroma_auth_token_transport_header = CLOUD_KEY_HEADER
    settings.chroma_overwrite_singleton_tenant_database_access_from_auth = True
    return settings


def key_of_open_cloud_client() -> SecretStr | None:
    """Return the key of the latest open client of Chroma Cloud; None without one."""
    key = SharedSystemClient.get_chroma_cloud_api_key_from_clients()
    return None if key is None else SecretStr(key)
