"""Scores of the Search API: a tree of nearest-neighbour scores, constants and arithmetic.

A smaller score is a better one. Sums, products, maxima and minima of the same kind join into one list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from typing_extensions import Self

from chromadb.model.embeddings import normalize_embeddings, validate_embeddings
from chromadb.model.expression.key import Key, name_of
from chromadb.model.expression.nesting import check_nesting
from chromadb.model.sparse import SPARSE_VECTOR_TYPE_VALUE, TYPE_KEY, SparseVector


class Rank:
    """A score for each record; join it with scores and numbers by `+ - * /`, `max`, `min`."""

    __slots__ = ()

    # NumPy scalars would otherwise compute `number * rank` as an array of objects.
    __array_ufunc__: ClassVar[None] = None

    def __new__(cls, *args: Any, **members: Any) -> Self:
        # Not an abstract base class: asking whether something is one of those takes a call for every class it is not.
        if cls is Rank:
            raise TypeError("Rank is what its kinds have in common; make one of these")
        return super().__new__(cls)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, such as ``{"$sum": [{"$val": 1}, {"$knn": {...}}]}``."""
        raise NotImplementedError(type(self).__name__)

    @staticmethod
    def from_dict(source: dict[str, Any]) -> Rank:
        """Read the JSON form.

        Raises TypeError for a wrong type and ValueError for an empty, ambiguous, unknown or too deeply
        nested score.
        """
        return _read(source, level=1)

    def __add__(self, other: object) -> Sum:
        right = _as_rank(other)
        return NotImplemented if right is None else Sum([*_terms(self, Sum), *_terms(right, Sum)])

    def __radd__(self, other: object) -> Sum:
        left = _as_rank(other)
        return NotImplemented if left is None else left + self

    def __sub__(self, other: object) -> Sub:
        right = _as_rank(other)
        return NotImplemented if right is None else Sub(self, right)

    def __rsub__(self, other: object) -> Sub:
        left = _as_rank(other)
        return NotImplemented if left is None else left - self

    def __mul__(self, other: object) -> Mul:
        right = _as_rank(other)
        return NotImplemented if right is None else Mul([*_terms(self, Mul), *_terms(right, Mul)])

    def __rmul__(self, other: object) -> Mul:
        left = _as_rank(other)
        return NotImplemented if left is None else left * self

    def __truediv__(self, other: object) -> Div:
        right = _as_rank(other)
        return NotImplemented if right is None else Div(self, right)

    def __rtruediv__(self, other: object) -> Div:
        left = _as_rank(other)
        return NotImplemented if left is None else left / self

    def __neg__(self) -> Mul:
        return Mul([Val(-1), self])

    def __abs__(self) -> Abs:
        return Abs(self)

    def abs(self) -> Abs:
        """Return the score without its sign."""
        return Abs(self)

    def exp(self) -> Exp:
        """Return e to the power of the score."""
        return Exp(self)

    def log(self) -> Log:
        """Return the natural logarithm of the score."""
        return Log(self)

    def max(self, other: Rank | float) -> Max:
        """Return the greater of the two scores; raises TypeError unless given a score or a number."""
        return Max([*_terms(self, Max), *_terms(_require_rank(other), Max)])

    def min(self, other: Rank | float) -> Min:
        """Return the lesser of the two scores; raises TypeError unless given a score or a number."""
        return Min([*_terms(self, Min), *_terms(_require_rank(other), Min)])


@dataclass(frozen=True, slots=True)
class Val(Rank):
    """The same score for every record."""

    value: float

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$val": value}``."""
        return {"$val": self.value}


