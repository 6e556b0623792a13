from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from .backends import KINDS, Backend
from .embedding_functions import Letters

OpenBackend = Callable[..., Backend]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def open_backend(kind: str, tmp_path: Path) -> Iterator[OpenBackend]:
    """Give a function that makes an empty database; ``allow_reset`` is its one option."""
    with ExitStack() as opened:

        def make(**options: Any) -> Backend:
            return opened.enter_context(closing(KINDS[kind](tmp_path / "data", **options)))

        yield make


@pytest.fixture
def backend(open_backend: OpenBackend) -> Backend:
    return open_backend()


@pytest.fixture
def client(backend: Backend) -> Any:
    return backend.client()


@pytest.fixture
def collection(client: Any) -> Any:
    """Give an empty collection whose embedding function counts letters."""
    return client.create_collection("things", embedding_function=Letters())
