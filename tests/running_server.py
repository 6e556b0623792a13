"""A server in processes of its own, for as long as a block runs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RunningServer:
    """url: scheme, host and port. output: the file that its standard output and error go to."""

    url: str
    process: subprocess.Popen[bytes]
    output: Path

    def stop(self) -> int:
        """Ask it to stop and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    directory: Path, settings: str = "", *flags: str, environment: dict[str, str] | None = None, tls: bool = False
) -> Iterator[RunningServer]:
    """Run ``chroma run`` over ``directory / "data"`` on a free port until the block ends.

    settings: YAML besides port, address and path.
    """
    port = free_port()
    directory.mkdir(parents=True, exist_ok=True)
    file, output = directory / "chroma.yaml", directory / "output.txt"
    file.write_text(f"port: {port}\nlisten_address: 127.0.0.1\npersist_path: {directory / 'data'}\n{settings}")
    command = [sys.executable, "-c", "from chromadb.cli.cli import app; app()", "run", str(file), *flags]
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )
    server = RunningServer(f"{'https' if tls else 'http'}://127.0.0.1:{port}", process, output)
    try:
        _await_answer(server)
        yield server
    finally:
        if process.poll() is None:
            server.stop()


def _await_answer(server: RunningServer) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", httpx.URL(server.url).port or 0), 1):
                return
        except OSError:
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start:\n{server.output.read_text()}") from None
            time.sleep(0.02)
