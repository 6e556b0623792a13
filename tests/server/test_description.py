"""The OpenAPI description is true: requests made from it, and broken ones, get described answers and no error 500."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_server import RunningServer, running

from chromadb.server.routes import ROUTES

from .described import check_described, operations_of, with_cases

_NUMBERS = count()


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    directory: Path = tmp_path_factory.mktemp("fuzz")
    with running(directory) as server:
        yield server


@pytest.fixture(scope="module")
def operations(fuzzed: RunningServer) -> dict[str, Any]:
    return operations_of(fuzzed)


@pytest.fixture(scope="module")
def things(fuzzed: RunningServer) -> dict[str, str]:
    """Path parameters that exist, so that more than the search for them is reached."""
    base = f"{fuzzed.url}/api/v2/tenants/default_tenant/databases/default_database"
    made = httpx.post(f"{base}/collections", json={"name": "things"}).json()
    return {"tenant": "default_tenant", "database": "default_database", "collection_id": made["id"]}


def test_every_route_is_described(operations: dict[str, Any]) -> None:
    assert set(operations) == {route.name for route in ROUTES}


def test_generators_of_clients_can_read_the_schemas(fuzzed: RunningServer) -> None:
    text = httpx.get(f"{fuzzed.url}/openapi.json").text
    assert '"prefixItems":[' in text
    assert '"items":false' not in text


@pytest.mark.slow
@pytest.mark.parametrize("name", [route.name for route in ROUTES])
@pytest.mark.parametrize("is_known", [False, True])
def test_every_answer_is_described(
    operations: dict[str, Any], fuzzed: RunningServer, things: dict[str, str], name: str, is_known: bool
) -> None:
    operation = operations[name]
    if is_known and "{" not in operation.path:
        return
    values = dict(things)

    def ask(case: Any) -> None:
        if name == "delete_database":
            # One of its own for each case, for the others need theirs.
            values["database"] = f"doomed-{next(_NUMBERS)}"
            databases = f"{fuzzed.url}/api/v2/tenants/default_tenant/databases"
            assert httpx.post(databases, json={"name": values["database"]}).status_code == 200
            assert httpx.post(f"{databases}/{values['database']}/collections", json={"name": "things"}).is_success
        if is_known:
            case.path_parameters = {**case.path_parameters, **values}
        answer = case.call()
        check_described(operation, case, answer)
        if name == "delete_database" and is_known:
            assert answer.status_code == 200, answer.text

    with_cases(operation, 6, ask)
