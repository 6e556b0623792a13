"""Requests that wait at the same time are answered together, each with its own answer or refusal."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from chromadb.server import gathering
from chromadb.server.gathering import Gatherer


class Doubling:
    """Doubles numbers, refuses negative ones, and waits to be let go on where it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go_on = threading.Event()

    def __call__(self, asked: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(asked))
        if 0 in asked:
            assert self.go_on.wait(10)
        if 13 in asked:
            raise RuntimeError("all of it failed")
        return [ValueError(f"{number}") if number < 0 else 2 * number for number in asked]


def gathered(runs: int, most: int, *rounds: Sequence[int]) -> tuple[list[object], Doubling]:
    """Ask for the numbers of each round while those before wait or run; let what waits go on at the end."""
    doubling = Doubling()

    async def ask() -> list[object]:
        with ThreadPoolExecutor(4) as pool:
            gatherer: Gatherer[int, int] = Gatherer(pool, doubling, runs, most)
            tasks = []
            for numbers in rounds:
                tasks += [asyncio.ensure_future(gatherer.answer(number)) for number in numbers]
                await asyncio.sleep(0.05)
            doubling.go_on.set()
            return list(await asyncio.gather(*tasks, return_exceptions=True))

    return asyncio.run(ask()), doubling


def test_what_arrives_while_one_runs_is_one_batch() -> None:
    answers, doubling = gathered(1, 64, [0], [1, 2], [3])
    assert answers == [0, 2, 4, 6]
    assert doubling.batches == [[0], [1, 2, 3]]


def test_a_batch_has_its_bounds() -> None:
    answers, doubling = gathered(1, 2, [0], [1, 2, 3])
    assert answers == [0, 2, 4, 6]
    assert doubling.batches == [[0], [1, 2], [3]]


def test_nobody_waits_for_a_slow_one_where_more_may_run() -> None:
    answers, doubling = gathered(2, 64, [0], [1, 2], [3])
    assert answers == [0, 2, 4, 6]
    assert doubling.batches[0] == [0]
    assert [number for batch in doubling.batches[1:] for number in batch] == [1, 2, 3]
    assert len(doubling.batches) >= 3, "the others ran before the slow one was let go on"


def test_a_slow_one_that_has_been_waited_for_delays_nobody_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_PATIENCE", 60)
    doubling, passed = Doubling(), 0.0

    async def ask() -> list[int]:
        loop = asyncio.get_running_loop()
        clock = loop.time
        monkeypatch.setattr(loop, "time", lambda: clock() + passed)
        with ThreadPoolExecutor(4) as pool:
            gatherer: Gatherer[int, int] = Gatherer(pool, doubling, 2, 64)
            slow = asyncio.ensure_future(gatherer.answer(0))
            await asyncio.sleep(0)
            nonlocal passed
            passed = 100.0
            answers = [await asyncio.wait_for(gatherer.answer(number), 10) for number in (1, 2)]
            doubling.go_on.set()
            return [*answers, await slow]

    assert asyncio.run(ask()) == [2, 4, 0]
    assert doubling.batches == [[0], [1], [2]]


def test_who_waited_for_a_run_waits_no_longer_than_for_other_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_PATIENCE", 60)
    doubling = Doubling()

    async def ask() -> list[int]:
        with ThreadPoolExecutor(4) as pool:
            gatherer: Gatherer[int, int] = Gatherer(pool, doubling, 2, 64)
            first = asyncio.ensure_future(gatherer.answer(0))
            second = asyncio.ensure_future(gatherer.answer(1))
            await asyncio.sleep(0.01)
            doubling.go_on.set()
            return list(await asyncio.wait_for(asyncio.gather(first, second), 10))

    assert asyncio.run(ask()) == [0, 2]
    assert doubling.batches == [[0], [1]]


@pytest.mark.parametrize("refused", [-1, -2])
def test_a_refusal_reaches_only_its_caller(refused: int) -> None:
    answers, _ = gathered(1, 64, [0], [1, refused])
    assert answers[:2] == [0, 2]
    assert isinstance(answers[2], ValueError)


def test_what_fails_as_a_whole_fails_for_all_of_it() -> None:
    answers, doubling = gathered(1, 64, [0], [13, 1], [])
    assert answers[0] == 0
    assert all(isinstance(answer, RuntimeError) for answer in answers[1:])
    assert doubling.batches == [[0], [13, 1]]


def test_clients_that_ask_again_at_once_are_answered_together() -> None:
    batches: list[list[str]] = []

    def slowly(asked: Sequence[str]) -> list[str | Exception]:
        batches.append(sorted(asked))
        time.sleep(0.2)
        return [name.upper() for name in asked]

    async def client(gatherer: Gatherer[str, str], name: str) -> list[str]:
        return [await gatherer.answer(f"{name}{number}") for number in range(3)]

    async def ask() -> list[list[str]]:
        with ThreadPoolExecutor(4) as pool:
            gatherer: Gatherer[str, str] = Gatherer(pool, slowly, 1, 64)
            return await asyncio.gather(client(gatherer, "a"), client(gatherer, "b"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "_LONGEST_PAUSE", 10.0)
        answers = asyncio.run(ask())
    assert answers == [["A0", "A1", "A2"], ["B0", "B1", "B2"]]
    assert batches == [["a0"], ["a1", "b0"], ["a2", "b1"], ["b2"]]
