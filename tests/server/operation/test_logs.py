"""The log can be read by programs, follows a request by its id, and holds no secret."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_server import running

from chromadb.server.operation.logs import JsonFormatter, LineFormatter, details, lines_of
from chromadb.server.request import request_of

BASIC = "chromadb.auth.basic_authn.BasicAuthenticationServerProvider"
SCOPE: dict[str, Any] = {
    "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "http_version": "1.1",
    "headers": [(b"x-request-id", b"r-1")],
}  # fmt: skip


def record(message: str, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("chromadb.x", logging.INFO, "", 1, message, (), more.pop("exc_info", None))
    made.__dict__.update(more)
    return made


def test_lines_of_a_request_carry_its_ids() -> None:
    request = request_of(SCOPE)
    with lines_of(request):
        line = json.loads(JsonFormatter().format(record("said")))
        assert (
            LineFormatter()
            .format(record("said"))
            .endswith(f"INFO chromadb.x: said request_id=r-1 trace_id={request.trace_id}")
        )
    assert (line["message"], line["level"], line["logger"]) == ("said", "info", "chromadb.x")
    assert (line["request_id"], line["trace_id"]) == ("r-1", request.trace_id)
    assert "request_id" not in json.loads(JsonFormatter().format(record("said")))


def test_a_line_is_one_line_whatever_it_holds() -> None:
    more = details(request_of(SCOPE), user="a\nb\ud800", seconds=0.5, tenant=None)
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        failed = JsonFormatter().format(record("x\ny", exc_info=sys.exc_info(), **more))
    assert "\n" not in failed
    line = json.loads(failed)
    assert line["user"] == "a\nb\ud800"
    assert "tenant" not in line
    assert "ValueError: first\nsecond" in line["exception"]
    assert LineFormatter().format(record("x", **more)).endswith(r"user='a\nb\ud800' seconds=0.500000")


def test_the_log_of_a_server(tmp_path: Path) -> None:
    bcrypt = pytest.importorskip("bcrypt")
    hashed = bcrypt.hashpw(b"pa55-word", bcrypt.gensalt(4)).decode()
    (tmp_path / "users").write_text(f"ann:{hashed}\n")
    log = tmp_path / "log.jsonl"
    settings = (
        f"log_format: json\nlog_level: DEBUG\naccess_log: true\nlog_path: {log}\n"
        f"server_authn_provider: {BASIC}\nserver_authn_credentials_file: {tmp_path / 'users'}\n"
    )
    with running(tmp_path, settings) as server:
        url = f"{server.url}/api/v2/tenants"
        httpx.get(f"{url}/default_tenant", auth=("ann", "wr0ng-word"), headers={"x-request-id": "first"})
        httpx.get(f"{url}/default_tenant", auth=("ann", "pa55-word"), headers={"x-chroma-token": "t0ken"})
        httpx.post(url, content=b'{"name": "secret-body', auth=("ann", "pa55-word"))
        assert server.stop() == 0
    text = log.read_text() + server.output.read_text()
    for secret in ("wr0ng-word", "pa55-word", "t0ken", hashed, "secret-body", "Basic "):
        assert secret not in text
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert len(lines) > 4
    refused = next(line for line in lines if line["message"].startswith("A caller was refused"))
    accesses = [line for line in lines if line["logger"] == "chromadb.access"]
    assert [line["status"] for line in accesses] == [403, 200, 400]
    assert refused["request_id"] == accesses[0]["request_id"] == "first"
    assert refused["trace_id"] == accesses[0]["trace_id"]
    known = accesses[1]
    assert (known["operation"], known["tenant"], known["user"]) == ("get_tenant", "default_tenant", "ann")
    assert known["path"] == "/api/v2/tenants/default_tenant"
    assert 0 < known["seconds"] < 60
    assert (accesses[2]["received"], accesses[2]["sent"] > 0) == (21, True)


@pytest.mark.parametrize(("level", "shown"), [("error", set()), ("info", {"INFO"}), ("debug", {"INFO"})])
def test_the_level_is_that_of_every_line(tmp_path: Path, level: str, shown: set[str]) -> None:
    log = tmp_path / "log.txt"
    with running(tmp_path, f"log_level: {level}\naccess_log: true\nlog_path: {log}\n") as server:
        assert httpx.get(f"{server.url}/api/v2/heartbeat").status_code == 200
        assert server.stop() == 0
    levels = {line.split()[2] for line in log.read_text().splitlines()}
    assert levels == shown


def test_what_an_exception_quotes_is_no_line_of_the_log() -> None:
    try:
        raise ValueError("bad name 'x\n2026-01-01 INFO chromadb: forged\r2026\u2028forged'")
    except ValueError:
        failed = record("failed", exc_info=sys.exc_info())
    lines = LineFormatter().format(failed).splitlines()
    assert len(lines) > 3
    assert [line for line in lines[1:] if not line.startswith("    ")] == []
    assert len(JsonFormatter().format(failed).splitlines()) == 1


def test_a_log_that_is_moved_away_goes_on_in_a_new_file(tmp_path: Path) -> None:
    log, moved = tmp_path / "chroma.log", tmp_path / "chroma.log.1"
    with running(tmp_path, f"log_path: {log}\naccess_log: true\nworkers: 2\n") as server:
        assert httpx.get(f"{server.url}/api/v2/version").is_success
        while "path=/api/v2/version" not in log.read_text():
            assert server.process.poll() is None
        log.rename(moved)
        assert httpx.get(f"{server.url}/api/v2/heartbeat").is_success
        assert server.stop() == 0
    assert "path=/api/v2/version" in moved.read_text()
    later = log.read_text()
    assert "path=/api/v2/heartbeat" in later
    assert "shutdown completed" in later
