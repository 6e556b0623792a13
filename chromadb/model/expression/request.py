"""A search as the engine takes it: every part checked, in plain values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from msgspec import Struct

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.expression.grouping import GroupBy, MaxK, MinK, names_of
from chromadb.model.expression.key import Key, name_of
from chromadb.model.expression.rank import Knn, Rank, Val
from chromadb.model.expression.search import Search
from chromadb.model.expression.traversal import check_where, rebuilt
from chromadb.model.filter_json import filter_json
from chromadb.model.filters import Filter, parse_search_filter
from chromadb.model.sparse import SPARSE_VECTOR_TYPE_VALUE, TYPE_KEY, SparseVector

_SPECIAL = (Key.DOCUMENT.name, Key.EMBEDDING.name, Key.METADATA.name, Key.SCORE.name)
LARGEST_COUNT = 2**32 - 1
"""Of what is counted: sizes of pages and neighbourhoods, indices of sparse vectors."""
_SPARSE = "Invalid sparse vector in KNN query"


class Grouping(Struct, frozen=True):
    """Groups of records with equal values of the metadata keys, and how many of each are kept.

    order: the metadata keys (or `#score`) whose values, in this order, say which. largest: whether those with the
    largest values are kept, or those with the smallest.
    """

    keys: tuple[str, ...]
    order: tuple[str, ...]
    k: int
    largest: bool


class SearchRequest(Struct, frozen=True):
    """One search, checked: made of what callers hold, or of what was sent.

    condition: None matches all. rank: arithmetic over `Val` and `Knn` alone, the query of each `Knn` a float32 array or
    a `SparseVector`; None keeps the order of insertion. limit: None returns all from the offset on. selected: special
    keys first, then metadata fields, each sorted.
    """

    condition: Filter | None
    rank: Rank | None
    grouping: Grouping | None
    offset: int
    limit: int | None
    selected: tuple[str, ...]

    @staticmethod
    def of(search: Search, position: int) -> SearchRequest:
        """Return what a search asks for; raises InvalidArgumentError naming its position and the part that is wrong."""
        condition = None
        if search._where is not None:
            with refusing(position, "filter"):
                check_where(search._where)
            condition = parse_search_filter(search._where.to_dict())
        with refusing(position, "limit"):
            _check_count("offset", search._limit.offset)
            if search._limit.limit is not None:
                _check_count("limit", search._limit.limit)
        return SearchRequest(
            condition,
            checked_rank(search._rank, position),
            checked_grouping(search._group_by, position, is_ranked=search._rank is not None),
            search._limit.offset,
            search._limit.limit,
            selected_keys(search._select.keys),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the form in which a search is sent, with all five members."""
        grouping: dict[str, Any] = {}
        if self.grouping is not None:
            kept = {"keys": list(self.grouping.order), "k": self.grouping.k}
            operator = "$max_k" if self.grouping.largest else "$min_k"
            grouping = {"keys": list(self.grouping.keys), "aggregate": {operator: kept}}
        return {
            "filter": filter_json(self.condition),
            "rank": None if self.rank is None else self.rank.to_dict(),
            "group_by": grouping,
            "limit": {"offset": self.offset} | ({} if self.limit is None else {"limit": self.limit}),
            "select": {"keys": list(self.selected)},
        }


def checked_rank(rank: Rank | None, position: int) -> Rank | None:
    """Return a score as requests hold it; raises InvalidArgumentError naming the search and what is wrong."""
    if rank is None:
        return None
    with refusing(position, "rank"):
        return rebuilt(rank, _checked_leaf)


def checked_grouping(group_by: GroupBy, position: int, *, is_ranked: bool) -> Grouping | None:
    """Return a grouping as requests hold it, None without one; raises as ``checked_rank``."""
    with refusing(position, "group_by"):
        grouping = _grouping(group_by)
    if grouping is not None and not is_ranked:
        raise InvalidArgumentError(
            f"Validation error: searches[{position}].__all__: group_by requires rank expression to be specified"
        )
    return grouping


def selected_keys(keys: Iterable[Key | str]) -> tuple[str, ...]:
    """Return the keys of a selection as answers list them."""
    names = {name_of(key, "Select key") for key in keys}
    return (*(name for name in _SPECIAL if name in names), *sorted(names.difference(_SPECIAL)))


def with_vectors(search: Search, vector_of: Callable[[str, str], Any]) -> Search:
    """Return the search with the text of each `Knn` replaced by what ``vector_of(text, key)`` makes of it.

    Fusions are written out, so that what is left is what is sent.
    Raises ValueError and TypeError as ``rebuilt``, and what ``vector_of`` raises.
    """
    if search._where is not None:
        check_where(search._where)
    if search._rank is None:
        return search

    def embedded(leaf: Val | Knn) -> Rank:
        if isinstance(leaf, Knn) and isinstance(leaf.query, str):
            key = name_of(leaf.key, "$knn key")
            return Knn(vector_of(leaf.query, key), key, leaf.limit, leaf.default, leaf.return_rank)
        return leaf

    return search.rank(rebuilt(search._rank, embedded))


