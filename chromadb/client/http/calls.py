"""Which HTTP call does an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from chromadb.client.http import catalog_calls, functions_calls, records_calls, system_calls
from chromadb.client.http.call import Call
from chromadb.client.operations.operation import Operation

T = TypeVar("T")

CALLS: dict[type[Operation[Any]], Callable[[Any], Call[Any]]] = {
    **catalog_calls.CALLS,
    **functions_calls.CALLS,
    **records_calls.CALLS,
    **system_calls.CALLS,
}
"""What makes the call of each operation."""


def call_of(operation: Operation[T]) -> Call[T]:
    """Return the call that does it; raises NotImplementedError for what only a database in this process can do."""
    return cast("Call[T]", CALLS[type(operation)](operation))
