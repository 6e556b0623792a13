"""A server that stands for every embedding service: it embeds in each one's own format, and fails when told to."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class StandIn:
    """url: where it listens. seen: (path, headers, body) of each request. failures: answers given first, in order."""

    url: str = ""
    reply: Callable[[Any], Any] = lambda body: {}
    seen: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    failures: list[Answer] = field(default_factory=list)


@contextmanager
def standing_in() -> Iterator[StandIn]:
    state = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self._text())
            state.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            if state.failures:
                status, headers, content = state.failures.pop(0)
            else:
                status, headers, content = 200, {}, json.dumps(state.reply(body)).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _text(self) -> bytes:
            length = self.headers["content-length"]
            if length is not None:
                return self.rfile.read(int(length))
            # Chunks, RFC 9112 section 7.1.
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def vector(text: Any) -> list[float]:
    """Return what every service here makes of a text: its length, and the code of its first character."""
    if not isinstance(text, str):
        return [-1.0, -1.0]
    return [float(len(text)), float(ord(text[0]))]


def of_openai(texts: Callable[[Any], list[Any]]) -> Callable[[Any], Any]:
    """Return a reply in the form of OpenAI, out of order."""

    def reply(body: Any) -> Any:
        items = [{"index": index, "embedding": vector(text)} for index, text in enumerate(texts(body))]
        return {"data": items[::-1]}

    return reply


def of_int8(body: Any) -> Any:
    packed = [base64.b64encode(bytes(map(int, vector(text)))).decode() for text in body["input"]]
    return {"data": [{"index": index, "embedding": text} for index, text in enumerate(packed)]}
