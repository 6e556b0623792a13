"""Filters of the Search API: a tree of comparisons joined by `&` and `|`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from typing_extensions import Self

from chromadb.model.expression.nesting import check_nesting

_DOCUMENT = "#document"


class Where:
    """A condition on records; join conditions with `&` (all) and `|` (any)."""

    __slots__ = ()

    def __new__(cls, *args: Any, **members: Any) -> Self:
        # Not an abstract base class: asking whether something is one of those takes a call for every class it is not.
        if cls is Where:
            raise TypeError("Where is what its kinds have in common; make one of these")
        return super().__new__(cls)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, such as ``{"year": {"$gt": 2020}}``."""
        raise NotImplementedError(type(self).__name__)

    @staticmethod
    def from_dict(source: dict[str, Any]) -> Where:
        """Read the JSON form; a plain value means `$eq`, and a list of one condition is that condition.

        Raises TypeError for a wrong type and ValueError for an empty, ambiguous, unknown or too deeply
        nested condition.
        """
        return _read(source, level=1)

    def __and__(self, other: object) -> And:
        if not isinstance(other, Where):
            return NotImplemented
        return And([*_members(self, And), *_members(other, And)])

    def __or__(self, other: object) -> Or:
        if not isinstance(other, Where):
            return NotImplemented
        return Or([*_members(self, Or), *_members(other, Or)])


@dataclass(frozen=True, slots=True)
class And(Where):
    """All of the conditions hold."""

    conditions: list[Where]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$and": [...]}``."""
        return {"$and": [condition.to_dict() for condition in self.conditions]}


@dataclass(frozen=True, slots=True)
class Or(Where):
    """At least one of the conditions holds."""

    conditions: list[Where]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$or": [...]}``."""
        return {"$or": [condition.to_dict() for condition in self.conditions]}


def _members(condition: Where, kind: type[And] | type[Or]) -> list[Where]:
    return condition.conditions if isinstance(condition, kind) else [condition]


@dataclass(frozen=True, slots=True)
class Eq(Where):
    """The field equals the value."""

    key: str
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$eq": value}}``."""
        return {self.key: {"$eq": self.value}}


@dataclass(frozen=True, slots=True)
class Ne(Where):
    """The field differs from the value, or is absent."""

    key: str
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$ne": value}}``."""
        return {self.key: {"$ne": self.value}}


@dataclass(frozen=True, slots=True)
class Gt(Where):
    """The field is greater than the value."""

    key: str
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$gt": value}}``."""
        return {self.key: {"$gt": self.value}}


@dataclass(frozen=True, slots=True)
class Gte(Where):
    """The field is greater than or equal to the value."""

    key: str
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$gte": value}}``."""
        return {self.key: {"$gte": self.value}}


@dataclass(frozen=True, slots=True)
class Lt(Where):
    """The field is less than the value."""

    key: str
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$lt": value}}``."""
        return {self.key: {"$lt": self.value}}


@dataclass(frozen=True, slots=True)
class Lte(Where):
    """The field is less than or equal to the value."""

    key: str
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$lte": value}}``."""
        return {self.key: {"$lte": self.value}}


@dataclass(frozen=True, slots=True)
class In(Where):
    """The field equals one of the values."""

    key: str
    values: list[Any]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$in": values}}``."""
        return {self.key: {"$in": self.values}}


@dataclass(frozen=True, slots=True)
class Nin(Where):
    """The field equals none of the values, or is absent."""

    key: str
    values: list[Any]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$nin": values}}``."""
        return {self.key: {"$nin": self.values}}


@dataclass(frozen=True, slots=True)
class Contains(Where):
    """The document contains the text, or the field's array contains the value.

    Raises TypeError for a `#document` text that is not a str.
    """

    key: str
    value: str | int | float | bool

    def __post_init__(self) -> None:
        _check_document_text(self.key, self.value, "$contains")

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$contains": value}}``."""
        return {self.key: {"$contains": self.value}}


