"""This package answers as Chroma 1.5.9 did, but for the differences that are listed with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from .cases import AREAS
from .cases.area import Area, answer, prepare
from .cases.outcome import Outcome, agree
from .differences import DIFFERENCES

_ANSWERS = Path(__file__).parent / "answers"
_CASES = [(area, name) for area, cases in AREAS.items() for name in cases.cases]


@cache
def _recorded(area: str) -> dict[str, Outcome]:
    recorded: dict[str, Outcome] = json.loads((_ANSWERS / f"{area}.json").read_text(encoding="utf-8"))
    return recorded


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give what the cases of an area share, made when its first case asks for it."""
    made: dict[str, Any] = {}

    def of(area: Area) -> Any:
        if area.name not in made:
            made[area.name] = prepare(area, tmp_path_factory.mktemp(area.name))
        return made[area.name]

    yield of
    made.clear()


@pytest.fixture(scope="module")
def new_directory(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Give a new directory at each call; a `tmp_path` a case would cost more than most cases do."""
    parent = tmp_path_factory.mktemp("cases")
    numbers = count()

    def make() -> Path:
        directory = parent / str(next(numbers))
        directory.mkdir()
        return directory

    return make


@pytest.mark.parametrize(("area", "name"), _CASES, ids=[f"{area}/{name}" for area, name in _CASES])
def test_answer(area: str, name: str, shared: Any, new_directory: Callable[[], Path]) -> None:
    case = AREAS[area].cases[name]
    expected = recorded = _recorded(area)[name]
    exact_message = case.exact_message
    difference = DIFFERENCES.get(f"{area}/{name}")
    if difference is not None:
        expected, exact_message = difference.outcome(recorded), False
        assert not agree(recorded, expected, exact_message), "listed as a difference, but it is none"
    observed = answer(case, new_directory(), shared(AREAS[area]))
    assert agree(expected, observed, exact_message), f"expected {expected}\nobserved {observed}"


def test_every_case_is_recorded_and_every_record_has_its_case() -> None:
    assert {path.stem for path in _ANSWERS.iterdir()} == set(AREAS)
    for area, cases in AREAS.items():
        assert set(_recorded(area)) == set(cases.cases)


def test_differences_are_of_cases_that_exist() -> None:
    assert set(DIFFERENCES) <= {f"{area}/{name}" for area, name in _CASES}
