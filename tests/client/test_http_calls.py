"""How operations are asked for over HTTP."""

from __future__ import annotations

from chromadb.client.http.calls import CALLS
from chromadb.client.operations import catalog, functions, records, system
from chromadb.client.operations.operation import Operation


def test_every_operation_has_a_call() -> None:
    operations = {
        found
        for module in (catalog, functions, records, system)
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Operation) and found is not Operation
    }
    assert set(CALLS) == operations
