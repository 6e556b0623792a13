"""The quick start is what a newcomer sees first: it works, twice, and its answers are as expected."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "examples" / "quickstart.py"

FIRST_ANSWERS = [
    ("Why do leaves turn red and gold in the fall?", "stop making chlorophyll"),
    ("When did investors lose a fortune?", "October 1929"),
    ("When did investors lose a fortune?", "February 1637"),
    ("How can I send a secret that eavesdroppers cannot understand?", "public-key cipher"),
    ("Which creatures glow in the dark?", "make light of their own"),
    ("Who studied the night sky?", "Henrietta Leavitt"),
    ("A cure found by accident", "Alexander Fleming"),
    ("What is the highest place anyone has climbed?", "Mount Everest"),
]


def run_quickstart(directory: Path) -> str:
    """Run the script in a directory, on a terminal of 80 columns, and return what it prints."""
    environment = os.environ | {"COLUMNS": "80", "PYTHONPATH": str(ROOT)}
    finished = subprocess.run(
        [sys.executable, "-W", "error", QUICKSTART],
        cwd=directory,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return finished.stdout


def test_second_run_finds_the_passages_and_gives_the_same_answers(tmp_path: Path) -> None:
    first = run_quickstart(tmp_path)
    assert first.startswith("Embedded and stored 320 passages in ")
    assert max(map(len, first.splitlines())) <= 80

    second = run_quickstart(tmp_path)
    assert second.startswith("Found 320 passages stored by an earlier run.")
    assert second.splitlines()[1:] == first.splitlines()[1:]

    sections = [" ".join(section.split()) for section in first.split("-" * 80)[1:-1]]
    assert len(sections) == len(FIRST_ANSWERS)
    for section, (question, answer) in zip(sections, FIRST_ANSWERS, strict=True):
        assert section.startswith(question)
        assert answer in section[: section.index(" 2 ")], f"the first answer to {question!r}"


def test_passages_are_short_distinct_and_described() -> None:
    lines = QUICKSTART.with_name("passages.jsonl").read_text(encoding="utf-8").splitlines()
    passages = [json.loads(line) for line in lines]
    assert len({passage["id"] for passage in passages}) == 320
    assert len({passage["text"] for passage in passages}) == 320
    for passage in passages:
        metadata = passage["metadata"]
        assert set(metadata) - {"year"} == {"subject", "level", "region", "tags", "has_numbers"}
        assert 25 <= len(passage["text"].split()) <= 60, passage["id"]
        assert passage["id"].startswith(metadata["subject"] + "-")
        assert metadata["level"] in (1, 2, 3)
        assert metadata["tags"]
        assert metadata["has_numbers"] == any(character.isdigit() for character in passage["text"])
