"""A second opinion on filters: which records of a small collection match, decided one record at a time."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterator
from typing import Any

Filter = dict[str, Any]
Metadata = dict[str, Any]

_ORDER = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}


def matches_metadata(where: Filter, metadata: Metadata) -> bool:
    """Tell whether a record with this metadata matches."""
    [(field, condition)] = where.items()
    if field == "$and":
        return all(matches_metadata(part, metadata) for part in condition)
    if field == "$or":
        return any(matches_metadata(part, metadata) for part in condition)
    [(comparison, operand)] = (condition if isinstance(condition, dict) else {"$eq": condition}).items()
    value = metadata.get(field)
    if comparison in ("$ne", "$nin", "$not_contains"):
        positive = {"$ne": "$eq", "$nin": "$in", "$not_contains": "$contains"}[comparison]
        return not matches_metadata({field: {positive: operand}}, metadata)
    if comparison == "$eq":
        return _same(value, operand)
    if comparison == "$in":
        return any(_same(value, item) for item in operand)
    if comparison == "$contains":
        return isinstance(value, list) and any(_same(item, operand) for item in value)
    return isinstance(value, (int, float)) and _ORDER[comparison](value, operand)


def _same(value: object, operand: object) -> bool:
    return value == operand and isinstance(value, bool) == isinstance(operand, bool)


def matches_document(where_document: Filter, document: str) -> bool:
    """Tell whether a record with this document matches."""
    [(comparison, operand)] = where_document.items()
    if comparison == "$and":
        return all(matches_document(part, document) for part in operand)
    if comparison == "$or":
        return any(matches_document(part, document) for part in operand)
    found = re.search(operand, document) if comparison.endswith("regex") else operand in document
    return bool(found) != comparison.startswith("$not_")


def telling_metadatas(wheres: list[Filter]) -> list[Metadata]:
    """Return metadata on both sides of every comparison, all of them at once, and none of them."""
    comparisons = [comparison for where in wheres for comparison in _comparisons(where)]
    metadatas: list[Metadata] = [{"unrelated": 1}]
    everything: Metadata = {}
    for field, comparison, operand in comparisons:
        for value in operand if isinstance(operand, list) else [operand]:
            is_array = comparison in ("$contains", "$not_contains")
            metadatas += [{field: [item, "more"] if is_array else item} for item in _around(value)]
            if is_array:
                everything.setdefault(field, []).append(value)
            else:
                everything[field] = value
    return [*metadatas, everything] if everything else metadatas


def _comparisons(where: Filter) -> Iterator[tuple[str, str, Any]]:
    [(field, condition)] = where.items()
    if field in ("$and", "$or"):
        for part in condition:
            yield from _comparisons(part)
    elif isinstance(condition, dict):
        [(comparison, operand)] = condition.items()
        yield field, comparison, operand
    else:
        yield field, "$eq", condition


def _around(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [True, False]
    if isinstance(value, str):
        return [value, f"not {value}"]
    return [value, value - 1, value + 1, math.floor(value) + 0.5]


def telling_documents(where_documents: list[Filter]) -> list[str]:
    """Return documents with each text of the filters, with all of them, and with none."""
    texts = [text.replace(".*", " .* ") for where in where_documents for text in _texts(where)]
    return ["nothing in particular", "plain words", *(f"here is {text}" for text in texts), " ".join(texts)]


def _texts(where_document: Filter) -> Iterator[str]:
    [(comparison, operand)] = where_document.items()
    if comparison in ("$and", "$or"):
        for part in operand:
            yield from _texts(part)
    else:
        yield operand
