"""As much of an OpenFGA server as the tests need."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Store(ThreadingHTTPServer):
    """Tuples that are checked directly, written once, read by object, deleted."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.tuples: list[dict[str, str]] = []


class _Answers(BaseHTTPRequestHandler):
    server: Store

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        tuples, answer, status = self.server.tuples, dict[str, Any](), 200
        if self.path == "/stores/s/check":
            asked = body["tuple_key"]
            answer["allowed"] = any({**asked, "user": user} in tuples for user in self._subjects(asked["user"]))
        elif self.path == "/stores/s/read":
            found = [one for one in tuples if one["object"] == body["tuple_key"]["object"]]
            answer["tuples"] = [{"key": one, "timestamp": ""} for one in found]
        else:
            added = body.get("writes", {}).get("tuple_keys", [])
            if any(one in tuples for one in added):
                status = 400
            else:
                tuples += added
            for one in body.get("deletes", {}).get("tuple_keys", []):
                tuples.remove(one)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _subjects(self, user: str) -> list[str]:
        """Return a user, and the roles that it has in teams."""
        roles = [f"{one['object']}#{one['relation']}" for one in self.server.tuples if one["user"] == user]
        return [user, *roles]

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Store]:
    """Run a store until the block ends."""
    served = Store()
    thread = threading.Thread(target=served.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield served
    finally:
        served.shutdown()
        thread.join()
        served.server_close()
