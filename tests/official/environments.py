"""Environments of the official clients and of a generator of clients, set up once and kept outside of the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

PYTHON_CLIENT = "chromadb==1.5.9"
JAVASCRIPT_CLIENT = "chromadb@3.5.0"
CLIENT_GENERATOR = "openapi-python-client==0.29.1"
_SECONDS = 300


def python_client() -> Path:
    """Return the interpreter of an environment with the official Python client."""
    return _python_environment("python", PYTHON_CLIENT) / "python"


def client_generator() -> Path:
    """Return the directory of the commands ``openapi-python-client`` and ``python``, which runs what that makes."""
    return _python_environment("generator", CLIENT_GENERATOR)


def javascript_client() -> Path:
    """Return a directory in which node finds the official JavaScript client."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")

    def build(directory: Path) -> None:
        directory.mkdir()
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(directory), JAVASCRIPT_CLIENT])

    return _set_up("javascript", build)


def _python_environment(name: str, package: str) -> Path:
    def build(directory: Path) -> None:
        _run([sys.executable, "-m", "venv", str(directory)])
        _run([str(directory / "bin" / "pip"), "install", "--quiet", package])

    return _set_up(name, build) / "bin"


def _set_up(name: str, build: Callable[[Path], None]) -> Path:
    parent = Path(tempfile.gettempdir()) / f"chroma-official-clients-{os.getuid()}"
    parent.mkdir(exist_ok=True)
    ready = parent / name
    with FileLock(parent / f"{name}.lock"):
        if not (ready / "complete").exists():
            shutil.rmtree(ready, ignore_errors=True)
            try:
                build(ready)
            except (subprocess.SubprocessError, OSError) as error:
                pytest.skip(f"the environment {name!r} cannot be installed here: {error}")
            (ready / "complete").touch()
    return ready


def _run(command: list[str]) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, check=True, timeout=_SECONDS, capture_output=True, env=kept)
