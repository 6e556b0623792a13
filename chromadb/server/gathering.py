"""Requests that wait at the same time are answered together: several queries of one collection are one batch.

The first request begins at once. What arrives while it runs waits for it, and then runs as a whole, so that the busier
the server, the more requests share what each would cost alone. Clients that were just answered often ask again at once:
after a run, others wait for as many as there were then, for as long again as it took, so that the clients of a busy
server do not fall apart into groups that wait for one another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Generic, TypeVar

_PATIENCE = 0.02
"""Seconds after which what runs is taken for slow, so that others do not wait for it."""
_LONGEST_PAUSE = 0.005
"""Seconds that requests wait at most for those of clients that were just answered."""

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Gatherer(Generic[Asked, Answer]):
    """Runs a function over all requests that wait, in a pool of threads. Belongs to one event loop.

    answer_all: returns one answer or exception for each request, in their order. runs: how many calls of it may go on
    at a time; another begins only when those in progress have gone on for a while, for two that compute share one
    interpreter. most: how many requests one call gets.
    """

    def __init__(
        self,
        pool: Executor,
        answer_all: Callable[[Sequence[Asked]], Sequence[Answer | Exception]],
        runs: int,
        most: int,
    ) -> None:
        self._pool = pool
        self._answer_all = answer_all
        self._runs = runs
        self._most = most
        self._began: list[float] = []
        """When each run in progress began, the last one last."""
        self._expected = 0
        self._expected_until = 0.0
        self._look_again: asyncio.TimerHandle | None = None
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []

    async def answer(self, asked: Asked) -> Answer:
        """Return the answer to one request, or raise its exception."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        self._begin()
        return await future

    def _begin(self) -> None:
        """Run what waits, unless it is to wait for what runs or for who may ask again."""
        if not self._waiting or len(self._began) == self._runs:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        earliest = self._began[-1] + _PATIENCE if self._began else 0.0
        if len(self._waiting) < self._expected:
            earliest = max(earliest, self._expected_until)
        if now < earliest:
            self._begin_at(loop, earliest)
            return
        self._began.append(now)
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        running = loop.run_in_executor(self._pool, self._answer_all, [asked for asked, _ in batch])
        running.add_done_callback(lambda done: self._deliver([future for _, future in batch], done, now))

    def _begin_at(self, loop: asyncio.AbstractEventLoop, earliest: float) -> None:
        if self._look_again is not None:
            if self._look_again.when() <= earliest:
                return
            self._look_again.cancel()
        self._look_again = loop.call_at(earliest, self._begin_later)

    def _begin_later(self) -> None:
        self._look_again = None
        self._begin()

    def _deliver(
        self,
        futures: Sequence[asyncio.Future[Answer]],
        done: asyncio.Future[Sequence[Answer | Exception]],
        began: float,
    ) -> None:
        self._began.remove(began)
        now = asyncio.get_running_loop().time()
        self._expected = min(len(futures) + len(self._waiting), self._most)
        self._expected_until = now + min(now - began, _LONGEST_PAUSE)
        failure = done.exception()
        answers = [failure] * len(futures) if failure is not None else done.result()
        for future, answer in zip(futures, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)
        self._begin()
