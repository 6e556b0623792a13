"""Walks over expressions, with a bound on their depth and size."""

from __future__ import annotations

from collections.abc import Callable

from chromadb.model.expression.nesting import check_nesting, check_size
from chromadb.model.expression.rank import Abs, Div, Exp, Knn, Log, Max, Min, Mul, Rank, Sub, Sum, Val
from chromadb.model.expression.rrf import Rrf
from chromadb.model.expression.where import And, Or, Where


def rebuilt(rank: Rank, leaf: Callable[[Val | Knn], Rank]) -> Rank:
    """Return the score with each constant and each neighbourhood replaced, and each fusion written out.

    Raises ValueError for an expression that nests too deeply, holds itself or is too large, and for the bounds of
    `Rrf`; TypeError for a part that is no `Rank`.
    """
    nodes = 0

    def visited(node: Rank, level: int) -> Rank:
        nonlocal nodes
        nodes += 1
        check_nesting(level, "Rank")
        check_size(nodes, "Rank")
        match node:
            case Val() | Knn():
                return leaf(node)
            case Rrf():
                return visited(node.fused(), level + 1)
            case Sum() | Mul() | Max() | Min():
                return type(node)([visited(part, level + 1) for part in node.ranks])
            case Sub() | Div():
                return type(node)(visited(node.left, level + 1), visited(node.right, level + 1))
            case Abs() | Exp() | Log():
                return type(node)(visited(node.rank, level + 1))
        raise TypeError(f"Expected a Rank or a number, got {type(node).__name__}")

    return visited(rank, 1)


def check_where(where: Where) -> None:
    """Raise ValueError when a filter nests too deeply, holds itself or is too large; TypeError for no `Where`."""
    waiting, nodes = [(where, 1)], 0
    while waiting:
        condition, level = waiting.pop()
        nodes += 1
        check_nesting(level, "Where")
        check_size(nodes, "Where")
        if not isinstance(condition, Where):
            raise TypeError(f"Expected a Where, got {type(condition).__name__}")
        if isinstance(condition, (And, Or)):
            waiting += [(part, level + 1) for part in condition.conditions]
