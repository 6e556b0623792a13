"""The filter language as the engine holds it, and how it is read from the dicts that callers write.

``parse_where`` and ``parse_where_document`` accept what the server accepts (one member lists in ``$and``, ``$regex`` on
``#document``) and raise InvalidArgumentError for the rest; the stricter checks of the Python client are in
``filter_validation``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.metadata import INT64_MAX, INT64_MIN, Scalar

Where: TypeAlias = Mapping[str, Any]
WhereDocument: TypeAlias = Mapping[str, Any]

DOCUMENT_KEY = "#document"
ID_KEY = "#id"
MAX_DEPTH = 200
"""Nesting beyond which a filter is refused: far above what people write, far below Python's recursion limit."""


class Comparison(str, Enum):
    """Operators that order or equate a scalar value."""

    EQ = "$eq"
    NE = "$ne"
    GT = "$gt"
    GTE = "$gte"
    LT = "$lt"
    LTE = "$lte"


class Compare(Struct, frozen=True):
    """Scalar value of a key against an operand."""

    key: str
    comparison: Comparison
    operand: Scalar


class IsIn(Struct, frozen=True):
    """Scalar value of a key among the operands; negated: not among them, or no such key."""

    key: str
    operands: tuple[Scalar, ...]
    negated: bool


class ArrayContains(Struct, frozen=True):
    """Array value of a key holding the operand; negated: every other record."""

    key: str
    operand: Scalar
    negated: bool


class DocumentContains(Struct, frozen=True):
    """Document with the text somewhere in it; negated: every other record."""

    text: str
    negated: bool


class DocumentMatches(Struct, frozen=True):
    """Document in which the regular expression is found; negated: every other record."""

    pattern: str
    negated: bool


class HasId(Struct, frozen=True):
    """Record with one of the ids; negated: every other record."""

    ids: tuple[str, ...]
    negated: bool


class All(Struct, frozen=True):
    """Records that satisfy every part; all records when there is none."""

    parts: tuple[Filter, ...]


class Either(Struct, frozen=True):
    """Records that satisfy at least one part; no record when there is none."""

    parts: tuple[Filter, ...]


Filter: TypeAlias = Compare | IsIn | ArrayContains | DocumentContains | DocumentMatches | HasId | All | Either


def parse_where(where: Where | None) -> Filter | None:
    """Return the filter of a ``where`` dict, None for None; raises InvalidArgumentError for anything malformed."""
    return None if where is None else _parse_where(where, 0)


def parse_where_document(where_document: WhereDocument | None) -> Filter | None:
    """Return the filter of a ``where_document`` dict, None for None; raises InvalidArgumentError as parse_where."""
    return None if where_document is None else _parse_where_document(where_document, 0)


def parse_search_filter(where: Where) -> Filter:
    """Return the filter of a search: a ``where`` dict in which ``#id``, too, may be compared with $eq, $ne, $in, $nin.

    Raises InvalidArgumentError as parse_where.
    """
    return _parse_search_filter(where, 0)


def both(first: Filter | None, second: Filter | None) -> Filter | None:
    """Return the filter that holds when both do; None stands for a filter that always holds."""
    if first is None or second is None:
        return first or second
    return All((first, second))


_Parser: TypeAlias = Callable[[Any, int], Filter]
_T = TypeVar("_T")


def _parse_where(where: Any, depth: int) -> Filter:
    key, value = _only_member(where, "where", depth)
    if key in ("$and", "$or"):
        return _parse_logical(key, value, _parse_where, "where", depth)
    if key.startswith("$"):
        raise _invalid("where", f"{key!r} is no logical operator; expected $and, $or or a metadata key")
    if not isinstance(value, Mapping):
        return Compare(key, Comparison.EQ, _scalar(key, "$eq", value))
    operator, operand = _only_member(value, "where", depth)
    return _parse_operator(key, operator, operand)


def _parse_operator(key: str, operator: str, operand: Any) -> Filter:
    if key == DOCUMENT_KEY and (leaf := _document_leaf(operator, operand)):
        return leaf
    match operator:
        case "$eq" | "$ne":
            return Compare(key, Comparison(operator), _scalar(key, operator, operand))
        case "$gt" | "$gte" | "$lt" | "$lte":
            value = _scalar(key, operator, operand)
            if isinstance(value, (bool, str)):
                raise _invalid("where", f"{operator} on {key!r} takes an int or a float, got {operand!r}")
            return Compare(key, Comparison(operator), value)
        case "$in" | "$nin":
            return IsIn(key, _scalars(key, operator, operand), negated=operator == "$nin")
        case "$contains" | "$not_contains" | "$regex" | "$not_regex" if key == DOCUMENT_KEY:
            raise _invalid("where", f"{operator} on {key!r} takes a str, got {operand!r}")
        case "$contains" | "$not_contains":
            return ArrayContains(key, _scalar(key, operator, operand), negated=operator == "$not_contains")
    raise _invalid("where", f"unknown operator {operator!r} on {key!r}")


