"""How clients of a server use their connections: again, at once, for as long as they may."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from running_server import running
from scripted_server import Scripted, scripted

import chromadb
from chromadb.config import Settings
from chromadb.errors import ChromaError

_HOST = "127.0.0.1"
_PATIENCE = 10


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


def test_many_calls_take_one_connection(script: Scripted) -> None:
    with chromadb.HttpClient(_HOST, script.port) as client:
        for _ in range(20):
            client.get_version()
    assert script.connections == 1

    async def call() -> None:
        async with await chromadb.AsyncHttpClient(_HOST, script.port) as client:
            for _ in range(20):
                await client.get_version()

    asyncio.run(call())
    assert script.connections == 2


def test_a_client_that_was_closed_opens_another_connection(script: Scripted) -> None:
    client = chromadb.HttpClient(_HOST, script.port)
    client.close()
    assert client.get_version() == "1.0.0"
    client.close()
    assert script.connections == 2


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_event_loops_that_were_closed_leave_no_connections(script: Scripted) -> None:
    client = asyncio.run(chromadb.AsyncHttpClient(_HOST, script.port))
    for _ in range(10):
        asyncio.run(client.get_version())
    assert script.connections == 11
    assert open_after_a_while(script, 1) == 1
    asyncio.run(client.close())
    assert open_after_a_while(script, 0) == 0


def open_after_a_while(script: Scripted, wanted: int) -> int:
    """Return how many connections are open once there are as few as wanted, or it has been waited for long enough."""
    deadline = time.monotonic() + _PATIENCE
    while script.open > wanted and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.01)
    return script.open


def meeting(script: Scripted, guests: int) -> None:
    """Let no call of ``get_version`` be answered before that many have come."""
    barrier = threading.Barrier(guests, timeout=_PATIENCE)
    script.before_answer = lambda path: barrier.wait() and None if path == "/version" else None


def test_awaited_calls_overlap(script: Scripted) -> None:
    meeting(script, 100)

    async def call() -> list[str]:
        async with await chromadb.AsyncHttpClient(_HOST, script.port) as client:
            return await asyncio.gather(*(client.get_version() for _ in range(100)))

    assert asyncio.run(call()) == ["1.0.0"] * 100


def test_calls_of_threads_overlap(script: Scripted) -> None:
    meeting(script, 30)
    with chromadb.HttpClient(_HOST, script.port) as client, ThreadPoolExecutor(30) as pool:
        assert list(pool.map(lambda _: client.get_version(), range(30))) == ["1.0.0"] * 30


def test_connections_can_be_limited(script: Scripted) -> None:
    settings = Settings(chroma_http_max_connections=3)

    async def call() -> None:
        async with await chromadb.AsyncHttpClient(_HOST, script.port, settings=settings) as client:
            await asyncio.gather(*(client.get_version() for _ in range(20)))

    asyncio.run(call())
    assert script.connections <= 3


def test_an_answer_may_take_so_long_and_no_longer(script: Scripted) -> None:
    finished = threading.Event()
    script.before_answer = lambda path: finished.wait(_PATIENCE) and None if path in ("/version", "/reset") else None
    limited: dict[str, Any] = {"host": _HOST, "port": script.port}
    reading = r"GET .*/version was not answered in time; Settings\(chroma_http_timeout_secs=\.\.\.\).*for ever$"
    try:
        with chromadb.HttpClient(**limited, settings=Settings(chroma_http_timeout_secs=0.2)) as client:
            with pytest.raises(httpx.ReadTimeout, match=reading):
                client.get_version()
            with pytest.raises(httpx.ReadTimeout, match=r"in time; .*Whether the server did it is not known"):
                client.reset()

        async def call() -> None:
            settings = Settings(chroma_http_timeout_secs=0.2)
            async with await chromadb.AsyncHttpClient(**limited, settings=settings) as client:
                with pytest.raises(httpx.ReadTimeout, match=reading):
                    await client.get_version()

        asyncio.run(call())
    finally:
        finished.set()
    assert [path for path, _ in script.seen].count("/version") == 2


def test_the_path_of_a_proxy_comes_before_that_of_the_interface(script: Scripted) -> None:
    host = f"http://{_HOST}:{script.port}/some/proxy"
    with chromadb.HttpClient(host, headers={"X-Own": "1"}) as client:
        client.get_version()

    async def call() -> None:
        async with await chromadb.AsyncHttpClient(host, headers={"X-Own": "1"}) as client:
            await client.get_version()

    asyncio.run(call())
    assert script.paths.count("/some/proxy/api/v2/version") == 2
    assert {headers["x-own"] for _, headers in script.seen} == {"1"}


def test_a_server_that_goes_away_is_named() -> None:
    with scripted() as script:
        client = chromadb.HttpClient(_HOST, script.port, settings=Settings(chroma_http_keepalive_secs=0))
    with pytest.raises(httpx.ConnectError, match=rf"No server answers at http://{_HOST}:{script.port}/api/v2"):
        client.get_version()


def test_a_host_that_nobody_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*asked: Any, **options: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(
        ValueError, match=r"No server answers at http://nowhere:8000/api/v2: .*Name or service not known"
    ):
        chromadb.HttpClient("nowhere")
    with pytest.raises(httpx.ConnectError, match="No server answers at http://nowhere:8000/api/v2"):
        asyncio.run(chromadb.AsyncHttpClient("nowhere"))


@pytest.mark.parametrize(("status", "body"), [(502, b"<html>Bad Gateway</html>"), (200, b"<html>Welcome</html>")])
def test_pages_are_no_answers_to_awaited_calls_either(script: Scripted, status: int, body: bytes) -> None:
    async def call() -> None:
        async with await chromadb.AsyncHttpClient(_HOST, script.port) as client:
            script.answers["/version"] = (status, "text/html", body)
            with pytest.raises(ChromaError, match=rf"answered {status} with text/html, which no Chroma server says"):
                await client.get_version()

    asyncio.run(call())
    script.answers["/auth/identity"] = (status, "text/html", body)
    with pytest.raises(ChromaError, match="which no Chroma server says"):
        asyncio.run(chromadb.AsyncHttpClient(_HOST, script.port))


def test_tenants_and_databases_of_a_server(tmp_path: Any) -> None:
    with running(tmp_path) as server:
        settings = Settings(chroma_api_impl="chromadb.api.fastapi.FastAPI", chroma_server_host=server.url)
        with chromadb.AdminClient(settings) as admin:
            admin.create_tenant("acme")
            admin.create_database("books", tenant="acme")
            assert [database["name"] for database in admin.list_databases(tenant="acme")] == ["books"]
            assert server.url in repr(admin)
    with chromadb.AdminClient(Settings()) as admin:
        assert "ephemeral" in repr(admin)
