"""Requests that are made to do harm are refused with a sentence, in bounded time, and leave nothing behind."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running_server import RunningServer, running

JSON = {"content-type": "application/json"}
TENANT = "/api/v2/tenants/default_tenant"
DATABASE = f"{TENANT}/databases/default_database"
POST = b"POST /api/v2/tenants HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
SMUGGLED = b"POST /api/v2/tenants HTTP/1.1\r\nhost: x\r\ncontent-length: 19\r\n\r\n" + b'{"name":"smuggled"}'


def exchanged(server: RunningServer, sent: bytes) -> bytes:
    """Return all that comes back until the server closes the connection or falls silent."""
    port = httpx.URL(server.url).port
    assert port is not None
    received = b""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(sent)
        connection.settimeout(0.5)
        try:
            while part := connection.recv(65536):
                received += part
        except (TimeoutError, ConnectionResetError):
            pass
    return received


@pytest.mark.parametrize(
    "framing",
    [
        b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n",
        b"content-length: 2\r\ncontent-length: 30\r\n\r\n{}",
        b"content-length: +2\r\n\r\n{}",
        b"content-length: \xb2\r\n\r\n{}",
        b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
        b"x-a: 1\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_a_body_of_uncertain_length_ends_the_connection(
    server: RunningServer, http: httpx.Client, framing: bytes
) -> None:
    received = exchanged(server, POST + framing + SMUGGLED)
    assert received.startswith(b"HTTP/1.1 400")
    assert received.count(b"HTTP/1.1") == 1
    assert http.get("/tenants/smuggled").status_code == 404


def test_a_sound_second_request_is_answered(server: RunningServer) -> None:
    """Without this, the test above would pass with a second request that nobody would answer."""
    sound = SMUGGLED.replace(b"smuggled", b"pipeline")
    received = exchanged(server, POST + b"content-length: 2\r\n\r\n{}" + sound)
    assert received.count(b"HTTP/1.1") == 2
    assert b"HTTP/1.1 200" in received


@pytest.mark.parametrize("headers", [b"x-a: " + b"a" * 2_000_000 + b"\r\n", b"x-a: 1\r\n" * 2000])
def test_large_headers_are_refused(server: RunningServer, headers: bytes) -> None:
    received = exchanged(server, b"GET /api/v2/version HTTP/1.1\r\nhost: x\r\n" + headers + b"\r\n")
    assert received.startswith(b"HTTP/1.1 431")


def test_a_compressed_body_is_not_unpacked(http: httpx.Client, server: RunningServer) -> None:
    headers = {**JSON, "content-encoding": "gzip"}
    bomb = gzip.compress(b" " * 60_000_000 + b'{"name":"unpacked"}')
    for body in (gzip.compress(b'{"name":"unpacked"}'), bomb):
        assert http.post("/tenants", content=body, headers=headers).status_code == 400
    assert http.get("/tenants/unpacked").status_code == 404


def test_of_two_members_of_one_name_the_last_counts(http: httpx.Client) -> None:
    assert (
        http.post("/tenants", content=b'{"name":"duplicate-1","name":"duplicate-2"}', headers=JSON).status_code == 200
    )
    assert http.get("/tenants/duplicate-1").status_code == 404
    assert http.get("/tenants/duplicate-2").status_code == 200


def nested(levels: int, opening: str, inmost: str, closing: str) -> str:
    return opening * levels + inmost + closing * levels


@pytest.mark.parametrize("levels", [900, 8000])
def test_what_nests_too_deep_is_refused(http: httpx.Client, collection: str, levels: int) -> None:
    database = collection.rpartition("/collections/")[0]
    where = nested(levels, '{"$and":[{"n":1},', '{"n":1}', "]}")
    documents = where.replace('{"n":1}', '{"$contains":"f"}')
    rank = nested(levels, '{"$sum":[{"$val":1},', '{"$val":1}', "]}")
    value = nested(levels, '{"a":', "1", "}")
    function = f'{{"embedding_function":{{"type":"known","name":"f","config":{value}}}}}'
    bodies = [
        (f"{collection}/get", f'{{"where":{where}}}'),
        (f"{collection}/get", f'{{"where_document":{documents}}}'),
        (f"{collection}/delete", f'{{"where":{where}}}'),
        (f"{collection}/query", f'{{"query_embeddings":[[1,2]],"where":{where}}}'),
        (f"{collection}/search", f'{{"searches":[{{"rank":{rank}}}]}}'),
        (f"{collection}/add", f'{{"ids":["x"],"embeddings":[[1,2]],"metadatas":[{{"m":{value}}}]}}'),
        (f"{database}/collections", f'{{"name":"nested","metadata":{{"m":{value}}}}}'),
        (f"{database}/collections", f'{{"name":"nested","configuration":{function}}}'),
        (f"{database}/collections", f'{{"name":"nested","schema":{value}}}'),
    ]  # fmt: skip
    for path, body in bodies:
        answer = http.post(path, content=body[:99_000] if levels > 5000 else body, headers=JSON)
        assert answer.status_code in (400, 422), (path, body[:80], answer.text)
        assert answer.json()["message"]
    assert http.get(f"{collection}/count").json() == 3


def test_what_is_kept_can_be_sent_again(http: httpx.Client, database: str) -> None:
    """One collection that could not be shown would take the list of all others with it."""
    made = []
    for levels in range(100, 256, 4):
        config = nested(levels, '{"a":', "1", "}")
        function = f'{{"embedding_function":{{"type":"known","name":"f","config":{config}}}}}'
        body = f'{{"name":"nested-{levels}","configuration":{function}}}'
        answer = http.post(f"{database}/collections", content=body, headers=JSON)
        assert answer.status_code in (200, 422), answer.text
        made += [f"nested-{levels}"] if answer.status_code == 200 else []
        if answer.status_code == 422:
            assert "nests deeper than the 128 levels that are allowed" in answer.json()["message"]
    listed = http.get(f"{database}/collections")
    assert listed.status_code == 200
    assert {one["name"] for one in listed.json()} == set(made)
    assert "nested-128" in made
    assert "nested-132" not in made


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e400", "1" * 5000, "-9223372036854775809", "1e39"]
)
def test_numbers_that_nobody_can_hold(http: httpx.Client, collection: str, number: str) -> None:
    bodies = [
        ("add", '{"ids":["x"],"embeddings":[[%s,2]]}'),
        ("upsert", '{"ids":["x"],"embeddings":[[1,2]],"metadatas":[{"v":%s}]}'),
        ("upsert", '{"ids":["x"],"embeddings":[[1,2]],"metadatas":[{"v":[%s]}]}'),
        ("get", '{"where":{"n":{"$gt":%s}}}'),
        ("get", '{"limit":%s}'),
        ("query", '{"query_embeddings":[[1,2]],"n_results":%s}'),
        ("query", '{"query_embeddings":[[%s,2]]}'),
        ("search", '{"searches":[{"rank":{"$val":%s}}]}'),
    ]
    for path, body in bodies:
        answer = http.post(f"{collection}/{path}", content=body % number, headers=JSON)
        assert answer.status_code < 500, (path, answer.text)
    # Whatever was taken is shown as JSON that every reader reads.
    shown = http.post(f"{collection}/get", json={"include": ["metadatas", "embeddings"]})
    json.loads(shown.content, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@pytest.mark.parametrize("path", ["add", "update", "upsert"])
@pytest.mark.parametrize("embeddings", [b'["\xff"]', b"[\xff]", b'["a\xffb",null]', b'[[1,"\xff"]]'])
def test_bytes_that_are_no_text_are_refused(http: httpx.Client, collection: str, path: str, embeddings: bytes) -> None:
    body = b'{"ids":["a"],"embeddings":%s}' % embeddings
    answer = http.post(f"{collection}/{path}", content=body, headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["message"].startswith("Failed to ")


@pytest.mark.parametrize(
    "text", ["\x00", "a\x00b", "../../etc/passwd", "..%2f..", "a\nb", "\u202e", "'; DROP TABLE x; --"]
)
def test_text_of_any_kind_is_only_text(http: httpx.Client, collection: str, text: str) -> None:
    record = {"ids": [text], "embeddings": [[1, 2]], "documents": [text], "metadatas": [{text: text}]}
    assert http.post(f"{collection}/add", json=record).status_code == 201
    for selection in ({"ids": [text]}, {"where": {text: text}}, {"where_document": {"$contains": text}}):
        assert http.post(f"{collection}/get", json=selection).json()["ids"] == [text]
    database = collection.rpartition("/collections/")[0]
    assert http.post(f"{database}/collections", json={"name": text}).status_code == 400
    assert http.post("/tenants/default_tenant/databases", json={"name": text}).status_code == 400


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|a)*b", "(a|b)" * 40, "(" * 5000 + "a" + ")" * 5000, "((a{1000}){1000}){1000}", r"\p{L}{500}x",
     ".*" * 200 + "x", "a?" * 3000 + "a" * 3000, "(ab|cd|ef|gh)" * 30 + ".*", "[a-z]{1,1000}" * 20],
)  # fmt: skip
def test_a_regular_expression_takes_bounded_work(http: httpx.Client, collection: str, pattern: str) -> None:
    record = {"ids": ["long"], "embeddings": [[1, 2]], "documents": ["a" * 20_000 + "!"]}
    assert http.post(f"{collection}/upsert", json=record).status_code == 200
    for operator in ("$regex", "$not_regex"):
        began = time.monotonic()
        answer = http.post(f"{collection}/get", json={"where_document": {operator: pattern}})
        assert answer.status_code in (200, 400), answer.text
        assert time.monotonic() - began < 5


# Slow bodies


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("impatient"), "body_timeout_seconds: 0.6\n") as started:
        yield started


def trickled(server: RunningServer, pieces: int, piece: bytes) -> tuple[float, bytes]:
    """Send a body in pieces, ten a second; return for how long it was listened to, and the answer."""
    port = httpx.URL(server.url).port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(POST + b"content-length: %d\r\n\r\n" % (pieces * len(piece)))
        began = time.monotonic()
        connection.settimeout(0.1)
        for _ in range(pieces):
            connection.sendall(piece)
            try:
                return time.monotonic() - began, connection.recv(1000)
            except TimeoutError:
                continue
    raise AssertionError("the server listened to the end and said nothing")


def test_a_body_that_trickles_is_given_up(impatient: RunningServer) -> None:
    seconds, answer = trickled(impatient, 80, b" ")
    assert answer.startswith(b"HTTP/1.1 408"), answer
    assert seconds < 4


def test_a_body_that_is_slow_but_moves_is_read(impatient: RunningServer) -> None:
    seconds, answer = trickled(impatient, 15, b" " * 1000)
    assert seconds > 1
    assert answer.startswith(b"HTTP/1.1 400"), answer


# Ways around the guard


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    directory: Path = tmp_path_factory.mktemp("guarded")
    provider = "chromadb.auth.token_authn.TokenAuthenticationServerProvider"
    settings = f"server_authn_provider: {provider}\nserver_authn_credentials: t0k\n"
    with running(directory, settings + 'cors_allow_origins: ["https://a"]\naccess_log: true\n') as started:
        yield started


def answered(server: RunningServer, method: str, target: str, *headers: str) -> tuple[int, bytes]:
    lines = "\r\n".join([f"{method} {target} HTTP/1.1", "host: x", "connection: close", *headers])
    received = exchanged(server, lines.encode("latin-1") + b"\r\n\r\n")
    return int(received.split(b" ", 2)[1]), received.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    "target",
    ["/api/v2//auth/identity", "//api/v2/auth/identity", "/api/v2/auth/identity/", "/API/v2/auth/identity",
     "/api/v2/AUTH/identity", "/api/v2/./auth/identity", "/api/v2/heartbeat/../auth/identity",
     "/api/v2/heartbeat/..%2fauth/identity", "/api%2fv2/auth/identity", "/api/v2/auth%2fidentity",
     "/api/v2/auth/identity;x",
     "/api/v2/auth/identity%00", "/docs/../api/v2/auth/identity", "/api/v2/%61uth/identity", TENANT, f"{TENANT}/",
     f"{DATABASE}/collections", f"{DATABASE}//collections", "http://x/api/v2/auth/identity"],
)  # fmt: skip
def test_no_spelling_of_a_path_gets_past_the_guard(guarded: RunningServer, target: str) -> None:
    for method in ("GET", "HEAD", "get", "POST", "PUT", "OPTIONS", "TRACE", "GET\t"):
        status, body = answered(guarded, method, target)
        assert status in (403, 404, 405, 400) or (status, method, body) == (200, "OPTIONS", b""), (method, status, body)
        assert b"anonymous" not in body
        assert b"default_tenant" not in body
    assert answered(guarded, "GET", "/api/v2/auth/identity")[0] == 403
    assert answered(guarded, "HEAD", "/api/v2/auth/identity")[0] == 403
    right = "authorization: Bearer t0k"
    assert b"anonymous" in answered(guarded, "GET", "/api/v2/auth/identity", right)[1]


def test_no_header_takes_the_place_of_the_path_or_method(guarded: RunningServer) -> None:
    for header in (
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-prefix",
        "x-http-method-override",
        "x-forwarded-user",
    ):
        assert answered(guarded, "GET", TENANT, f"{header}: /api/v2/heartbeat")[0] == 403


def test_cors_never_lets_credentials_through(guarded: RunningServer) -> None:
    for origin in ("https://a", "null", "https://a.evil", "https://b"):
        preflight = {"origin": origin, "access-control-request-method": "POST"}
        for method, headers in (("OPTIONS", preflight), ("GET", {"origin": origin})):
            answer = httpx.request(method, guarded.url + TENANT, headers=headers)
            assert "access-control-allow-credentials" not in answer.headers
            assert answer.headers.get("access-control-allow-origin") == (origin if origin == "https://a" else None)


def test_nothing_that_is_sent_makes_a_line_of_the_log(guarded: RunningServer) -> None:
    forged = "%0a2026-01-01 00:00:00,000 INFO chromadb.access: forged"
    answered(guarded, "GET", TENANT, "authorization: Bearer wr0ng", "x-request-id: a\x0b2026 forged")
    answered(guarded, "GET", f"/api/v2/tenants/{forged.replace(' ', '%20')}", "authorization: Bearer t0k")
    deadline = time.monotonic() + 10
    while "forged" not in (text := guarded.output.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "forged" in text
    for line in text.splitlines():
        assert "forged" not in line or " INFO chromadb.access: answered " in line
    assert not any(secret in text for secret in ("t0k", "wr0ng"))
