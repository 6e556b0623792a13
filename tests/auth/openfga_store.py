"""As much of an OpenFGA server as the tests need."""

from __future__ import annotations

import json
import threading
from collections.abc import Container, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PAGE = 50
_MOST_IN_A_WRITE = 100


class Store(ThreadingHTTPServer):
    """Tuples that are checked directly and through teams, written once, read by object in pages, deleted.

    calls: how many have come. failing: the numbers of those that are not answered.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.tuples: list[dict[str, str]] = []
        self.calls = 0
        self.failing: Container[int] = ()


class _Answers(BaseHTTPRequestHandler):
    server: Store

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        tuples, answer, status = self.server.tuples, dict[str, Any](), 200
        number, self.server.calls = self.server.calls, self.server.calls + 1
        if number in self.server.failing:
            status = 503
        elif self.path == "/stores/s/check":
            asked = body["tuple_key"]
            answer["allowed"] = any({**asked, "user": user} in tuples for user in self._subjects(asked["user"]))
        elif self.path == "/stores/s/read":
            found = [one for one in tuples if one["object"] == body["tuple_key"]["object"]]
            start = int(body.get("continuation_token") or 0)
            answer["tuples"] = [{"key": one, "timestamp": ""} for one in found[start : start + _PAGE]]
            answer["continuation_token"] = str(start + _PAGE) if start + _PAGE < len(found) else ""
        else:
            added, removed = (body.get(kind, {}).get("tuple_keys", []) for kind in ("writes", "deletes"))
            is_possible = not any(one in tuples for one in added) and all(one in tuples for one in removed)
            if not is_possible or not 0 < len(added) + len(removed) <= _MOST_IN_A_WRITE:
                status = 400
            else:
                self.server.tuples = [one for one in tuples if one not in removed] + added
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
