"""Which page of the results, and which columns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from chromadb.model.expression.key import Key, name_of


@dataclass(frozen=True, slots=True)
class Limit:
    """A page: how many results to skip, and how many to return (None: all)."""

    offset: int = 0
    limit: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"offset": ...}``, with `limit` when there is one."""
        return {"offset": self.offset} | ({} if self.limit is None else {"limit": self.limit})

    @staticmethod
    def from_dict(source: dict[str, Any]) -> Limit:
        """Read the JSON form.

        Raises TypeError for a wrong type; ValueError for an offset below 0, a limit below 1, unknown members.
        """
        if not isinstance(source, dict):
            raise TypeError(f"Expected dict for Limit, got {type(source).__name__}")
        offset, limit = source.get("offset", 0), source.get("limit")
        if not isinstance(offset, int) or isinstance(offset, bool):
            raise TypeError(f"Limit offset must be an integer, got {type(offset).__name__}")
        if offset < 0:
            raise ValueError(f"Limit offset must be non-negative, got {offset}")
        if limit is not None:
            if not isinstance(limit, int) or isinstance(limit, bool):
                raise TypeError(f"Limit limit must be an integer, got {type(limit).__name__}")
            if limit <= 0:
                raise ValueError(f"Limit limit must be positive, got {limit}")
        unknown = set(source) - {"offset", "limit"}
        if unknown:
            raise ValueError(f"Unexpected keys in Limit dict: {unknown}")
        return Limit(offset=offset, limit=limit)


@dataclass(frozen=True, slots=True)
class Select:
    """The columns to return: document, embedding, metadata, score, and single metadata fields by name.

    keys: any collection of them, or a single one. Raises TypeError for a key that is neither str nor `Key`.
    """

    keys: Collection[Key | str] = field(default_factory=set)

    def __post_init__(self) -> None:
        given: Any = self.keys
        keys = [given] if isinstance(given, (str, Key)) else list(given)
        for key in keys:
            name_of(key, "Select key")
        object.__setattr__(self, "keys", set(keys))

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"keys": [...]}``: each name once, sorted."""
        return {"keys": sorted({name_of(key, "Select key") for key in self.keys})}

    @staticmethod
    def from_dict(source: dict[str, Any]) -> Select:
        """Read the JSON form; raises TypeError for a wrong type and ValueError for unknown members."""
        if not isinstance(source, dict):
            raise TypeError(f"Expected dict for Select, got {type(source).__name__}")
        names = source.get("keys", [])
        if not isinstance(names, (list, tuple, set)):
            raise TypeError(f"Select keys must be a list/tuple/set, got {type(names).__name__}")
        for name in names:
            if not isinstance(name, str):
                raise TypeError(f"Select key must be a string, got {type(name).__name__}")
        unknown = set(source) - {"keys"}
        if unknown:
            raise ValueError(f"Unexpected keys in Select dict: {unknown}")
        return Select(keys={Key(name) for name in names})
