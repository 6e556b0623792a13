"""How functions are attached and detached over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from chromadb.client.attached_function import AttachedFunction
from chromadb.client.http.call import Call, collection_path, reading
from chromadb.client.operations.functions import AttachFunction, DetachFunction, GetAttachedFunction
from chromadb.client.operations.operation import Operation
from chromadb.model import wire
from chromadb.model.json_text import json_text


def _attach_function(operation: AttachFunction) -> Call[tuple[AttachedFunction, bool]]:
    body = {
        "name": operation.name,
        "function_id": operation.function,
        "output_collection": operation.output_collection,
        "params": operation.params,
    }
    return Call(
        "POST",
        collection_path(operation.collection, "functions", "attach"),
        reading(wire.AttachAnswer, partial(_newly_attached, operation)),
        body=json_text(body),
    )


def _newly_attached(operation: AttachFunction, answer: wire.AttachAnswer) -> tuple[AttachedFunction, bool]:
    made = answer.attached_function
    attached = AttachedFunction(
        UUID(made.id),
        made.name,
        made.function_name,
        operation.collection.id,
        operation.output_collection,
        operation.params,
    )
    return attached, answer.created


def _get_attached_function(operation: GetAttachedFunction) -> Call[AttachedFunction]:
    path = collection_path(operation.collection, "functions", operation.name)
    return Call("GET", path, reading(wire.AttachedFunctionAnswer, _attached))


def _detach_function(operation: DetachFunction) -> Call[bool]:
    return Call(
        "POST",
        collection_path(operation.collection, "attached_functions", operation.name, "detach"),
        reading(wire.DetachAnswer, lambda answer: answer.success),
        body=json_text({"delete_output": operation.delete_output}),
    )


def _attached(answer: wire.AttachedFunctionAnswer) -> AttachedFunction:
    found = answer.attached_function
    return AttachedFunction(
        UUID(found.id),
        found.name,
        found.function_name,
        UUID(found.input_collection_id),
        found.output_collection,
        json.loads(found.params) if found.params else None,
    )


CALLS: Mapping[type[Operation[Any]], Callable[[Any], Call[Any]]] = {
    AttachFunction: _attach_function,
    GetAttachedFunction: _get_attached_function,
    DetachFunction: _detach_function,
}
"""What makes the call of each operation."""
