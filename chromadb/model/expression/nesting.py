"""How deep an expression that is read from dicts may nest."""

from __future__ import annotations

MAX_NESTING = 128
"""Levels of a where or rank dict. JSON readers commonly stop at 128 too, so nothing deeper could be sent."""


def check_nesting(level: int, expression: str) -> None:
    """Raise ValueError when the level is past the limit; a dict that holds itself always gets there.

    expression: what is read ("Where", "Rank"), named in the message.
    """
    if level > MAX_NESTING:
        raise ValueError(
            f"{expression} dict nests deeper than the {MAX_NESTING} levels that are allowed, or holds itself"
        )
