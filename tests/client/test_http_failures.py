"""What a client of a server says when something between the two goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from scripted_server import IDENTITY, Scripted, scripted

import chromadb
from chromadb.client.http.address import resolve_url
from chromadb.config import Settings
from chromadb.errors import ChromaError, InvalidArgumentError, NotFoundError


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
    script.answers["/auth/identity"] = (200, "application/json", IDENTITY)
    del script.answers["/tenants/default_tenant"]
    with pytest.raises(ValueError, match="Could not connect to tenant default_tenant"):
        chromadb.HttpClient("127.0.0.1", script.port)


def test_a_redirection_is_told_and_not_followed(script: Scripted) -> None:
    script.answers["/auth/identity"] = (301, "text/html", b"")
    script.leads_to = "https://ann:pa55@chroma.example/api/v2/auth/identity"
    with pytest.raises(
        ChromaError, match=r"answered 301 .* leads to 'https://chroma\.example/.*use the host of that"
    ) as refusal:
        chromadb.HttpClient("127.0.0.1", script.port)
    assert "pa55" not in str(refusal.value)


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
