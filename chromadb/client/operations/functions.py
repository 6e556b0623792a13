"""Functions attached to a collection, which a server may run over its records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from chromadb.client.attached_function import AttachedFunction
from chromadb.client.operations.catalog import collection_path
from chromadb.client.operations.operation import Call, Operation, reading
from chromadb.model import wire
from chromadb.model.collection import CollectionAddress
from chromadb.model.json_text import json_text

if TYPE_CHECKING:
    from chromadb.engine.database import Database


class AttachFunction(Operation[tuple[AttachedFunction, bool]], frozen=True):
    """Attach a function to a collection; with it goes whether that was new."""

    collection: CollectionAddress
    function: str
    name: str
    output_collection: str
    params: Mapping[str, Any] | None

    def on_database(self, database: Database) -> tuple[AttachedFunction, bool]:
        _only_on_servers()

    def on_server(self) -> Call[tuple[AttachedFunction, bool]]:
        body = {
            "name": self.name,
            "function_id": self.function,
            "output_collection": self.output_collection,
            "params": self.params,
        }
        return Call(
            "POST",
            collection_path(self.collection, "functions", "attach"),
            reading(wire.AttachAnswer, self._attached),
            body=json_text(body),
        )

    def _attached(self, answer: wire.AttachAnswer) -> tuple[AttachedFunction, bool]:
        made = answer.attached_function
        attached = AttachedFunction(
            UUID(made.id), made.name, made.function_name, self.collection.id, self.output_collection, self.params
        )
        return attached, answer.created


class GetAttachedFunction(Operation[AttachedFunction], frozen=True):
    """Find a function that is attached to a collection."""

    collection: CollectionAddress
    name: str

    def on_database(self, database: Database) -> AttachedFunction:
        _only_on_servers()

    def on_server(self) -> Call[AttachedFunction]:
        path = collection_path(self.collection, "functions", self.name)
        return Call("GET", path, reading(wire.AttachedFunctionAnswer, _attached))


class DetachFunction(Operation[bool], frozen=True):
    """Detach a function from a collection, and delete what it has written if asked to."""

    collection: CollectionAddress
    name: str
    delete_output: bool

    def on_database(self, database: Database) -> bool:
        _only_on_servers()

    def on_server(self) -> Call[bool]:
        return Call(
            "POST",
            collection_path(self.collection, "attached_functions", self.name, "detach"),
            reading(wire.DetachAnswer, lambda answer: answer.success),
            body=json_text({"delete_output": self.delete_output}),
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


def _only_on_servers() -> NoReturn:
    raise NotImplementedError(
        "Attached functions are only supported when connecting to a Chroma server via HttpClient; "
        "an embedded database runs none"
    )
