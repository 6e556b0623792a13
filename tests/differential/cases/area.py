"""Cases, grouped into areas, and what a case is given to work with."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import chromadb
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings

from .outcome import Outcome, observe


@cache
def _settings() -> Settings:
    """Return the default settings, read once: reading the environment for them takes as long as many a case."""
    return Settings()


@dataclass
class Stage:
    """What one case works with: an empty in-memory store and an empty directory.

    `shared` is what the area's `prepare` returned, once for all its cases; such cases only read.
    """

    directory: Path
    shared: Any = None
    _client: Any = None

    @property
    def client(self) -> Any:
        """The case's client of the in-memory store, made on first use."""
        if self._client is None:
            self._client = chromadb.EphemeralClient(_settings())
        return self._client

    def collection(self, name: str = "things", **options: Any) -> Any:
        """Create a collection that never embeds."""
        return self.client.create_collection(name, embedding_function=None, **options)

    def attempt(self, action: Callable[[], object]) -> Outcome:
        """Return the outcome of one step, so that a case can go on after an error."""
        return observe(action, self.directory)


Question = Callable[[Stage], object]


@dataclass(frozen=True)
class Case:
    """One question.

    exact_message: whether an error's first line must be the recorded one, after which a detail may follow a
    colon; else only the class counts.
    """

    name: str
    run: Question
    exact_message: bool


@dataclass
class Area:
    """The cases of one file of answers.

    prepare: makes what all cases of the area share; None when each case starts from nothing.
    """

    name: str
    prepare: Question | None = None
    cases: dict[str, Case] = field(default_factory=dict)

    def add(self, name: str, run: Question, *, exact_message: bool = False) -> None:
        """Add a case; raises ValueError when the name is taken."""
        if name in self.cases:
            raise ValueError(f"two cases of the area {self.name} are called {name!r}")
        self.cases[name] = Case(name, run, exact_message)

    def case(self, *, exact_message: bool = False) -> Callable[[Question], Question]:
        """Decorate a function to be a case, named as the function is."""

        def register(run: Question) -> Question:
            self.add(getattr(run, "__name__", "").replace("_", " "), run, exact_message=exact_message)
            return run

        return register


@contextmanager
def fresh_store() -> Iterator[None]:
    """Give the process an empty in-memory store and leave none behind."""
    SharedSystemClient.clear_system_cache()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            SharedSystemClient.clear_system_cache()


def answer(case: Case, directory: Path, shared: Any = None) -> Outcome:
    """Return the case's outcome in an empty store, or over what the area shares."""
    stage = Stage(directory, shared)
    with fresh_store():
        try:
            return observe(lambda: case.run(stage), directory)
        finally:
            if stage._client is not None:
                stage._client.close()


def prepare(area: Area, directory: Path) -> Any:
    """Return what the area's cases share, or None; the caller keeps it alive."""
    if area.prepare is None:
        return None
    with fresh_store():
        return area.prepare(Stage(directory))
