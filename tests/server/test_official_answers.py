"""Our answers beside those that the official server gave (see record.py): statuses, error names, bodies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from running_server import running

from .exchanges import EXCHANGES
from .record import ANSWERS, answers

OFFICIAL: list[dict[str, Any]] = json.loads(ANSWERS.read_text("utf-8"))
PREFIXES = (
    "Failed to parse",
    "Failed to deserialize the JSON",
    "Invalid base64",
    "Invalid where",
    "Validation error: name: Validation error: length",
    "Validation error: metadatas: Invalid metadata at index 0",
)
POSITIONS = range(len(EXCHANGES))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    directory: Path = tmp_path_factory.mktemp("official")
    with running(directory) as server:
        return answers(server.url, EXCHANGES)


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """Without the words of messages that come from the parser or have no order, and without our additions."""
    body = answer["body"]
    if isinstance(body, dict) and "error" in body and answer["status"] in (400, 422):
        for prefix in PREFIXES:
            if body["message"].startswith(prefix):
                return {**answer, "body": {**body, "message": prefix}}
    return answer


@pytest.mark.parametrize("position", POSITIONS, ids=[f"{n}-{m}-{p[-30:]}" for n, (m, p, _) in enumerate(EXCHANGES)])
def test_answers_are_those_of_the_official_server(ours: list[dict[str, Any]], position: int) -> None:
    assert comparable(ours[position]) == comparable(OFFICIAL[position])
