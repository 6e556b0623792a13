"""Functions attached to a collection, which a server may run over its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from chromadb.client.attached_function import AttachedFunction
from chromadb.client.operations.operation import Operation
from chromadb.model.collection import CollectionAddress

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


class GetAttachedFunction(Operation[AttachedFunction], frozen=True):
    """Find a function that is attached to a collection."""

    collection: CollectionAddress
    name: str

    def on_database(self, database: Database) -> AttachedFunction:
        _only_on_servers()


class DetachFunction(Operation[bool], frozen=True):
    """Detach a function from a collection, and delete what it has written if asked to."""

    collection: CollectionAddress
    name: str
    delete_output: bool

    def on_database(self, database: Database) -> bool:
        _only_on_servers()


def _only_on_servers() -> NoReturn:
    raise NotImplementedError(
        "Attached functions are only supported when connecting to a Chroma server via HttpClient; "
        "an embedded database runs none"
    )