@dataclass(frozen=True, slots=True, eq=False)
class Knn(Rank):
    """The distance to a query (or the 0-based position) for its nearest records.

    query: a text (embedded when the search is sent), a dense vector (list or 1-D array), a SparseVector, or
    the JSON form of one.
    key: the vectors to compare with: the embedding, or a metadata field of sparse vectors.
    limit: how many nearest records have a score.  default: the score of all others; None leaves them out.
    return_rank: score by position (0 is the nearest) instead of by distance.
    """

    query: Any
    key: Key | str = Key.EMBEDDING
    limit: int = 16
    default: float | None = None
    return_rank: bool = False

    def __eq__(self, other: object) -> bool:
        # Field by field would compare arrays element-wise, and keys into (always true) filters.
        return self.to_dict() == other.to_dict() if isinstance(other, Knn) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$knn": {...}}``; `default` and `return_rank` only when they are set."""
        query = self.query
        if isinstance(query, SparseVector):
            query = query.to_dict()
        elif isinstance(query, np.ndarray):
            query = query.tolist()
        knn = {"query": query, "key": name_of(self.key, "$knn key"), "limit": self.limit}
        if self.default is not None:
            knn["default"] = self.default
        if self.return_rank:
            knn["return_rank"] = self.return_rank
        return {"$knn": knn}


@dataclass(frozen=True, slots=True)
class Sum(Rank):
    """The scores added up."""

    ranks: list[Rank]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$sum": [...]}``."""
        return {"$sum": [rank.to_dict() for rank in self.ranks]}


@dataclass(frozen=True, slots=True)
class Mul(Rank):
    """The scores multiplied."""

    ranks: list[Rank]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$mul": [...]}``."""
        return {"$mul": [rank.to_dict() for rank in self.ranks]}


@dataclass(frozen=True, slots=True)
class Max(Rank):
    """The greatest of the scores."""

    ranks: list[Rank]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$max": [...]}``."""
        return {"$max": [rank.to_dict() for rank in self.ranks]}


@dataclass(frozen=True, slots=True)
class Min(Rank):
    """The least of the scores."""

    ranks: list[Rank]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$min": [...]}``."""
        return {"$min": [rank.to_dict() for rank in self.ranks]}


@dataclass(frozen=True, slots=True)
class Sub(Rank):
    """The left score less the right one."""

    left: Rank
    right: Rank

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$sub": {"left": ..., "right": ...}}``."""
        return {"$sub": {"left": self.left.to_dict(), "right": self.right.to_dict()}}


@dataclass(frozen=True, slots=True)
class Div(Rank):
    """The left score divided by the right one."""

    left: Rank
    right: Rank

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$div": {"left": ..., "right": ...}}``."""
        return {"$div": {"left": self.left.to_dict(), "right": self.right.to_dict()}}


@dataclass(frozen=True, slots=True)
class Abs(Rank):
    """The score without its sign."""

    rank: Rank

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$abs": ...}``."""
        return {"$abs": self.rank.to_dict()}


@dataclass(frozen=True, slots=True)
class Exp(Rank):
    """E to the power of the score."""

    rank: Rank

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$exp": ...}``."""
        return {"$exp": self.rank.to_dict()}


