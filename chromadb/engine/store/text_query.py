"""What a document must contain, and how the text index is asked for it: an FTS5 expression of trigrams."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

_TRIGRAM = 3
_MOST_TRIGRAMS = 12
_MOST_CHOICES = 32


class EachOf(Struct, frozen=True):
    """A document must satisfy all of the parts."""

    parts: tuple[Requirement, ...]


class OneOf(Struct, frozen=True):
    """A document must satisfy at least one of the parts."""

    parts: tuple[Requirement, ...]


Requirement: TypeAlias = str | EachOf | OneOf
"""A text that must occur, letter case left aside, or a combination of such."""


def match_expression(requirement: Requirement) -> str | None:
    """Return an FTS5 expression that holds for every document that satisfies the requirement, None if none is known.

    Texts of fewer than three characters say nothing; of many parts only some are asked for.
    """
    match requirement:
        case str():
            return _of_text(requirement)
        case EachOf(parts=parts):
            known = [expression for part in parts if (expression := match_expression(part)) is not None]
            return None if not known else " AND ".join(dict.fromkeys(known[:_MOST_TRIGRAMS]))
        case OneOf(parts=parts):
            if len(parts) > _MOST_CHOICES:
                return None
            expressions = [match_expression(part) for part in parts]
            known = [expression for expression in expressions if expression is not None]
            if not known or len(known) < len(expressions):
                return None
            return f"({' OR '.join(f'({expression})' for expression in dict.fromkeys(known))})"


def _of_text(text: str) -> str | None:
    if "\0" in text or len(text) < _TRIGRAM:
        return None
    last = len(text) - _TRIGRAM
    trigrams = dict.fromkeys(text[start : start + _TRIGRAM] for start in [*range(0, last, _TRIGRAM), last])
    quoted = [trigram.replace('"', '""') for trigram in list(trigrams)[:_MOST_TRIGRAMS]]
    return " AND ".join(f'"{trigram}"' for trigram in quoted)
