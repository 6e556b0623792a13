"""From the arguments of a collection's methods to what the database is asked: functions that only servers run."""

from __future__ import annotations

from typing import Any

from chromadb.client.attached_function import Function
from chromadb.client.operations.functions import AttachFunction, DetachFunction, GetAttachedFunction
from chromadb.client.texts import required_text
from chromadb.model.collection import CollectionAddress


def attaching(
    collection: CollectionAddress, function: Any, name: Any, output_collection: Any, params: Any
) -> AttachFunction:
    """Return the operation that attaches a function; raises TypeError for names that are no texts."""
    function_name = required_text("function", function.value if isinstance(function, Function) else function)
    output = required_text("output_collection", output_collection)
    return AttachFunction(collection, function_name, required_text("name", name), output, params)


def finding_attached(collection: CollectionAddress, name: Any) -> GetAttachedFunction:
    """Return the operation that finds an attached function; raises as ``attaching``."""
    return GetAttachedFunction(collection, required_text("name", name))


def detaching(collection: CollectionAddress, name: Any, delete_output: Any) -> DetachFunction:
    """Return the operation that detaches a function; raises as ``attaching``."""
    return DetachFunction(collection, required_text("name", name), bool(delete_output))
