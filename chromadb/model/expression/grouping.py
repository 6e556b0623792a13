"""Grouping of ranked results: the best few of each group."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from chromadb.model.expression.key import Key, name_of

Keys: TypeAlias = Key | str | Sequence[Key | str]
"""One key, or several."""


class Aggregate(ABC):
    """Which records of a group are kept."""

    __slots__ = ()

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, such as ``{"$min_k": {"keys": ["#score"], "k": 3}}``."""

    @staticmethod
    def from_dict(source: dict[str, Any]) -> Aggregate:
        """Read the JSON form; raises TypeError for a wrong type and ValueError for anything else amiss."""
        if not isinstance(source, dict):
            raise TypeError(f"Expected dict for Aggregate, got {type(source).__name__}")
        if not source:
            raise ValueError("Aggregate dict cannot be empty")
        if len(source) != 1:
            raise ValueError(f"Aggregate dict must contain exactly one operator, got {len(source)}")
        [(operator, operand)] = source.items()
        make = _AGGREGATES.get(operator)
        if make is None:
            raise ValueError(f"Unknown aggregate operator: {operator}")
        if not isinstance(operand, dict):
            raise TypeError(f"{operator} requires a dict, got {type(operand).__name__}")
        for member in ("keys", "k"):
            if member not in operand:
                raise ValueError(f"{operator} requires '{member}' field")
        keys, k = operand["keys"], operand["k"]
        if not isinstance(keys, (list, tuple)):
            raise TypeError(f"{operator} keys must be a list, got {type(keys).__name__}")
        if not keys:
            raise ValueError(f"{operator} keys cannot be empty")
        if not isinstance(k, int) or isinstance(k, bool):
            raise TypeError(f"{operator} k must be an integer, got {type(k).__name__}")
        if k <= 0:
            raise ValueError(f"{operator} k must be positive, got {k}")
        return make(names_of(keys, f"{operator} key"), k)


@dataclass(frozen=True, slots=True, eq=False)
class MinK(Aggregate):
    """The k records of a group with the smallest values of the keys, compared in their order."""

    keys: Keys
    k: int

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, MinK) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$min_k": {"keys": [...], "k": k}}``."""
        return {"$min_k": {"keys": names_of(self.keys, "$min_k key"), "k": self.k}}


@dataclass(frozen=True, slots=True, eq=False)
class MaxK(Aggregate):
    """The k records of a group with the largest values of the keys, compared in their order."""

    keys: Keys
    k: int

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, MaxK) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$max_k": {"keys": [...], "k": k}}``."""
        return {"$max_k": {"keys": names_of(self.keys, "$max_k key"), "k": self.k}}


_AGGREGATES: dict[str, Callable[[list[str], int], Aggregate]] = {"$min_k": MinK, "$max_k": MaxK}


@dataclass(frozen=True, slots=True, eq=False)
class GroupBy:
    """Groups of records with equal values of the metadata keys, and what to keep of each.

    Without keys or without an aggregate nothing is grouped.
    Raises TypeError for an aggregate that is not an `Aggregate`.
    """

    keys: Keys = field(default_factory=list)
    aggregate: Aggregate | None = None

    def __post_init__(self) -> None:
        if self.aggregate is not None and not isinstance(self.aggregate, Aggregate):
            raise TypeError(f"GroupBy aggregate must be an Aggregate or None, got {type(self.aggregate).__name__}")

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, GroupBy) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"keys": [...], "aggregate": {...}}``, or ``{}`` when nothing is grouped."""
        names = names_of(self.keys, "GroupBy key")
        if not names or self.aggregate is None:
            return {}
        return {"keys": names, "aggregate": self.aggregate.to_dict()}

    @staticmethod
    def from_dict(source: dict[str, Any]) -> GroupBy:
        """Read the JSON form; raises TypeError for a wrong type, ValueError for a missing or empty member."""
        if not isinstance(source, dict):
            raise TypeError(f"Expected dict for GroupBy, got {type(source).__name__}")
        if not source:
            return GroupBy()
        for member in ("keys", "aggregate"):
            if member not in source:
                raise ValueError(f"GroupBy requires '{member}' field")
        keys, aggregate = source["keys"], source["aggregate"]
        if not isinstance(keys, (list, tuple)):
            raise TypeError(f"GroupBy keys must be a list, got {type(keys).__name__}")
        if not keys:
            raise ValueError("GroupBy keys cannot be empty")
        if not isinstance(aggregate, dict):
            raise TypeError(f"GroupBy aggregate must be a dict, got {type(aggregate).__name__}")
        return GroupBy(names_of(keys, "GroupBy key"), Aggregate.from_dict(aggregate))


def names_of(keys: Keys, role: str) -> list[str]:
    """Return the names of one or several keys, in order.

    role: what the keys are for, named in the TypeError when one is neither str nor `Key`.
    """
    if isinstance(keys, (Key, str)):
        return [name_of(keys, role)]
    return [name_of(key, role) for key in keys]
