"""One search, built part by part."""

from __future__ import annotations

from typing import Any

from chromadb.model.expression.grouping import GroupBy
from chromadb.model.expression.key import Key
from chromadb.model.expression.rank import Rank
from chromadb.model.expression.selection import Limit, Select
from chromadb.model.expression.where import Where


class Search:
    """A search: filter, then score, then group, then page, then pick columns.

    Immutable: each builder method returns a new search, so a part can be shared::

        Search().where(K("year") > 2020).rank(Knn(query="wind power")).limit(10).select(K.DOCUMENT, K.SCORE)

    Every part may also be given in its JSON form, `limit` as a number, `select` as a list or set of names.
    Raises TypeError for a part of another type, and what the part's `from_dict` raises.
    """

    __slots__ = ("_group_by", "_limit", "_rank", "_select", "_where")

    _where: Where | None
    _rank: Rank | None
    _group_by: GroupBy
    _limit: Limit
    _select: Select

    def __init__(
        self,
        where: Where | dict[str, Any] | None = None,
        rank: Rank | dict[str, Any] | None = None,
        group_by: GroupBy | dict[str, Any] | None = None,
        limit: Limit | dict[str, Any] | int | None = None,
        select: Select | dict[str, Any] | list[str] | set[str] | None = None,
    ) -> None:
        object.__setattr__(self, "_where", _as_where(where))
        object.__setattr__(self, "_rank", _as_rank(rank))
        object.__setattr__(self, "_group_by", _as_group_by(group_by))
        object.__setattr__(self, "_limit", _as_limit(limit))
        object.__setattr__(self, "_select", _as_select(select))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Search is immutable: cannot set {name}; use a builder method")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"Search is immutable: cannot delete {name}")

    def __reduce__(self) -> tuple[type[Search], tuple[Any, ...]]:
        return Search, (self._where, self._rank, self._group_by, self._limit, self._select)

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, Search) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"Search(where={self._where!r}, rank={self._rank!r}, group_by={self._group_by!r}, "
            f"limit={self._limit!r}, select={self._select!r})"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, with all five members."""
        return {
            "filter": None if self._where is None else self._where.to_dict(),
            "rank": None if self._rank is None else self._rank.to_dict(),
            "group_by": self._group_by.to_dict(),
            "limit": self._limit.to_dict(),
            "select": self._select.to_dict(),
        }

    def where(self, where: Where | dict[str, Any] | None) -> Search:
        """Return a search of the records that match; None matches all."""
        return Search(where, self._rank, self._group_by, self._limit, self._select)

    def rank(self, rank: Rank | dict[str, Any] | None) -> Search:
        """Return a search in order of this score, smallest first; None keeps the order of insertion."""
        return Search(self._where, rank, self._group_by, self._limit, self._select)

    def group_by(self, group_by: GroupBy | dict[str, Any] | None) -> Search:
        """Return a search that keeps the best of each group; needs a score."""
        return Search(self._where, self._rank, group_by, self._limit, self._select)

    def limit(self, limit: int | None, offset: int = 0) -> Search:
        """Return a search of one page: skip `offset` results, return at most `limit` (None: all)."""
        return Search(self._where, self._rank, self._group_by, Limit(offset, limit), self._select)

    def select(self, *keys: Key | str) -> Search:
        """Return a search for these columns and no others; ids are always returned."""
        return Search(self._where, self._rank, self._group_by, self._limit, Select(keys))

    def select_all(self) -> Search:
        """Return a search for document, embedding, metadata and score."""
        return self.select(Key.DOCUMENT, Key.EMBEDDING, Key.METADATA, Key.SCORE)


def _as_where(where: object) -> Where | None:
    if where is None or isinstance(where, Where):
        return where
    if isinstance(where, dict):
        return Where.from_dict(where)
    raise TypeError(f"where must be a Where object, dict, or None, got {type(where).__name__}")


def _as_rank(rank: object) -> Rank | None:
    if rank is None or isinstance(rank, Rank):
        return rank
    if isinstance(rank, dict):
        return Rank.from_dict(rank)
    raise TypeError(f"rank must be a Rank object, dict, or None, got {type(rank).__name__}")


def _as_group_by(group_by: object) -> GroupBy:
    if group_by is None:
        return GroupBy()
    if isinstance(group_by, GroupBy):
        return group_by
    if isinstance(group_by, dict):
        return GroupBy.from_dict(group_by)
    raise TypeError(f"group_by must be a GroupBy object, dict, or None, got {type(group_by).__name__}")


def _as_limit(limit: object) -> Limit:
    if limit is None:
        return Limit()
    if isinstance(limit, Limit):
        return limit
    if isinstance(limit, dict):
        return Limit.from_dict(limit)
    if isinstance(limit, int) and not isinstance(limit, bool):
        return Limit.from_dict({"limit": limit})
    raise TypeError(f"limit must be a Limit object, dict, int, or None, got {type(limit).__name__}")


def _as_select(select: object) -> Select:
    if select is None:
        return Select()
    if isinstance(select, Select):
        return select
    if isinstance(select, dict):
        return Select.from_dict(select)
    if isinstance(select, (list, set)):
        return Select.from_dict({"keys": select})
    raise TypeError(f"select must be a Select object, dict, list, set, or None, got {type(select).__name__}")
