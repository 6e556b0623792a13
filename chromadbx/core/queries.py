"""Filters built from functions: ``where(and_(eq("a", 1), ne("b", "2")))``.

The results are plain dicts that `get`, `query` and `delete` take as `where` and `where_document`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any


class LogicalOperator(str, Enum):
    """How several conditions on a document are joined."""

    AND = "$and"
    OR = "$or"


@dataclass(frozen=True, slots=True)
class Query:
    """A condition; join conditions with `&` (all) and `|` (any)."""

    q: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the condition as a filter."""
        return self.q

    def __and__(self, other: object) -> Query:
        return and_(self, other) if isinstance(other, Query) else NotImplemented

    def __or__(self, other: object) -> Query:
        return or_(self, other) if isinstance(other, Query) else NotImplemented


def where(query: Query) -> dict[str, Any]:
    """Return a condition on metadata as a `where` filter."""
    return query.to_dict()


def where_document(query: Query) -> dict[str, Any]:
    """Return a condition on documents as a `where_document` filter."""
    return query.to_dict()


def eq(attr: str, value: str | int | float | bool) -> Query:
    """The field equals the value."""
    return Query({attr: {"$eq": value}})


def ne(attr: str, value: str | int | float | bool) -> Query:
    """The field differs from the value, or is absent."""
    return Query({attr: {"$ne": value}})


def lt(attr: str, value: float) -> Query:
    """The field is less than the value."""
    return Query({attr: {"$lt": value}})


def lte(attr: str, value: float) -> Query:
    """The field is less than or equal to the value."""
    return Query({attr: {"$lte": value}})


def gt(attr: str, value: float) -> Query:
    """The field is greater than the value."""
    return Query({attr: {"$gt": value}})


def gte(attr: str, value: float) -> Query:
    """The field is greater than or equal to the value."""
    return Query({attr: {"$gte": value}})


def in_(attr: str, values: Sequence[str | int | float | bool]) -> Query:
    """The field equals one of the values."""
    return Query({attr: {"$in": list(values)}})


def nin(attr: str, values: Sequence[str | int | float | bool]) -> Query:
    """The field equals none of the values, or is absent."""
    return Query({attr: {"$nin": list(values)}})


def and_(*queries: Query) -> Query:
    """All of the conditions hold; of one condition, that condition. Raises ValueError without any."""
    return _join(LogicalOperator.AND, queries)


def or_(*queries: Query) -> Query:
    """Any of the conditions holds; of one condition, that condition. Raises ValueError without any."""
    return _join(LogicalOperator.OR, queries)


def contains(*texts: str, op: LogicalOperator = LogicalOperator.AND) -> Query:
    """The document contains the text; of several texts all (`AND`) or any (`OR`).

    Raises ValueError without any text.
    """
    return _join(op, [Query({"$contains": text}) for text in texts])


def not_contains(*texts: str, op: LogicalOperator = LogicalOperator.AND) -> Query:
    """The document does not contain the text; of several texts none (`AND`) or not all (`OR`).

    Raises ValueError without any text.
    """
    return _join(op, [Query({"$not_contains": text}) for text in texts])


def _join(operator: LogicalOperator, queries: Sequence[Query]) -> Query:
    if not queries:
        raise ValueError(f"{operator.value} needs at least one condition, got none")
    # The database refuses a list of one condition.
    if len(queries) == 1:
        return queries[0]
    return Query({operator.value: [query.to_dict() for query in queries]})
