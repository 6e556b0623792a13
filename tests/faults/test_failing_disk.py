"""Disks that fail or lose power at each call in turn: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

import chromadb

from . import history
from .disk import Fault, Survival
from .processes import THOROUGH
from .workload import SEED, Workload

BATCHES = 4
LOOKS = 6
"""How many calls each of the batches looks at, when it does not look at all of them."""


def chosen(total: int, batch: int, chance: random.Random) -> list[int]:
    """Return the numbers of the calls that a batch looks at."""
    numbers = range(1 + batch, total + 1, BATCHES)
    return list(numbers) if THOROUGH else sorted(chance.sample(numbers, min(LOOKS, len(numbers))))


def calls_of_the_workload(directory: Path) -> int:
    with Workload(directory) as workload:
        workload.run()
        assert workload.failures == []
        return len(workload.disk.calls)


def check_directory(directory: Path, *expected: history.Records) -> None:
    """Assert that a directory holds one of the expected states, is in order, and can be worked with."""
    with chromadb.PersistentClient(directory) as client:
        found = history.stored(client)
        assert found in expected
        history.check_answers(client, found)
        history.check_order(client)
        collection = client.get_or_create_collection(history.NAME, embedding_function=None)
        method, arguments = history.apply(SEED, 1000, found)
        getattr(collection, method)(**arguments)
        client.compact()
        history.check_answers(client, found)
        history.check_order(client)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_call_that_fails_changes_nothing_and_works_later(tmp_path: Path, batch: int, full: bool) -> None:
    chance = random.Random(batch)
    reported = 0
    for at in chosen(calls_of_the_workload(tmp_path / "without"), batch, chance):
        directory = tmp_path / str(at)
        with Workload(directory) as workload:
            workload.disk.fault = Fault(at, full)
            workload.run()
            assert workload.disk.failed > 0
            reported += len(workload.failures)
        check_directory(directory, history.records_after(SEED, workload.acknowledged))
        shutil.rmtree(directory)
    assert reported > 0


@pytest.mark.parametrize("survival", ["synced", "mixed"])
@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_power_cut_leaves_what_was_acknowledged(tmp_path: Path, batch: int, survival: Survival) -> None:
    chance = random.Random(batch)
    numbers = set(chosen(calls_of_the_workload(tmp_path / "without"), batch, chance))
    acknowledged: dict[Path, int] = {}

    def cut(number: int) -> None:
        if number in numbers:
            target = tmp_path / f"cut-{number}"
            workload.disk.after_power_cut(target, survival, chance)
            acknowledged[target] = workload.acknowledged

    with Workload(tmp_path / "with") as workload:
        workload.disk.before_call = cut
        workload.run()
    assert acknowledged
    for directory, calls in acknowledged.items():
        check_directory(directory, history.records_after(SEED, calls), history.records_after(SEED, calls + 1))
        shutil.rmtree(directory)
