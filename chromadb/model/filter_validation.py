"""The checks that the Python client makes of filters before anything else: ValueError with the documented sentence."""

from __future__ import annotations

from typing import Any

from chromadb.model.filters import DOCUMENT_KEY, MAX_DEPTH, Where, WhereDocument

_LOGICAL = ("$and", "$or")
_ORDERING = ("$gt", "$gte", "$lt", "$lte")
_MEMBERSHIP = ("$in", "$nin")
_CONTAINS = ("$contains", "$not_contains")
_OPERATORS = (*_ORDERING, "$ne", "$eq", *_MEMBERSHIP, *_CONTAINS)
_DOCUMENT_OPERATORS = ("$contains", "$not_contains", "$regex", "$not_regex")


def validate_where(where: Any) -> Where:
    """Return the where filter when the client accepts it; raises ValueError naming what is wrong."""
    _validate_where(where, 0)
    return where  # type: ignore[no-any-return]


def _validate_where(where: Any, depth: int) -> None:
    _check_depth(depth)
    if not isinstance(where, dict):
        raise ValueError(f"Expected where to be a dict, got {where}")
    if len(where) != 1:
        raise ValueError(f"Expected where to have exactly one operator, got {where}")
    ((key, value),) = where.items()
    if not isinstance(key, str):
        raise ValueError(f"Expected where key to be a str, got {key}")
    if key in _CONTAINS:
        raise ValueError("Expected where key to be a metadata field name or a logical operator ($and, $or), got " + key)
    if key in _LOGICAL:
        parts = _list_of_two(value, "where value for $and or $or", "where expressions")
        for part in parts:
            _validate_where(part, depth + 1)
        return
    if key not in _MEMBERSHIP and not isinstance(value, (str, int, float, dict)):
        raise ValueError(f"Expected where value to be a str, int, float, or operator expression, got {value}")
    if isinstance(value, dict):
        if len(value) != 1:
            raise ValueError(f"Expected operator expression to have exactly one operator, got {value}")
        ((operator, operand),) = value.items()
        _validate_operand(key, operator, operand)


def _validate_operand(key: str, operator: Any, operand: Any) -> None:
    if operator in _ORDERING and not isinstance(operand, (int, float)):
        raise ValueError(f"Expected operand value to be an int or a float for operator {operator}, got {operand}")
    if operator in _MEMBERSHIP and not isinstance(operand, list):
        raise ValueError(f"Expected operand value to be an list for operator {operator}, got {operand}")
    if operator in _CONTAINS:
        if key == DOCUMENT_KEY:
            if not isinstance(operand, str):
                raise ValueError(
                    f"Expected operand value to be a str for operator {operator} on {DOCUMENT_KEY}, got {operand}"
                )
        elif not isinstance(operand, (str, int, float, bool)):
            raise ValueError(
                f"Expected operand value to be a str, int, float, or bool for operator {operator}, got {operand}"
            )
    if operator not in _OPERATORS:
        raise ValueError(f"Expected where operator to be one of {', '.join(_OPERATORS)}, got {operator}")
    if not isinstance(operand, (str, int, float, list)):
        raise ValueError(
            f"Expected where operand value to be a str, int, float, bool, or list of those type, got {operand}"
        )
    if isinstance(operand, list) and (
        not operand or not all(isinstance(element, type(operand[0])) for element in operand)
    ):
        raise ValueError(
            f"Expected where operand value to be a non-empty list, and all values to be of the same type got {operand}"
        )


def validate_where_document(where_document: Any) -> WhereDocument:
    """Return the document filter when the client accepts it; raises ValueError naming what is wrong."""
    _validate_where_document(where_document, 0)
    return where_document  # type: ignore[no-any-return]


def _validate_where_document(where_document: Any, depth: int) -> None:
    _check_depth(depth)
    if not isinstance(where_document, dict):
        raise ValueError(f"Expected where document to be a dictionary, got {where_document}")
    if len(where_document) != 1:
        raise ValueError(f"Expected where document to have exactly one operator, got {where_document}")
    ((operator, operand),) = where_document.items()
    if operator in _LOGICAL:
        parts = _list_of_two(operand, "document value for $and or $or", "where document expressions")
        for part in parts:
            _validate_where_document(part, depth + 1)
        return
    if operator not in _DOCUMENT_OPERATORS:
        raise ValueError(
            "Expected where document operator to be one of "
            f"{', '.join((*_DOCUMENT_OPERATORS, *_LOGICAL))}, got {operator}"
        )
    if not isinstance(operand, str):
        raise ValueError(f"Expected where document operand value for operator {operator} to be a str, got {operand}")
    if not operand:
        raise ValueError(f"Expected where document operand value for operator {operator} to be a non-empty str")


def _list_of_two(value: Any, what: str, of_what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"Expected {what} to be a list of {of_what}, got {value}")
    if len(value) <= 1:
        raise ValueError(f"Expected {what} to be a list with at least two {of_what}, got {value}")
    return value


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError(f"Expected a filter nested at most {MAX_DEPTH} levels deep")
