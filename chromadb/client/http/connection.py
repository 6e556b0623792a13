"""How a client reaches its server, from its settings; the same for clients that wait and clients that await."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict
from urllib.parse import quote

import httpx

from chromadb.auth.providers import ClientAuthProvider
from chromadb.client.http.address import resolve_url, split_credentials, without_credentials
from chromadb.client.http.call import Call
from chromadb.client.http.certificates import verification
from chromadb.client.http.headers import auth_provider, request_headers
from chromadb.client.settings import Settings
from chromadb.model.errors import NotFoundError

_CONNECT_SECONDS = 30.0


class ClientOptions(TypedDict):
    """What an httpx client is made with."""

    headers: Mapping[str, str]
    limits: httpx.Limits
    timeout: httpx.Timeout
    verify: ssl.SSLContext | bool


@dataclass(frozen=True, slots=True)
class Request:
    """A call as it is sent. source: method and URL without credentials, for sentences. headers: of this call alone."""

    method: str
    url: str
    source: str
    query: Mapping[str, str]
    content: bytes | None
    headers: Mapping[str, str]


class Connection:
    """The address of a server and what is sent to it.

    shown: the address without credentials. Those of the host move to the headers of the settings, which are not shown.
    Raises ValueError for settings that name no server or cannot be followed.
    """

    def __init__(self, settings: Settings) -> None:
        path = settings.chroma_server_api_default_path
        host, authorization = split_credentials(settings.require("chroma_server_host"))
        if authorization is not None:
            settings.chroma_server_host = host
            settings.chroma_server_headers = {**(settings.chroma_server_headers or {}), "Authorization": authorization}
        self._url = resolve_url(
            host,
            settings.chroma_server_ssl_enabled,
            "/api/v2" if path is None else path.value,
            settings.chroma_server_http_port or 8000,
        )
        self.shown = without_credentials(self._url)
        self._settings = settings
        self._verify = verification(settings, self._url)
        self._provider: ClientAuthProvider | None = auth_provider(settings)
        # Headers that cannot be sent are refused before anything is.
        request_headers(settings.chroma_server_headers, self._provider)

    def open(self) -> ClientOptions:
        """Return what to make an httpx client with, and let the provider of credentials begin."""
        settings = self._settings
        if self._provider is not None:
            self._provider.start()
        return {
            "headers": request_headers(settings.chroma_server_headers, self._provider),
            "limits": httpx.Limits(
                max_connections=settings.chroma_http_max_connections,
                max_keepalive_connections=settings.chroma_http_max_keepalive_connections,
                keepalive_expiry=settings.chroma_http_keepalive_secs,
            ),
            "timeout": httpx.Timeout(settings.chroma_http_timeout_secs, connect=_CONNECT_SECONDS, pool=None),
            "verify": self._verify,
        }

    def close(self) -> None:
        """Let the provider of credentials end."""
        if self._provider is not None:
            self._provider.stop()

    def request(self, call: Call[object], content: bytes | None, headers: Mapping[str, str]) -> Request:
        """Return a call with its body as it is sent; raises NotFoundError for an empty name, which nothing has."""
        path = "".join(f"/{_quoted(segment)}" for segment in call.path)
        return Request(call.method, self._url + path, f"{call.method} {self.shown}{path}", call.query, content, headers)


def _quoted(segment: str) -> str:
    if not segment:
        raise NotFoundError("Nothing has an empty name: expected that of a tenant, a database or a collection")
    # As they are, these two would be taken for steps up the path, to something else than what they name.
    return segment.replace(".", "%2E") if segment in (".", "..") else quote(segment, safe="")
