"""Which records a read or delete is about."""

from __future__ import annotations

from dataclasses import dataclass

from chromadb.model.filters import Filter


@dataclass(frozen=True, slots=True)
class Selection:
    """Records by id, by condition, and as a page.

    ids: only these (unknown ones are passed over); None: all. condition: only those that satisfy it.
    limit, offset: a page of them in insertion order; a query ignores both.
    """

    ids: list[str] | None = None
    condition: Filter | None = None
    limit: int | None = None
    offset: int = 0
