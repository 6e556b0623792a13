"""What a client object needs of a database, wherever that lives: something that does operations."""

from __future__ import annotations

from typing import Protocol, TypeVar

from chromadb.client.operations.operation import Operation
from chromadb.model.identity import UserIdentity
from chromadb.model.pre_flight import PreFlight

T = TypeVar("T")


class API(Protocol):
    """A database; errors are those of ``chromadb.errors``.

    connect: the first call of a client. Raises ValueError when nothing answers at the address.
    pre_flight: what the database said it can take, remembered.
    close: give up what is open; an HTTP connection opens again when it is used again.
    """

    def connect(self) -> UserIdentity: ...
    def run(self, operation: Operation[T]) -> T: ...
    def pre_flight(self) -> PreFlight: ...
    def close(self) -> None: ...


class AsyncAPI(Protocol):
    """A database that is waited for without holding up the event loop; as ``API`` otherwise."""

    async def connect(self) -> UserIdentity: ...
    async def run(self, operation: Operation[T]) -> T: ...
    async def pre_flight(self) -> PreFlight: ...
    async def close(self) -> None: ...
