"""Which records a read or delete is about."""

from __future__ import annotations

from msgspec import Struct

from chromadb.model.filters import Filter


class Order(Struct, frozen=True):
    """By the values of a metadata key; equal ones in insertion order, records without the key last."""

    key: str
    descending: bool = False


class Selection(Struct, frozen=True):
    """Records by id, by condition, and as a page.

    ids: only these (unknown ones are passed over); None: all. condition: only those that satisfy it.
    limit, offset: a page of them, in insertion order unless ``order`` says otherwise. A query has its own limit and
    order: of each answer it leaves out the ``offset`` nearest. max_distance: of a query, the largest distance that is
    still returned. exact: whether a query compares all vectors instead of trusting codes and graphs.
    """

    ids: list[str] | None = None
    condition: Filter | None = None
    limit: int | None = None
    offset: int = 0
    order: Order | None = None
    max_distance: float | None = None
    exact: bool = False
