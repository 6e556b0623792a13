"""A stand-in for a server, which answers as it is told and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

IDENTITY = b'{"user_id": "", "tenant": "default_tenant", "databases": ["default_database"]}'
_DATABASE = b'{"id": "00000000-0000-0000-0000-000000000000", "name": "default_database", "tenant": "default_tenant"}'
_PLAIN = {"/auth/identity": IDENTITY, "/tenants/default_tenant": b'{"name": "default_tenant"}',
          "/tenants/default_tenant/databases/default_database": _DATABASE, "/version": b'"1.0.0"'}  # fmt: skip


class Scripted:
    """What it answers and what it saw.

    answers: path below the interface to (status, content type, body). seen: these paths and the headers of requests;
    paths: whole ones. connections: how many were accepted; open: how many still are. hang_up: how many of the next
    requests get no answer. leads_to: where redirections go. before_answer: called with the path
    of each request, in its thread.
    """

    def __init__(self) -> None:
        self.answers = {path: (200, "application/json", body) for path, body in _PLAIN.items()}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.paths: list[str] = []
        self.connections = self.open = 0
        self.hang_up = 0
        self.leads_to = ""
        self.before_answer: Callable[[str], None] = lambda path: None
        self.port = 0


class _Server(ThreadingHTTPServer):
    request_queue_size = 256

    def handle_error(self, *request: Any) -> None:
        """Say nothing of clients that do not wait for their answers."""


@contextmanager
def scripted() -> Iterator[Scripted]:
    """Return a stand-in on a free port of 127.0.0.1, for as long as the block runs."""
    script = Scripted()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536

        def setup(self) -> None:
            super().setup()
            with lock:
                script.connections += 1
                script.open += 1

        def finish(self) -> None:
            super().finish()
            with lock:
                script.open -= 1

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            path = self.path.partition("/api/v2")[2].partition("?")[0]
            with lock:
                script.paths.append(self.path)
                script.seen.append((path, {name.lower(): value for name, value in self.headers.items()}))
            if script.hang_up:
                script.hang_up -= 1
                self.close_connection = True
                return
            script.before_answer(path)
            status, kind, body = script.answers.get(path, (404, "text/html", b"<html>not here</html>"))
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("chroma-trace-id", "trace-5")
            if 300 <= status < 400:
                self.send_header("location", script.leads_to)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None: ...

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    script.port = server.server_address[1]
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
