"""An OpenFGA server for a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .openfga_store import Store, serving


@pytest.fixture
def store() -> Iterator[Store]:
    with serving() as served:
        yield served
