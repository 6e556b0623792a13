"""Systems: components of other packages live as long as their system."""

from __future__ import annotations

from pathlib import Path

import pytest

from chromadb.config import Component, Settings, System

happened: list[str] = []


class Noting(Component):
    """Notes what becomes of it."""

    def start(self) -> None:
        super().start()
        happened.append(f"{type(self).__name__} starts")

    def stop(self) -> None:
        super().stop()
        happened.append(f"{type(self).__name__} stops")

    def reset_state(self) -> None:
        happened.append(f"{type(self).__name__} forgets")


class Below(Noting):
    """Needs nothing."""

    def __init__(self, system: System) -> None:
        super().__init__(system)
        self.directory = system.settings.persist_directory


class Above(Noting):
    """Needs the other."""

    def __init__(self, system: System) -> None:
        super().__init__(system)
        self.below = self.require(Below)


class Late(Noting):
    """Is asked for when the system runs."""


def test_components_are_made_once_and_live_with_their_system(tmp_path: Path) -> None:
    happened.clear()
    settings = Settings(is_persistent=True, persist_directory=str(tmp_path), allow_reset=True)
    system = System(settings)
    above = system.instance(Above)
    assert system.instance(Above) is above
    assert above.below is system.instance(Below)
    assert above.below.directory == str(tmp_path)
    assert happened == []
    system.start()
    system.instance(Late)
    system.reset_state()
    system.stop()
    names = ("Below", "Above", "Late")
    assert happened == [
        *(f"{name} starts" for name in names),
        *(f"{name} forgets" for name in names),
        *(f"{name} stops" for name in reversed(names)),
    ]


def test_what_is_no_component_is_refused(tmp_path: Path) -> None:
    system = System(Settings(is_persistent=True, persist_directory=str(tmp_path)))
    system.start()
    with pytest.raises(ValueError, match="a system has no component int"):
        system.instance(int)
    system.stop()
