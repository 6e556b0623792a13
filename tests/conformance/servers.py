"""Servers that the suite's clients talk to: one a kind of settings and process of tests, emptied for each test."""

from __future__ import annotations

import atexit
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from running_server import RunningServer, running

import chromadb
from chromadb.config import Settings


@cache
def _server(allow_reset: bool) -> tuple[RunningServer, Path]:
    opened = ExitStack()
    atexit.register(opened.close)
    directory = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="chroma-conformance-")))
    settings = f"allow_reset: {str(allow_reset).lower()}\n"
    return opened.enter_context(running(directory, settings)), directory / "data"


def empty_server(allow_reset: bool) -> RunningServer:
    """Return a server without data: another process, this one, empties the directory under it."""
    server, data = _server(allow_reset)
    with chromadb.PersistentClient(data, Settings(allow_reset=True)) as client:
        client.reset()
    return server
