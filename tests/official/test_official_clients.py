"""The official clients, unmodified, against our server: every operation, compared with what their own server answered.

python.jsonl and javascript.jsonl were recorded by running the scenarios against `chroma run` of chromadb 1.5.9 with an
empty directory: python scenario.py localhost 8000 > python.jsonl; node scenario.mjs localhost 8000 > javascript.jsonl.
That server answers no search and indexes no sparse vectors. What both clients are to see of these, searches.jsonl, are
our server's answers (python searches.py ... > searches.jsonl), compared with the documented arithmetic by hand.
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


def seen(command: list[str], directory: Path) -> list[dict[str, Any]]:
    with running(directory / "server") as server:
        address = ["127.0.0.1", server.url.rpartition(":")[2]]
        finished = subprocess.run(
            [*command, *address],
            capture_output=True, text=True, timeout=120, cwd=directory,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


def compared(recorded: str, command: list[str], directory: Path) -> None:
    ours, theirs = seen(command, directory), expected(recorded)
    assert [answer["step"] for answer in ours] == [answer["step"] for answer in theirs]
    wrong = [
        (mine, other)
        for mine, other in zip(ours, theirs, strict=True)
        if mine != other and mine["step"] not in _DIFFERENT
    ]
    assert wrong == []
    assert next(answer for answer in ours if answer["step"] == "fork")["result"]


def expected(recorded: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_HERE / recorded).read_text("utf-8").splitlines()]


@pytest.mark.slow
def test_the_python_client(tmp_path: Path) -> None:
    command = [str(python_client()), str(_HERE / "scenario.py")]
    compared("python.jsonl", command, tmp_path)


@pytest.mark.slow
def test_the_javascript_client(tmp_path: Path) -> None:
    compared("javascript.jsonl", javascript("scenario.mjs"), tmp_path)


@pytest.mark.slow
def test_searches_of_the_python_client(tmp_path: Path) -> None:
    assert seen([str(python_client()), str(_HERE / "searches.py")], tmp_path) == expected("searches.jsonl")


@pytest.mark.slow
def test_searches_of_the_javascript_client(tmp_path: Path) -> None:
    assert seen(javascript("searches.mjs"), tmp_path) == expected("searches.jsonl")


def javascript(scenario: str) -> list[str]:
    # Modules are looked for beside the file that imports them.
    copy = javascript_client() / scenario
    copy.write_text((_HERE / scenario).read_text("utf-8"), "utf-8")
    return ["node", str(copy)]
