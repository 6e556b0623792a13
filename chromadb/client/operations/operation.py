"""An operation, and the HTTP call that it becomes for a database behind a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

import msgspec
from msgspec import Struct, field

from chromadb.model.wire import PreFlight

if TYPE_CHECKING:
    from chromadb.engine.database import Database

T = TypeVar("T")
Result_co = TypeVar("Result_co", covariant=True)
Answered = TypeVar("Answered")

LARGEST_PAGE = 2**32 - 1
"""The largest limit and offset that can be sent; no database holds more records than that."""


class Call(Struct, Generic[Result_co], frozen=True):
    """A request, and how its answer is read.

    path: segments below the root of the interface, not quoted. read: from the JSON text of a successful answer to the
    result; raises msgspec.DecodeError or ValueError for any other text. body: JSON text; a function makes it of what
    the server can do. is_read: whether it changes nothing, as a GET never does.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: tuple[str, ...]
    read: Callable[[bytes], Result_co]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Callable[[PreFlight], bytes] | None = None
    is_read: bool = False


class Operation(Struct, Generic[Result_co], frozen=True):
    """One thing that a client asks of a database; a frozen value, which can be done any number of times."""

    def on_database(self, database: Database) -> Result_co:
        """Do it in this process; raises NotImplementedError for what only a server can do."""
        raise NotImplementedError(type(self).__name__)

    def on_server(self) -> Call[Result_co]:
        """Return the call that does it; raises NotImplementedError for what only a database in this process can do."""
        raise NotImplementedError(type(self).__name__)


def reading(type_: type[Answered], convert: Callable[[Answered], T]) -> Callable[[bytes], T]:
    """Return the function that reads JSON text of a wire type and makes the result of it."""
    decoder = _decoder(cast("Any", type_))

    def read(text: bytes) -> T:
        return convert(cast("Answered", decoder.decode(text)))

    return read


def nothing(text: bytes) -> None:
    """Read the answer to a call that returns nothing."""
    _decoder(dict).decode(text)


def page(limit: int | None, offset: int | None) -> dict[str, str]:
    """Return the query parameters of a page."""
    given = {"limit": limit, "offset": offset}
    return {name: str(min(value, LARGEST_PAGE)) for name, value in given.items() if value is not None}


@cache
def _decoder(type_: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)
