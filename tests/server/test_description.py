"""The OpenAPI description is true: requests made from it, and broken ones, get described answers and no error 500."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, seed, settings
from running_server import RunningServer, running

from chromadb.server.routes import ROUTES

schemathesis = pytest.importorskip("schemathesis")

ROUTES_BY_NAME = {route.name: route for route in ROUTES}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    directory: Path = tmp_path_factory.mktemp("fuzz")
    with running(directory) as server:
        yield server


@pytest.fixture(scope="module")
def operations(fuzzed: RunningServer) -> dict[str, Any]:
    schema = schemathesis.openapi.from_url(f"{fuzzed.url}/openapi.json")
    found = [result.ok() for result in schema.get_all_operations()]
    return {operation.definition.raw["operationId"]: operation for operation in found}


@pytest.fixture(scope="module")
def things(fuzzed: RunningServer) -> dict[str, str]:
    """Path parameters that exist, so that more than the search for them is reached."""
    base = f"{fuzzed.url}/api/v2/tenants/default_tenant/databases/default_database"
    made = httpx.post(f"{base}/collections", json={"name": "things"}).json()
    return {"tenant": "default_tenant", "database": "default_database", "collection": made["id"]}


def test_every_route_is_described(operations: dict[str, Any]) -> None:
    assert set(operations) == {route.name for route in ROUTES}


@pytest.mark.slow
@pytest.mark.parametrize("name", [route.name for route in ROUTES if route.name != "delete_database"])
@pytest.mark.parametrize("is_known", [False, True])
def test_every_answer_is_described(
    operations: dict[str, Any], things: dict[str, str], name: str, is_known: bool
) -> None:
    operation = operations[name]
    if is_known and "{" not in operation.path:
        return

    modes = [schemathesis.GenerationMode.POSITIVE]
    if ROUTES_BY_NAME[name].body is not None or ROUTES_BY_NAME[name].query:
        modes.append(schemathesis.GenerationMode.NEGATIVE)
    for mode in modes:
        strategy = operation.as_strategy(generation_mode=mode)

        @seed(7)
        @settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=strategy)
        def ask(case: Any) -> None:
            if is_known:
                case.path_parameters = {**case.path_parameters, **things}
            answer = case.call()
            assert answer.status_code < 500 or answer.status_code == 501, (case.as_curl_command(), answer.text)
            if answer.status_code not in (405,) and not (answer.status_code == 404 and not answer.content):
                described = operation.definition.raw["responses"]
                assert str(answer.status_code) in described, (case.as_curl_command(), answer.text)

        ask()
