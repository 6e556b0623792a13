"""What a client asks of a database, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from chromadb.engine.database import Database

Result_co = TypeVar("Result_co", covariant=True)


class Operation(Struct, Generic[Result_co], frozen=True):
    """One thing that a client asks of a database; a frozen value, which can be done any number of times.

    ``chromadb.client.http.calls`` says which call over HTTP does it.
    """

    def on_database(self, database: Database) -> Result_co:
        """Do it in this process; raises NotImplementedError for what only a server can do."""
        raise NotImplementedError(type(self).__name__)
