"""An HTTP call that does an operation, and what several of them are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Generic, Literal, TypeVar, cast

import msgspec
from msgspec import Struct, field

from chromadb.model.collection import CollectionAddress
from chromadb.model.pre_flight import PreFlight

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


def database_path(tenant: str, database: str, *below: str) -> tuple[str, ...]:
    """Return the path of a database, or of something below it."""
    return ("tenants", tenant, "databases", database, *below)


def collection_path(collection: CollectionAddress, *below: str) -> tuple[str, ...]:
    """Return the path of a collection, or of something below it."""
    return database_path(collection.tenant, collection.database, "collections", str(collection.id), *below)
