"""What holds on every route: methods, paths, content types, size, CORS, TLS, signals, several workers."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from running_server import RunningServer, running

from .certificates import authority, signed_by

HEARTBEAT = "/api/v2/heartbeat"
DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"
JSON = {"content-type": "application/json"}


def new_collection(client: httpx.Client, name: str) -> str:
    made = client.post(f"{DATABASE}/collections", json={"name": name, "get_or_create": True}).json()
    return f"{DATABASE}/collections/{made['id']}"


def test_head_is_served_where_get_is(http: httpx.Client) -> None:
    answer = http.head("/version")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_segment_is_percent_decoded(http: httpx.Client) -> None:
    assert http.post("/tenants", json={"name": "a/b c é"}).status_code == 200
    assert http.get("/tenants/a%2Fb%20c%20%C3%A9").json()["name"] == "a/b c é"
    assert http.get("/tenants/%FF%FE").status_code == 400


def test_content_type(http: httpx.Client) -> None:
    body = b'{"name":"by-type"}'
    assert http.post("/tenants", content=body).status_code == 200
    assert http.post("/tenants", content=body, headers={"content-type": "text/plain"}).status_code == 415
    charset = {"content-type": "application/json; charset=utf-8"}
    assert http.post("/tenants", content=body, headers=charset).status_code == 409


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"name":"\xff"}', b'{"name":NaN}', b'{"name":"\\ud800"}']
)
def test_what_is_no_json_is_refused(http: httpx.Client, body: bytes) -> None:
    answer = http.post("/tenants", content=body[:90_000], headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["error"] in ("InvalidArgumentError", "ChromaError")


def test_unknown_members_and_headers_are_passed_over(http: httpx.Client) -> None:
    headers = {"authorization": "Bearer x", "x-chroma-token": "y", "x-other": "z"}
    assert http.post("/tenants", json={"name": "with-more", "more": [1]}, headers=headers).status_code == 200


def test_a_large_body_is_refused_with_and_without_its_length(http: httpx.Client, collection: str) -> None:
    large = json.dumps({"ids": ["x" * 200_000], "embeddings": [[1, 2]]}).encode()
    for content in (large, iter([large[:50_000], large[50_000:]])):
        answer = http.post(f"{collection}/add", content=content, headers=JSON)
        assert (answer.status_code, answer.text) == (413, "Payload too large")
    answer = http.post(f"{collection}/get", content=large, headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["error"] == "ChromaError"
    assert http.get(f"{collection}/count").json() == 3


def test_a_body_that_stops_arriving_is_answered(tmp_path: Path) -> None:
    with running(tmp_path, "body_timeout_seconds: 0.2\n") as server:
        port = httpx.URL(server.url).port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port), 20) as connection:
            connection.sendall(b"POST /api/v2/tenants HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{")
            assert connection.recv(1000).startswith(b"HTTP/1.1 408")


def test_without_cors_there_are_no_cors_headers(http: httpx.Client) -> None:
    answer = http.get("/version", headers={"origin": "https://a"})
    assert "vary" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers
    assert http.options("/version").status_code == 405


def test_cors(tmp_path: Path) -> None:
    with running(tmp_path, 'cors_allow_origins: ["https://a"]\n') as server:
        allowed = httpx.get(server.url + HEARTBEAT, headers={"origin": "https://a"})
        assert allowed.headers["access-control-allow-origin"] == "https://a"
        assert "origin" in allowed.headers["vary"]
        foreign = httpx.get(server.url + HEARTBEAT, headers={"origin": "https://b"})
        assert foreign.status_code == 200
        assert "access-control-allow-origin" not in foreign.headers
        asked = httpx.options(server.url + HEARTBEAT, headers={"origin": "https://a"})
        assert (asked.status_code, asked.content) == (200, b"")
        assert asked.headers["access-control-allow-methods"] == "*"
        assert asked.headers["allow"] == "GET,HEAD"
        for path in ("/openapi.json", "/docs", "/api/v1", "/api/v1/collections", "/none", f"{DATABASE}/collections"):
            preflight = {"origin": "https://a", "access-control-request-method": "POST"}
            asked = httpx.options(server.url + path, headers=preflight)
            assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, "https://a"), path


def test_the_description_and_its_page(server: RunningServer) -> None:
    description = httpx.get(f"{server.url}/openapi.json").json()
    assert description["openapi"] == "3.1.0"
    assert description["paths"]["/api/v2/tenants"]["post"]["operationId"] == "create_tenant"
    assert httpx.get(f"{server.url}/docs").headers["location"] == "/docs/"
    page = httpx.get(f"{server.url}/docs/")
    assert page.headers["content-type"].startswith("text/html")
    assert "http" not in page.text.replace("HTTP", "").replace("http-equiv", "")


def test_stopping_finishes_running_requests_and_closes_the_database(tmp_path: Path) -> None:
    with running(tmp_path) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        path = new_collection(client, "things")
        body = {"ids": [str(n) for n in range(3000)], "embeddings": [[float(n), 1.0] for n in range(3000)]}
        statuses: list[int] = []
        writer = threading.Thread(target=lambda: statuses.append(client.post(f"{path}/add", json=body).status_code))
        writer.start()
        time.sleep(0.05)
        assert server.stop() == 0
        writer.join()
        assert statuses == [201]
    with running(tmp_path) as server:
        assert httpx.get(f"{server.url}{path}/count").json() == 3000
    assert not (tmp_path / "data" / "chroma.sqlite3-wal").exists()


def begun_request(server: RunningServer, length: int) -> socket.socket:
    """Return a connection over which a request was sent, but for its body of that length."""
    port = httpx.URL(server.url).port
    assert port is not None
    connection = socket.create_connection(("127.0.0.1", port), 60)
    connection.sendall(b"POST /api/v2/tenants HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % length)
    return connection


@pytest.mark.slow
def test_stopping_waits_for_a_body_to_be_given_up(tmp_path: Path) -> None:
    with running(tmp_path, "body_timeout_seconds: 33\n") as server, begun_request(server, 50) as connection:
        connection.sendall(b"{")
        time.sleep(0.2)
        assert server.stop() == 0
    assert "Killing" not in server.output.read_text()
    assert not (tmp_path / "data" / "chroma.sqlite3-wal").exists()


@pytest.mark.slow
def test_stopping_waits_no_longer_for_a_body_that_goes_on_arriving(tmp_path: Path) -> None:
    with running(tmp_path, "body_timeout_seconds: 4\n") as server, begun_request(server, 9_000_000) as connection:

        def send_on() -> bytes:
            """Send faster than the slowest body that is accepted until there is an answer."""
            connection.settimeout(0.1)
            while True:
                try:
                    return connection.recv(1000)
                except TimeoutError:
                    connection.sendall(b" " * 1000)

        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(send_on)
            time.sleep(0.5)
            assert server.stop() == 0
            assert answer.result().startswith(b"HTTP/1.1 408")
    assert "Killing" not in server.output.read_text()


def test_stopping_two_workers_under_load_finishes_what_they_have_begun(tmp_path: Path) -> None:
    written: list[str] = []
    with running(tmp_path, "workers: 2\n") as server:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            path = new_collection(client, "things")

        def write(writer: int) -> None:
            """Add records, each over a new connection, until the server takes no more."""
            for number in range(10_000):
                body = {"ids": [f"{writer}-{number}"], "embeddings": [[number, 1]]}
                try:
                    answer = httpx.post(f"{server.url}{path}/add", json=body, timeout=60)
                except httpx.ConnectError:
                    return
                except httpx.TransportError:
                    # The connection was made, but no worker took it any more.
                    continue
                assert answer.status_code == 201
                written.append(body["ids"][0])

        workers = children(server.process.pid)
        assert len(workers) >= 2
        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write, writer) for writer in range(4)]
            while len(written) < 40:
                assert not any(writer.done() for writer in writers)
                time.sleep(0.01)
            assert server.stop() == 0
            for writer in writers:
                writer.result()
    assert "Killing" not in server.output.read_text()
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    assert not (tmp_path / "data" / "chroma.sqlite3-wal").exists()
    with running(tmp_path) as server:
        stored = httpx.post(f"{server.url}{path}/get", json={"include": []}, timeout=60).json()["ids"]
    assert set(written) <= set(stored)


def test_workers_end_with_a_server_that_was_killed(tmp_path: Path) -> None:
    with running(tmp_path, "workers: 2\n") as server:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            path = new_collection(client, "things")
            assert client.post(f"{path}/add", json={"ids": ["a"], "embeddings": [[1, 2]]}).status_code == 201
        workers = children(server.process.pid)
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + 30
        while any(Path(f"/proc/{worker}").exists() for worker in workers):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    # They closed the database.
    assert not (tmp_path / "data" / "chroma.sqlite3-wal").exists()


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in found.split()]


def test_interrupting_stops_it(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(30) == 0


def test_a_signal_to_all_its_processes_stops_it(tmp_path: Path) -> None:
    # As a terminal and systemd send it.
    with running(tmp_path, "workers: 2\n") as server:
        for process in (*children(server.process.pid), server.process.pid):
            os.kill(process, signal.SIGTERM)
        assert server.process.wait(30) == 0
    assert "Unexpected exit" not in server.output.read_text()


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="a single processor cannot be shared out")
def test_two_workers_have_processors_of_their_own(tmp_path: Path) -> None:
    every = os.sched_getaffinity(0)
    with running(tmp_path, "workers: 2\n") as server:
        latest = time.monotonic() + 30
        shares = [every]
        # One may answer before the other has loaded.
        while every in shares and time.monotonic() < latest:
            shares = [os.sched_getaffinity(worker) for worker in children(server.process.pid)]
    assert sorted(processor for share in shares for processor in share) == sorted(every)
    assert len(shares) == 2


def test_several_workers_serve_one_directory(tmp_path: Path) -> None:
    with running(tmp_path, "workers: 2\n") as server:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            path = new_collection(client, "things")

        def add(number: int) -> bool:
            # A connection of its own may reach either worker.
            with httpx.Client(base_url=server.url, timeout=60) as client:
                body = {"ids": [str(number)], "embeddings": [[number, 1]]}
                assert client.post(f"{path}/add", json=body).status_code == 201
            with httpx.Client(base_url=server.url, timeout=60) as client:
                got = client.post(f"{path}/query", json={"query_embeddings": [[number, 1]], "n_results": 1}).json()
                return bool(got["ids"] == [[str(number)]])

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(add, range(40)))
        assert httpx.get(f"{server.url}{path}/count").json() == 40


def test_requests_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    with running(tmp_path, "circuit_breaker: {requests: 1}\nthreads: 1\n") as server:
        with httpx.Client(base_url=server.url) as client:
            path = new_collection(client, "things")

        def ask(_: int) -> int:
            return httpx.get(f"{server.url}{path}/count", timeout=60).status_code

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, range(80))) <= {200, 429}
        assert ask(0) == 200


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return authority(tmp_path_factory.mktemp("tls"))


def test_tls(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    file, key = certificate
    with running(tmp_path, f"tls: {{certificate: {file}, key: {key}}}\n", tls=True) as server:
        trusting = ssl.create_default_context(cafile=str(file))
        assert httpx.get(server.url + HEARTBEAT, verify=trusting).status_code == 200
        with pytest.raises(httpx.ConnectError):
            httpx.get(server.url + HEARTBEAT)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            trusting.minimum_version = trusting.maximum_version = version
            assert httpx.get(server.url + HEARTBEAT, verify=trusting).status_code == 200


def test_tls_with_certificates_of_clients(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    file, key = certificate
    flags = ("--ssl-certfile", str(file), "--ssl-keyfile", str(key), "--ssl-ca-certs", str(file))
    with running(tmp_path, "", *flags, tls=True) as server:
        nameless, foreign = (ssl.create_default_context(cafile=str(file)) for _ in range(2))
        # Of another authority, though with the same names.
        foreign.load_cert_chain(*signed_by(*authority(tmp_path / "foreign")))
        for stranger in (nameless, foreign):
            with pytest.raises((httpx.ReadError, httpx.ConnectError, httpx.RemoteProtocolError)):
                httpx.get(server.url + HEARTBEAT, verify=stranger)
        known = ssl.create_default_context(cafile=str(file))
        known.load_cert_chain(*signed_by(file, key))
        assert httpx.get(server.url + HEARTBEAT, verify=known).status_code == 200


def test_tls_files_that_cannot_be_used_are_refused_by_name(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    file, key = certificate
    junk, encrypted = tmp_path / "junk.pem", tmp_path / "encrypted.pem"
    junk.write_text("junk")
    command = ["openssl", "rsa", "-aes256", "-passout", "pass:secret", "-in", str(key), "-out", str(encrypted)]
    subprocess.run(command, check=True, capture_output=True)
    _, foreign = authority(tmp_path / "foreign")
    for named, files in (
        ("tls.certificate", (junk, key, file)),
        ("tls.key", (file, junk, file)),
        ("tls.key", (file, encrypted, file)),
        ("tls.key", (file, foreign, file)),
        ("tls.client_ca", (file, key, junk)),
    ):
        settings = "tls: {{certificate: {}, key: {}, client_ca: {}}}\n".format(*files)
        with pytest.raises(AssertionError) as refused, running(tmp_path, settings):
            pass
        assert f"\n{named}: " in str(refused.value)
        assert "Traceback" not in str(refused.value)
