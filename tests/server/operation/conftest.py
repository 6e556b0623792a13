"""A server that has nothing of this switched on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_server import running


@pytest.fixture(scope="package")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("plain")
    with running(directory) as server:
        yield server.url
