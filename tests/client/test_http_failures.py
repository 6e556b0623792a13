"""What a client of a server says when something between the two goes wrong."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

import chromadb
from chromadb.client.http.address import resolve_url
from chromadb.config import Settings
from chromadb.errors import ChromaError, InvalidArgumentError, NotFoundError
from chromadb.utils import embedding_functions

_IDENTITY = b'{"user_id": "", "tenant": "default_tenant", "databases": ["default_database"]}'
_DATABASE = b'{"id": "00000000-0000-0000-0000-000000000000", "name": "default_database", "tenant": "default_tenant"}'
_PLAIN = {"/auth/identity": _IDENTITY, "/tenants/default_tenant": b'{"name": "default_tenant"}',
          "/tenants/default_tenant/databases/default_database": _DATABASE}  # fmt: skip


class Scripted:
    """A server that answers as it is told. answers: path below the interface to (status, content type, body)."""

    def __init__(self) -> None:
        self.answers = {path: (200, "application/json", body) for path, body in _PLAIN.items()}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.hang_up = 0
        self.port = 0


@contextmanager
def scripted() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            path = self.path.partition("/api/v2")[2].partition("?")[0]
            script.seen.append((path, {name.lower(): value for name, value in self.headers.items()}))
            if script.hang_up:
                script.hang_up -= 1
                self.close_connection = True
                return
            status, kind, body = script.answers.get(path, (404, "text/html", b"<html>not here</html>"))
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("chroma-trace-id", "trace-5")
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    script.port = server.server_address[1]
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


def test_no_server_is_named_with_the_next_step() -> None:
    with pytest.raises(ValueError, match=r"Could not connect to a Chroma server.*127\.0\.0\.1:1.*chroma run"):
        chromadb.HttpClient("127.0.0.1", 1)
    with pytest.raises(httpx.ConnectError, match="No server answers"):
        asyncio.run(chromadb.AsyncHttpClient("127.0.0.1", 1))


def test_another_program_at_the_address_is_noticed(script: Scripted) -> None:
    script.answers["/auth/identity"] = (200, "text/html", b"<html>Welcome</html>")
    with pytest.raises(ChromaError, match=r"no Chroma server says.*Welcome"):
        chromadb.HttpClient("127.0.0.1", script.port)
    script.answers["/auth/identity"] = (200, "application/json", _IDENTITY)
    del script.answers["/tenants/default_tenant"]
    with pytest.raises(ValueError, match="Could not connect to tenant default_tenant"):
        chromadb.HttpClient("127.0.0.1", script.port)


def test_refusals_are_the_documented_errors_with_the_servers_words(script: Scripted) -> None:
    with chromadb.HttpClient("127.0.0.1", script.port) as client:
        path = "/tenants/default_tenant/databases/default_database/collections/x"
        for name, kind in (("NotFoundError", NotFoundError), ("InvalidArgumentError", InvalidArgumentError)):
            script.answers[path] = (400, "application/json", b'{"error": "%s", "message": "said so"}' % name.encode())
            with pytest.raises(kind, match=r"^said so$") as refusal:
                client.get_collection("x")
            assert refusal.value.trace_id == "trace-5"
        script.answers[path] = (500, "application/json", b'{"error": "Odd", "message": "said so"}')
        with pytest.raises(ChromaError, match=r"said so \(trace ID: trace-5\)"):
            client.get_collection("x")
        for body in (b"", b"{", b"[1]", b'{"id": 5}', b"null"):
            script.answers[path] = (200, "application/json", body)
            with pytest.raises(ChromaError, match="no Chroma server says"):
                client.get_collection("x")


_THINGS = "/tenants/default_tenant/databases/default_database/collections/things"
_COLLECTION = b"""{"id": "11111111-1111-1111-1111-111111111111", "name": "things", "configuration_json": {},
    "schema": null, "metadata": null, "dimension": null, "tenant": "default_tenant", "database": "default_database",
    "version": 0, "log_position": 0}"""
_BATCHES = b'{"max_batch_size": 10, "supports_base64_encoding": true}'
_HITS = b"""{"ids": [[]], "documents": [[]], "metadatas": [[]], "distances": [[]], "embeddings": null, "uris": null,
    "include": []}"""


@contextmanager
def connected(script: Scripted) -> Iterator[tuple[chromadb.api.ClientAPI, chromadb.Collection]]:
    script.answers[_THINGS] = (200, "application/json", _COLLECTION)
    script.answers["/pre-flight-checks"] = (200, "application/json", _BATCHES)
    with chromadb.HttpClient("127.0.0.1", script.port) as client:
        client.get_max_batch_size()
        yield client, client.get_collection("things", embedding_function=None)


_READS: dict[str, Callable[[Any, Any], Any]] = {
    "get_collection": lambda client, things: client.get_collection("things", embedding_function=None),
    "query": lambda client, things: things.query(query_embeddings=[[1.0]]),
}
_WRITES: dict[str, Callable[[Any, Any], Any]] = {
    "create": lambda client, things: client.create_collection("things"),
    "get_or_create": lambda client, things: client.get_or_create_collection("things"),
    "delete_collection": lambda client, things: client.delete_collection("things"),
    "add": lambda client, things: things.add(ids=["a"], embeddings=[[1.0]]),
    "update": lambda client, things: things.update(ids=["a"], documents=["x"], embeddings=[[1.0]]),
    "upsert": lambda client, things: things.upsert(ids=["a"], embeddings=[[1.0]]),
    "delete": lambda client, things: things.delete(ids=["a"]),
    "modify": lambda client, things: things.modify(metadata={"a": 1}),
    "reset": lambda client, things: client.reset(),
}


@pytest.mark.parametrize("call", _READS.values(), ids=list(_READS))
def test_what_changes_nothing_is_tried_again(script: Scripted, call: Callable[[Any, Any], Any]) -> None:
    script.answers[f"{_THINGS.removesuffix('things')}11111111-1111-1111-1111-111111111111/query"] = (
        200, "application/json", _HITS,
    )  # fmt: skip
    with connected(script) as (client, things):
        script.hang_up, script.seen = 2, []
        call(client, things)
        assert len(script.seen) == 3


@pytest.mark.parametrize("call", _WRITES.values(), ids=list(_WRITES))
def test_what_may_have_been_done_is_not_done_again(script: Scripted, call: Callable[[Any, Any], Any]) -> None:
    """Somebody else may have changed the same since: a second upsert would undo that."""
    with connected(script) as (client, things):
        script.hang_up, script.seen = 1, []
        with pytest.raises(httpx.RemoteProtocolError, match=r"/api/v2/.* failed: .*Whether the server did it is not"):
            call(client, things)
        assert len(script.seen) == 1


def test_awaited_calls_are_tried_again_alike(script: Scripted) -> None:
    async def read_and_write() -> list[str]:
        async with await chromadb.AsyncHttpClient("127.0.0.1", script.port) as client:
            script.answers["/version"] = (200, "application/json", b'"1.0.0"')
            script.hang_up, script.seen = 2, []
            assert await client.get_version() == "1.0.0"
            script.hang_up = 1
            with pytest.raises(httpx.RemoteProtocolError, match="Whether the server did it is not known"):
                await client.reset()
        return [path for path, _ in script.seen]

    assert asyncio.run(read_and_write()) == ["/version", "/version", "/version", "/reset"]


def test_headers_and_credentials_are_sent_and_not_shown(script: Scripted) -> None:
    settings = Settings(
        chroma_client_auth_provider="chromadb.auth.token_authn.TokenAuthClientProvider",
        chroma_client_auth_credentials="very-secret",
    )
    with chromadb.HttpClient("127.0.0.1", script.port, headers={"X-Own": "1"}, settings=settings) as client:
        assert script.seen[0][1]["authorization"] == "Bearer very-secret"
        assert script.seen[0][1]["x-own"] == "1"
        assert "very-secret" not in repr(client) + repr(client.get_settings())
    with pytest.raises(ValueError, match="X-Own") as refusal:
        chromadb.HttpClient("127.0.0.1", script.port, headers={"X-Own": "very-secret\n"})
    assert "very-secret" not in str(refusal.value)


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_credentials_of_the_host_are_sent_and_not_shown(
    script: Scripted, caplog: pytest.LogCaptureFixture, scheme: str
) -> None:
    address = f"{scheme}ann:pa55%40w0rd@127.0.0.1" + (f":{script.port}" if scheme else "")
    with caplog.at_level("INFO"), chromadb.HttpClient(address, script.port, headers={"X-Own": "1"}) as client:
        assert script.seen[0][1]["authorization"] == httpx.BasicAuth("ann", "pa55@w0rd")._auth_header
        assert script.seen[0][1]["x-own"] == "1"
        assert "pa55" not in repr(client) + repr(client.get_settings())
    assert "/auth/identity" in caplog.text
    assert "pa55" not in caplog.text
    for settings, host in (
        (Settings(chroma_server_host=address), "other"),
        (None, "http://ann:pa55/x@host"),
        (None, "http://ann:pa55://x@host"),
    ):
        with pytest.raises(ValueError, match=r"host") as refusal:
            chromadb.HttpClient(host, script.port, settings=settings)
        assert "pa55" not in str(refusal.value)


def test_a_cloud_client_goes_where_its_key_leads(script: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud: dict[str, Any] = {"cloud_host": "127.0.0.1", "cloud_port": script.port, "enable_ssl": False}
    for name in ("CHROMA_API_KEY", "CHROMA_TENANT", "CHROMA_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="Missing required arguments: api_key"):
        chromadb.CloudClient(**cloud)
    monkeypatch.setenv("CHROMA_API_KEY", "very-secret")
    with chromadb.CloudClient(**cloud) as client:
        assert (client.tenant, client.database) == ("default_tenant", "default_database")
    assert script.seen[0][1]["x-chroma-token"] == "very-secret"


def test_functions_of_the_cloud_use_the_key_of_an_open_client(
    script: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The name of the cloud leads to the stand-in.
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **options: _local_address(script.port))
    monkeypatch.delenv("CHROMA_API_KEY", raising=False)
    function = embedding_functions.ChromaCloudSpladeEmbeddingFunction
    with pytest.raises(ValueError, match="CHROMA_API_KEY"):
        function()
    cloud: dict[str, Any] = {"api_key": "very-secret", "enable_ssl": False, "cloud_port": script.port}
    with chromadb.CloudClient(**cloud, cloud_host="localhost"), pytest.raises(ValueError, match="CHROMA_API_KEY"):
        function()
    with chromadb.CloudClient(**cloud):
        assert function().get_config()["api_key_env_var"] == "CHROMA_API_KEY"
    with pytest.raises(ValueError, match="CHROMA_API_KEY"):
        function()


def _local_address(port: int) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@pytest.mark.parametrize(
    ("arguments", "url"),
    [
        (("localhost",), "http://localhost:8000/api/v2"),
        (("localhost", True), "https://localhost:8000/api/v2"),
        (("http://example.com",), "http://example.com/api/v2"),
        (("https://example.com:1/some/proxy/",), "https://example.com:1/some/proxy/api/v2"),
        (("http://example.com/api/v2",), "http://example.com/api/v2"),
        (("::1",), "http://[::1]:8000/api/v2"),
    ],
)
def test_where_a_server_is(arguments: tuple[Any, ...], url: str) -> None:
    assert resolve_url(*arguments) == url


@pytest.mark.parametrize("host", ["ftp://example.com", "example.com/path", "http://", "http://a:b:c"])
def test_what_is_no_address_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="Invalid URL"):
        resolve_url(host)