@dataclass(frozen=True, slots=True)
class Log(Rank):
    """The natural logarithm of the score."""

    rank: Rank

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"$log": ...}``."""
        return {"$log": self.rank.to_dict()}


_LISTS: dict[str, type[Sum] | type[Mul] | type[Max] | type[Min]] = {
    "$sum": Sum,
    "$mul": Mul,
    "$max": Max,
    "$min": Min,
}
_PAIRS: dict[str, Callable[[Rank, Rank], Rank]] = {"$sub": Sub, "$div": Div}
_FUNCTIONS: dict[str, Callable[[Rank], Rank]] = {"$abs": Abs, "$exp": Exp, "$log": Log}


def _as_rank(operand: object) -> Rank | None:
    if isinstance(operand, Rank):
        return operand
    if isinstance(operand, bool) or not isinstance(operand, Real):
        return None
    return Val(int(operand) if isinstance(operand, Integral) else float(operand))


def _require_rank(operand: object) -> Rank:
    rank = _as_rank(operand)
    if rank is None:
        raise TypeError(f"Expected a Rank or a number, got {type(operand).__name__}")
    return rank


def _terms(rank: Rank, kind: type[Sum] | type[Mul] | type[Max] | type[Min]) -> list[Rank]:
    return rank.ranks if isinstance(rank, kind) else [rank]


def _read(source: object, level: int) -> Rank:
    check_nesting(level, "Rank")
    if not isinstance(source, dict):
        raise TypeError(f"Expected dict for Rank, got {type(source).__name__}")
    if not source:
        raise ValueError("Rank dict cannot be empty")
    if len(source) != 1:
        raise ValueError(f"Rank dict must contain exactly one operator, got {len(source)}")
    [(operator, operand)] = source.items()
    kind = type(operand).__name__
    if operator == "$val":
        if not isinstance(operand, (int, float)) or isinstance(operand, bool):
            raise TypeError(f"$val requires a number, got {kind}")
        return Val(operand)
    if operator == "$knn":
        return _read_knn(operand)
    if operator in _LISTS:
        return _read_list(operator, operand, level)
    if operator in _PAIRS:
        return _read_pair(operator, operand, level)
    if operator in _FUNCTIONS:
        if not isinstance(operand, dict):
            raise TypeError(f"{operator} requires a rank dict, got {kind}")
        return _FUNCTIONS[operator](_read(operand, level + 1))
    raise ValueError(f"Unknown rank operator: {operator}")


def _read_list(operator: str, operand: object, level: int) -> Rank:
    if not isinstance(operand, (list, tuple)):
        raise TypeError(f"{operator} requires a list, got {type(operand).__name__}")
    if len(operand) < 2:
        raise ValueError(f"{operator} requires at least 2 ranks, got {len(operand)}")
    kind = _LISTS[operator]
    return kind([term for member in operand for term in _terms(_read(member, level + 1), kind)])


def _read_pair(operator: str, operand: object, level: int) -> Rank:
    if not isinstance(operand, dict):
        raise TypeError(f"{operator} requires a dict with 'left' and 'right', got {type(operand).__name__}")
    if "left" not in operand or "right" not in operand:
        raise ValueError(f"{operator} requires 'left' and 'right' fields")
    return _PAIRS[operator](_read(operand["left"], level + 1), _read(operand["right"], level + 1))


def _read_knn(operand: object) -> Knn:
    if not isinstance(operand, dict):
        raise TypeError(f"$knn requires a dict, got {type(operand).__name__}")
    if "query" not in operand:
        raise ValueError("$knn requires 'query' field")
    query = _read_query(operand["query"])
    key = operand.get("key", Key.EMBEDDING.name)
    if not isinstance(key, str):
        raise TypeError(f"$knn key must be a string, got {type(key).__name__}")
    limit = operand.get("limit", 16)
    if not isinstance(limit, int) or isinstance(limit, bool):
        raise TypeError(f"$knn limit must be an integer, got {type(limit).__name__}")
    if limit <= 0:
        raise ValueError(f"$knn limit must be positive, got {limit}")
    default = operand.get("default")
    if default is not None and (not isinstance(default, (int, float)) or isinstance(default, bool)):
        raise TypeError(f"$knn default must be a number, got {type(default).__name__}")
    return_rank = operand.get("return_rank", False)
    if not isinstance(return_rank, bool):
        raise TypeError(f"$knn return_rank must be a boolean, got {type(return_rank).__name__}")
    return Knn(query=query, key=key, limit=limit, default=default, return_rank=return_rank)


def _read_query(query: object) -> SparseVector | np.ndarray[Any, Any]:
    if isinstance(query, dict):
        if query.get(TYPE_KEY) != SPARSE_VECTOR_TYPE_VALUE:
            raise ValueError(f"Expected dict with #type='sparse_vector', got {query}")
        if "indices" not in query or "values" not in query:
            raise ValueError(f"Expected a sparse vector dict with 'indices' and 'values', got {query}")
        return SparseVector.from_dict(query)
    if not isinstance(query, (list, tuple, np.ndarray)):
        raise TypeError(f"$knn query must be a list, numpy array, or SparseVector dict, got {type(query).__name__}")
    vectors = validate_embeddings(normalize_embeddings(query))
    if len(vectors) != 1:
        raise ValueError("$knn requires exactly one query embedding")
    return vectors[0]
