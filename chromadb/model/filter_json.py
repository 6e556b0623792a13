"""A filter in the form in which it is sent: the inverse of ``filters.parse_search_filter``."""

from __future__ import annotations

from typing import Any

from chromadb.model.filters import (
    DOCUMENT_KEY,
    ID_KEY,
    All,
    ArrayContains,
    Compare,
    DocumentContains,
    DocumentMatches,
    Either,
    Filter,
    HasId,
    IsIn,
)


def filter_json(condition: Filter | None) -> dict[str, Any] | None:
    """Return the ``where`` that means the filter, conditions on documents written as ones on ``#document``."""
    if condition is None:
        return None
    match condition:
        case All(parts):
            return {"$and": [filter_json(part) for part in parts]}
        case Either(parts):
            return {"$or": [filter_json(part) for part in parts]}
        case Compare(key, comparison, operand):
            return {key: {comparison.value: operand}}
        case IsIn(key, operands, negated):
            return {key: {"$nin" if negated else "$in": list(operands)}}
        case ArrayContains(key, operand, negated):
            return {key: {"$not_contains" if negated else "$contains": operand}}
        case DocumentContains(text, negated):
            return {DOCUMENT_KEY: {"$not_contains" if negated else "$contains": text}}
        case DocumentMatches(pattern, negated):
            return {DOCUMENT_KEY: {"$not_regex" if negated else "$regex": pattern}}
        case HasId(ids, negated):
            return {ID_KEY: {"$nin" if negated else "$in": list(ids)}}
