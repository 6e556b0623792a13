"""Work behind the writes waits for their pauses, and not for ever."""

from __future__ import annotations

import threading

import pytest

from chromadb.engine import write_pauses
from chromadb.engine.write_pauses import WritePauses


class _Clock:
    """A clock that only waiting moves on. written: whether a write comes with each wait."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: WritePauses | None = None
        self.written = False

    def monotonic(self) -> float:
        return self.now


class _Closed(threading.Event):
    def __init__(self, clock: _Clock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        assert timeout > 0
        self._clock.now += timeout
        if self._clock.written and self._clock.pauses is not None:
            self._clock.pauses.notice()
        return self.is_set()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    made = _Clock()
    monkeypatch.setattr(write_pauses.time, "monotonic", made.monotonic)
    made.pauses = WritePauses()
    return made


def test_it_ends_when_nothing_was_written_for_long_enough(clock: _Clock) -> None:
    assert clock.pauses is not None
    assert not clock.pauses.wait(_Closed(clock), 0.5, 10.0)
    assert clock.now == pytest.approx(100.5)


def test_it_ends_in_spite_of_writes(clock: _Clock) -> None:
    assert clock.pauses is not None
    clock.written = True
    assert not clock.pauses.wait(_Closed(clock), 0.5, 10.0)
    assert clock.now == pytest.approx(110.0)


def test_a_writer_can_always_take_the_lock(clock: _Clock) -> None:
    assert clock.pauses is not None
    clock.now += 60
    assert not clock.pauses.wait(_Closed(clock), 0.5, 10.0)
    assert clock.now > 160


def test_it_says_when_it_was_closed(clock: _Clock) -> None:
    assert clock.pauses is not None
    closed = _Closed(clock)
    closed.set()
    assert clock.pauses.wait(closed, 0.5, 10.0)
