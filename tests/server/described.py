"""The operations of the description, and requests that are made from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from running_server import RunningServer

from chromadb.server.routes import ROUTES

schemathesis = pytest.importorskip("schemathesis")

_ROUTES = {route.name: route for route in ROUTES}


def operations_of(server: RunningServer) -> dict[str, Any]:
    """Return the described operations by their ids."""
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    found = [result.ok() for result in schema.get_all_operations()]
    return {operation.definition.raw["operationId"]: operation for operation in found}


def with_cases(operation: Any, examples: int, ask: Callable[[Any], None]) -> None:
    """Call ``ask`` with requests as the description has them and, where there is something to break, broken ones."""
    modes = [schemathesis.GenerationMode.POSITIVE]
    route = _ROUTES[operation.definition.raw["operationId"]]
    if route.body is not None or route.query:
        modes.append(schemathesis.GenerationMode.NEGATIVE)
    for mode in modes:
        strategy = operation.as_strategy(generation_mode=mode)
        bounds = settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        seed(7)(bounds(given(case=strategy)(lambda case: ask(case))))()


def check_described(operation: Any, case: Any, answer: Any) -> None:
    """Fail for an error of the server, and for an answer that the description does not name."""
    assert answer.status_code < 500 or answer.status_code == 501, (case.as_curl_command(), answer.text)
    if answer.status_code == 405 or (answer.status_code == 404 and not answer.content):
        return
    described = operation.definition.raw["responses"]
    assert str(answer.status_code) in described, (case.as_curl_command(), answer.text)