@dataclass(frozen=True, slots=True)
class NotContains(Where):
    """The document does not contain the text, or the field's array does not contain the value, or is absent.

    Raises TypeError for a `#document` text that is not a str.
    """

    key: str
    value: str | int | float | bool

    def __post_init__(self) -> None:
        _check_document_text(self.key, self.value, "$not_contains")

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$not_contains": value}}``."""
        return {self.key: {"$not_contains": self.value}}


@dataclass(frozen=True, slots=True)
class Regex(Where):
    """The document, or the field's text, matches the regular expression somewhere."""

    key: str
    pattern: str

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$regex": pattern}}``."""
        return {self.key: {"$regex": self.pattern}}


@dataclass(frozen=True, slots=True)
class NotRegex(Where):
    """The document, or the field's text, matches the regular expression nowhere."""

    key: str
    pattern: str

    def to_dict(self) -> dict[str, Any]:
        """Return ``{key: {"$not_regex": pattern}}``."""
        return {self.key: {"$not_regex": self.pattern}}


def _check_document_text(key: str, value: object, operator: str) -> None:
    if key == _DOCUMENT and not isinstance(value, str):
        raise TypeError(f"{operator} on #document requires a string pattern")


_COMPARISONS: dict[str, Callable[[str, Any], Where]] = {
    "$eq": Eq,
    "$ne": Ne,
    "$gt": Gt,
    "$gte": Gte,
    "$lt": Lt,
    "$lte": Lte,
    "$in": In,
    "$nin": Nin,
    "$contains": Contains,
    "$not_contains": NotContains,
    "$regex": Regex,
    "$not_regex": NotRegex,
}


def _read(source: object, level: int) -> Where:
    check_nesting(level, "Where")
    if not isinstance(source, dict):
        raise TypeError(f"Expected dict for Where, got {type(source).__name__}")
    if not source:
        raise ValueError("Where dict cannot be empty")
    if "$and" in source:
        return _read_members(source, "$and", And, level)
    if "$or" in source:
        return _read_members(source, "$or", Or, level)
    if len(source) != 1:
        raise ValueError(f"Where dict must contain exactly one field, got {len(source)}")
    [(field, operand)] = source.items()
    if not isinstance(field, str):
        raise TypeError(f"Field name must be a string, got {type(field).__name__}")
    return _read_comparison(field, operand) if isinstance(operand, dict) else Eq(field, operand)


def _read_members(source: dict[str, Any], operator: str, kind: type[And] | type[Or], level: int) -> Where:
    members = source[operator]
    if not isinstance(members, list):
        raise TypeError(f"{operator} must be a list, got {type(members).__name__}")
    if not members:
        raise ValueError(f"{operator} requires at least one condition")
    if len(source) != 1:
        raise ValueError(f"{operator} cannot be combined with other fields in the same dict")
    conditions = [condition for member in members for condition in _members(_read(member, level + 1), kind)]
    return conditions[0] if len(conditions) == 1 else kind(conditions)


def _read_comparison(field: str, comparison: dict[str, Any]) -> Where:
    if not comparison:
        raise ValueError(f"Operator dict for field '{field}' cannot be empty")
    if len(comparison) != 1:
        raise ValueError(f"Operator dict for field '{field}' must contain exactly one operator")
    [(operator, operand)] = comparison.items()
    make = _COMPARISONS.get(operator)
    if make is None:
        raise ValueError(f"Unknown operator: {operator}")
    _check_operand(operator, operand)
    return make(field, operand)


def _check_operand(operator: str, operand: object) -> None:
    kind = type(operand).__name__
    if operator in ("$in", "$nin") and not isinstance(operand, list):
        raise TypeError(f"{operator} requires a list, got {kind}")
    if operator in ("$contains", "$not_contains") and not isinstance(operand, (str, int, float, bool)):
        raise TypeError(f"{operator} requires a str, int, float, or bool, got {kind}")
    if operator in ("$regex", "$not_regex") and not isinstance(operand, str):
        raise TypeError(f"{operator} requires a string pattern, got {kind}")
