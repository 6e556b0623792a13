"""How deep an expression may nest, and how large it may be."""

from __future__ import annotations

MAX_NESTING = 128
"""Levels of a where or rank dict. JSON readers commonly stop at 128 too, so nothing deeper could be sent."""
MAX_NODES = 10_000
"""Operators and operands of one expression; one that holds a part several times counts it each time."""


def check_nesting(level: int, expression: str) -> None:
    """Raise ValueError when the level is past the limit; an expression that holds itself always gets there.

    expression: what is read ("Where", "Rank"), named in the message.
    """
    if level > MAX_NESTING:
        raise ValueError(
            f"{expression} dict nests deeper than the {MAX_NESTING} levels that are allowed, or holds itself"
        )


def check_size(nodes: int, expression: str) -> None:
    """Raise ValueError when an expression of so many nodes is too large. expression: as for ``check_nesting``."""
    if nodes > MAX_NODES:
        raise ValueError(f"{expression} has more than the {MAX_NODES} operators and operands that are allowed")
