"""What the processes of a server count, each in a file of its own that the others read.

A file is an array of binary64 numbers that its process maps into memory: counting is an addition there, and no process
waits for another. The files of processes that have ended still count; they go with the server's directory.
"""

from __future__ import annotations

import mmap
import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path

STATUSES = (
    200, 201, 303, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 501, 503, 0,
)  # fmt: skip
"""What the server answers; 0 stands for any other."""

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram of durations, in seconds."""

LIMITS = ("in_flight", "rate", "concurrency", "scorecard")
"""Why requests are refused with 429."""

_STATUS_AT = {status: position for position, status in enumerate(STATUSES)}
_SECONDS_AT = len(STATUSES)
_RECEIVED_AT = _SECONDS_AT + 1
_SENT_AT = _RECEIVED_AT + 1
_BUCKETS_AT = _SENT_AT + 1
_WIDTH = _BUCKETS_AT + len(BUCKETS) + 1
_SUFFIX = ".counts"


class Tally:
    """The numbers of one operation, summed over processes.

    by_status: requests. seconds: their duration in total. in_buckets: how many took at most as long as each of BUCKETS
    but longer than the one before, and last those that took longer than all. received and sent: bytes of bodies.
    """

    def __init__(self, numbers: Sequence[float]) -> None:
        self.by_status = {status: int(numbers[at]) for status, at in _STATUS_AT.items() if numbers[at]}
        self.seconds = numbers[_SECONDS_AT]
        self.received, self.sent = int(numbers[_RECEIVED_AT]), int(numbers[_SENT_AT])
        self.in_buckets = [int(number) for number in numbers[_BUCKETS_AT:_WIDTH]]


class Counts:
    """Counts requests of the given operations. Written by one thread of one process.

    directory: of the files of all processes, None: this process is alone and needs none.
    """

    def __init__(self, operations: Sequence[str], directory: Path | None) -> None:
        self._at = {name: position * _WIDTH for position, name in enumerate(operations)}
        self._limits_at = len(operations) * _WIDTH
        self._in_flight_at = self._limits_at + len(LIMITS)
        self._directory = directory
        size = (self._in_flight_at + 1) * 8
        if directory is None:
            self._memory = mmap.mmap(-1, size)
        else:
            with (directory / f"{os.getpid()}{_SUFFIX}").open("w+b") as file:
                file.truncate(size)
                self._memory = mmap.mmap(file.fileno(), size)
        self._numbers = memoryview(self._memory).cast("d")

    @property
    def operations(self) -> Sequence[str]:
        """The names of what is counted."""
        return tuple(self._at)

    def began(self) -> None:
        """Count a request that has begun."""
        self._numbers[self._in_flight_at] += 1

    def ended(self, operation: str, status: int, seconds: float, received: int, sent: int) -> None:
        """Count a request that has been answered."""
        numbers, at = self._numbers, self._at[operation]
        numbers[self._in_flight_at] -= 1
        numbers[at + _STATUS_AT.get(status, _STATUS_AT[0])] += 1
        numbers[at + _SECONDS_AT] += seconds
        numbers[at + _RECEIVED_AT] += received
        numbers[at + _SENT_AT] += sent
        numbers[at + _BUCKETS_AT + bisect_left(BUCKETS, seconds)] += 1

    def refused(self, limit: str) -> None:
        """Count a request that one of LIMITS refused."""
        self._numbers[self._limits_at + LIMITS.index(limit)] += 1

    def tallies(self) -> dict[str, Tally]:
        """Return the numbers of every operation that was asked for, over all processes."""
        summed = [sum(column) for column in zip(*(numbers for _, numbers in self._all()), strict=True)]
        rows = {name: summed[at : at + _WIDTH] for name, at in self._at.items()}
        return {name: Tally(row) for name, row in rows.items() if any(row)}

    def refusals(self) -> dict[str, int]:
        """Return how many requests each of LIMITS has refused, over all processes."""
        everything = [numbers for _, numbers in self._all()]
        return {limit: int(sum(row[self._limits_at + at] for row in everything)) for at, limit in enumerate(LIMITS)}

    def in_flight(self) -> dict[int, int]:
        """Return by id of each living process how many requests it is answering."""
        return {pid: int(numbers[self._in_flight_at]) for pid, numbers in self._all() if Path(f"/proc/{pid}").exists()}

    def close(self) -> None:
        """Let go of the memory."""
        self._numbers.release()
        self._memory.close()

    def _all(self) -> Iterator[tuple[int, Sequence[float]]]:
        if self._directory is None:
            yield os.getpid(), self._numbers.tolist()
            return
        for file in sorted(self._directory.glob(f"*{_SUFFIX}")):
            content = file.read_bytes()
            if len(content) == len(self._memory):
                yield int(file.stem), memoryview(content).cast("d").tolist()
