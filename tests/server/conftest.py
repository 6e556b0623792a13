"""One server for the tests of a module, and paths into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running_server import RunningServer, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    directory: Path = tmp_path_factory.mktemp("server")
    with running(directory, "allow_reset: true\nmax_payload_size_bytes: 100000\n") as started:
        yield started


@pytest.fixture(scope="module")
def http(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}/api/v2", timeout=30) as client:
        yield client


@pytest.fixture
def database(http: httpx.Client, request: pytest.FixtureRequest) -> str:
    """The path of an empty database of the test's own."""
    name = f"db-{abs(hash(request.node.nodeid))}"
    assert http.post("/tenants/default_tenant/databases", json={"name": name}).status_code == 200
    return f"/tenants/default_tenant/databases/{name}"


@pytest.fixture
def collection(http: httpx.Client, database: str) -> str:
    """The path of a collection with three records of two dimensions."""
    made = http.post(f"{database}/collections", json={"name": "things"}).json()
    path = f"{database}/collections/{made['id']}"
    answer = http.post(
        f"{path}/add",
        json={
            "ids": ["a", "b", "c"],
            "embeddings": [[1, 0], [0, 1], [0.1, 0.2]],
            "documents": ["first", None, "third"],
            "uris": [None, "file:///b", None],
            "metadatas": [{"n": 1, "f": 2.0}, None, {"tags": ["x", "y"]}],
        },
    )
    assert answer.status_code == 201
    return path
