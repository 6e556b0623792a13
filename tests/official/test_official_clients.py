"""The official clients, unmodified, against our server: every operation, compared with what their own server answered.

python.jsonl and javascript.jsonl were recorded by running the scenarios against `chroma run` of chromadb 1.5.9 with an
empty directory: python scenario.py localhost 8000 > python.jsonl; node scenario.mjs localhost 8000 > javascript.jsonl.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from running_server import running

from .environments import javascript_client, python_client

_HERE = Path(__file__).parent
_DIFFERENT = {
    "fork": "a local Chroma server refuses forks; ours answers them",
}
"""Steps that are deliberately answered otherwise, and why."""


def compared(recorded: str, command: list[str], directory: Path) -> None:
    with running(directory / "server") as server:
        address = ["127.0.0.1", server.url.rpartition(":")[2]]
        finished = subprocess.run(
            [*command, *address],
            capture_output=True, text=True, timeout=120, cwd=directory,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    ours = [json.loads(line) for line in finished.stdout.splitlines()]
    theirs: list[dict[str, Any]] = [json.loads(line) for line in (_HERE / recorded).read_text("utf-8").splitlines()]
    assert [answer["step"] for answer in ours] == [answer["step"] for answer in theirs]
    wrong = [
        (mine, other)
        for mine, other in zip(ours, theirs, strict=True)
        if mine != other and mine["step"] not in _DIFFERENT
    ]
    assert wrong == []
    assert next(answer for answer in ours if answer["step"] == "fork")["result"]


@pytest.mark.slow
def test_the_python_client(tmp_path: Path) -> None:
    command = [str(python_client()), str(_HERE / "scenario.py")]
    compared("python.jsonl", command, tmp_path)


@pytest.mark.slow
def test_the_javascript_client(tmp_path: Path) -> None:
    directory = javascript_client()
    scenario = directory / "scenario.mjs"
    # Modules are looked for beside the file that imports them.
    scenario.write_text((_HERE / "scenario.mjs").read_text("utf-8"), "utf-8")
    compared("javascript.jsonl", ["node", str(scenario)], tmp_path)