def _parse_search_filter(where: Any, depth: int) -> Filter:
    key, value = _only_member(where, "where", depth)
    if key in ("$and", "$or"):
        return _parse_logical(key, value, _parse_search_filter, "where", depth)
    if key != ID_KEY:
        if key.startswith("#") and key != DOCUMENT_KEY:
            raise _invalid("where", f"{key!r} is no condition; expected a metadata key, {ID_KEY!r} or {DOCUMENT_KEY!r}")
        return _parse_where(where, depth)
    operator, operand = _only_member(value, "where", depth) if isinstance(value, Mapping) else ("$eq", value)
    if operator not in ("$eq", "$ne", "$in", "$nin"):
        raise _invalid("where", f"{operator} on {ID_KEY!r}; expected $eq, $ne, $in or $nin")
    ids = operand if operator in ("$in", "$nin") else [operand]
    if not isinstance(ids, (list, tuple)) or not all(isinstance(id_, str) for id_ in ids):
        raise _invalid("where", f"{operator} on {ID_KEY!r} takes ids, which are str, got {operand!r}")
    return HasId(tuple(ids), negated=operator in ("$ne", "$nin"))


def _parse_where_document(where_document: Any, depth: int) -> Filter:
    operator, operand = _only_member(where_document, "where document", depth)
    if operator in ("$and", "$or"):
        return _parse_logical(operator, operand, _parse_where_document, "where document", depth)
    leaf = _document_leaf(operator, operand)
    if leaf is None:
        raise _invalid(
            "where document",
            f"{operator!r} with {operand!r}; expected $contains, $not_contains, $regex or $not_regex with a str, "
            "or $and or $or with a list",
        )
    return leaf


def _document_leaf(operator: str, operand: Any) -> Filter | None:
    if not isinstance(operand, str):
        return None
    match operator:
        case "$contains" | "$not_contains":
            return DocumentContains(operand, negated=operator == "$not_contains")
        case "$regex" | "$not_regex":
            return DocumentMatches(operand, negated=operator == "$not_regex")
    return None


def _parse_logical(operator: str, parts: Any, parse: _Parser, clause: str, depth: int) -> Filter:
    if not isinstance(parts, (list, tuple)):
        raise _invalid(clause, f"{operator} takes a list, got {parts!r}")
    parsed = tuple(parse(part, depth + 1) for part in parts)
    return All(parsed) if operator == "$and" else Either(parsed)


def _only_member(clause_value: Any, clause: str, depth: int) -> tuple[str, Any]:
    if depth > MAX_DEPTH:
        raise _invalid(clause, f"nested more than {MAX_DEPTH} levels deep")
    if not isinstance(clause_value, Mapping) or len(clause_value) != 1:
        raise _invalid(clause, f"expected an object with exactly one member, got {clause_value!r}")
    (key, value), *_ = clause_value.items()
    if not isinstance(key, str):
        raise _invalid(clause, f"expected a str as key, got {key!r}")
    return key, value


def _scalar(key: str, operator: str, operand: Any) -> Scalar:
    if isinstance(operand, bool):
        return operand
    if isinstance(operand, str):
        # What str() says of a member of an Enum is not its value.
        return str.__str__(operand)
    if isinstance(operand, int) and INT64_MIN <= operand <= INT64_MAX:
        return int(operand)
    if isinstance(operand, float) and math.isfinite(operand):
        return float(operand)
    raise _invalid(
        "where",
        f"{operator} on {key!r} takes a str, a bool, an int of 64 bits or a finite float, got {operand!r}",
    )


def _scalars(key: str, operator: str, operands: Any) -> tuple[Scalar, ...]:
    if not isinstance(operands, (list, tuple)) or not operands:
        raise _invalid("where", f"{operator} on {key!r} takes a non-empty list, got {operands!r}")
    values = tuple(_scalar(key, operator, operand) for operand in operands)
    first = type(values[0])
    accepted = (float, int) if first is float else (first,)
    if any(type(value) not in accepted for value in values):
        raise _invalid("where", f"{operator} on {key!r} takes values of one type, got {operands!r}")
    return values


def _invalid(clause: str, reason: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"Invalid {clause} clause: {reason}")
