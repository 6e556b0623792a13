"""A client that a generator makes of ``/openapi.json`` works: the description says what the server does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import httpx
import pytest
from running_server import running

from .environments import client_generator


@pytest.mark.slow
def test_a_generated_client_does_the_main_operations(tmp_path: Path) -> None:
    bin_ = client_generator()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with running(tmp_path / "server") as server:
        described = tmp_path / "openapi.json"
        described.write_bytes(httpx.get(f"{server.url}/openapi.json").content)
        for command in (
            [bin_ / "openapi-python-client", "generate", "--path", described, "--meta", "none",
             "--output-path", tmp_path / "generated"],
            [bin_ / "python", Path(__file__).parent / "generated.py", tmp_path, server.url],
        ):  # fmt: skip
            finished = subprocess.run(
                list(map(str, command)), capture_output=True, text=True, timeout=120, cwd=tmp_path, env=environment
            )
            assert finished.returncode == 0, finished.stderr or finished.stdout