@contextmanager
def refusing(position: int, member: str) -> Iterator[None]:
    """Say which part of which search was refused."""
    try:
        yield
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidArgumentError(f"Validation error: searches[{position}].{member}: {error}") from error


def _checked_leaf(leaf: Val | Knn) -> Rank:
    if isinstance(leaf, Knn):
        return _checked_knn(leaf)
    checked = Rank.from_dict(leaf.to_dict())
    assert isinstance(checked, Val)
    _check_finite("$val", checked.value)
    return checked


def _checked_knn(leaf: Knn) -> Knn:
    query = leaf.query
    if isinstance(query, str):
        raise TypeError(f"$knn query must be a vector when it is searched for, got the text {query!r}")
    if isinstance(query, Mapping):
        # The tag says nothing that the place does not say.
        query = {TYPE_KEY: SPARSE_VECTOR_TYPE_VALUE, **query}
    if isinstance(query, SparseVector):
        _check_sparse(query)
    try:
        checked = Rank.from_dict(Knn(query, leaf.key, leaf.limit, leaf.default, leaf.return_rank).to_dict())
    except ValueError as error:
        raise ValueError(sparse_complaint(error) if str(error).startswith("SparseVector") else str(error)) from None
    assert isinstance(checked, Knn)
    if checked.limit > LARGEST_COUNT:
        raise ValueError(f"$knn limit must be at most {LARGEST_COUNT}, got {checked.limit}")
    if checked.default is not None:
        _check_finite("$knn default", checked.default)
    if isinstance(checked.query, SparseVector):
        _check_sparse(checked.query)
        return checked
    with np.errstate(over="ignore"):
        vector = np.asarray(checked.query, dtype=np.float32)
    if not np.isfinite(vector).all():
        raise ValueError("$knn query holds a number that is not finite in 32 bits")
    return Knn(vector, checked.key, checked.limit, checked.default, checked.return_rank)


def _check_finite(name: str, value: Any) -> None:
    if not _is_finite(value):
        raise ValueError(f"{name} must be a finite number, got {value}")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _check_sparse(vector: SparseVector) -> None:
    """Raise ValueError for a vector that was changed after it was made, or that does not fit 32 bits."""
    try:
        SparseVector(vector.indices, vector.values, vector.labels)
    except ValueError as error:
        raise ValueError(sparse_complaint(error)) from None
    if vector.indices and vector.indices[-1] > LARGEST_COUNT:
        raise ValueError(f"{_SPARSE}: indices must be at most {LARGEST_COUNT}, got {vector.indices[-1]}")
    if not all(_is_finite(value) and abs(value) <= float(np.finfo(np.float32).max) for value in vector.values):
        raise ValueError(f"{_SPARSE}: values must be finite in 32 bits")


def sparse_complaint(error: ValueError) -> str:
    """Return what is said of a sparse query that could not be made."""
    if "ascending order" in str(error):
        return f"{_SPARSE}: Sparse vector indices must be sorted in strictly ascending order (no duplicates)"
    if "same length" in str(error):
        return f"{_SPARSE}: Sparse vector indices, values, and tokens (when present) must have the same length"
    return f"{_SPARSE}: {error}"


def _grouping(group_by: GroupBy) -> Grouping | None:
    keys = tuple(names_of(group_by.keys, "GroupBy key"))
    aggregate = group_by.aggregate
    if not keys or aggregate is None:
        return None
    if not isinstance(aggregate, (MinK, MaxK)):
        raise TypeError(f"aggregate must be MinK or MaxK, got {type(aggregate).__name__}")
    if any(key.startswith("#") for key in keys):
        raise ValueError(
            "group_by keys must be metadata fields (cannot use #score, #document, #embedding, or #metadata)"
        )
    order = tuple(names_of(aggregate.keys, "aggregate key"))
    if not order:
        raise ValueError("aggregate keys must not be empty")
    if any(key.startswith("#") and key != Key.SCORE.name for key in order):
        raise ValueError(
            "aggregate keys must be metadata fields or #score (cannot use #document, #embedding, or #metadata)"
        )
    if type(aggregate.k) is not int:
        raise TypeError(f"aggregate k must be an integer, got {type(aggregate.k).__name__}")
    if aggregate.k <= 0:
        raise ValueError("aggregate k must be greater than 0")
    if aggregate.k > LARGEST_COUNT:
        raise ValueError(f"aggregate k must be at most {LARGEST_COUNT}, got {aggregate.k}")
    return Grouping(keys, order, aggregate.k, isinstance(aggregate, MaxK))


def _check_count(name: str, value: Any) -> None:
    if type(value) is not int or not 0 <= value <= LARGEST_COUNT:
        raise ValueError(f"{name} must be an integer from 0 to {LARGEST_COUNT}, got {value!r}")
