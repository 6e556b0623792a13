"""A search as the engine takes it: every part checked, in plain values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from msgspec import Struct

from chromadb.model.errors import ChromaError, InvalidArgumentError
from chromadb.model.expression.grouping import Aggregate, GroupBy, MaxK, MinK, names_of
from chromadb.model.expression.key import Key, name_of
from chromadb.model.expression.rank import Knn, Rank, Val
from chromadb.model.expression.search import Search
from chromadb.model.expression.selection import Limit, Select
from chromadb.model.expression.traversal import check_where, rebuilt
from chromadb.model.expression.where import Where
from chromadb.model.filters import Filter, parse_search_filter
from chromadb.model.sparse import SparseVector

_SPECIAL = (Key.DOCUMENT.name, Key.EMBEDDING.name, Key.METADATA.name, Key.SCORE.name)
_LARGEST = 2**32 - 1
_UNSORTED = "SparseVector indices must be sorted in strictly ascending order"
_COMPLAINT = (
    "Invalid sparse vector in KNN query: Sparse vector indices must be sorted in strictly ascending order "
    "(no duplicates)"
)


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
    """One search, checked.

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
        condition = rank = None
        if search._where is not None:
            with _refusing(position, "filter"):
                check_where(search._where)
            condition = parse_search_filter(search._where.to_dict())
        if search._rank is not None:
            with _refusing(position, "rank"):
                rank = rebuilt(search._rank, _checked_leaf)
        with _refusing(position, "group_by"):
            grouping = _grouping(search._group_by)
        if grouping is not None and rank is None:
            raise InvalidArgumentError(
                f"Validation error: searches[{position}].__all__: group_by requires rank expression to be specified"
            )
        with _refusing(position, "limit"):
            _check_count("offset", search._limit.offset)
            if search._limit.limit is not None:
                _check_count("limit", search._limit.limit)
        return SearchRequest(
            condition, rank, grouping, search._limit.offset, search._limit.limit, selected_keys(search._select)
        )


def selected_keys(select: Select) -> tuple[str, ...]:
    """Return the keys of a selection as answers list them."""
    names = {name_of(key, "Select key") for key in select.keys}
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


def read_search(source: Mapping[str, Any], position: int) -> Search:
    """Return a search from its JSON form, every member of which may be absent or null.

    Raises ValueError for what is malformed, naming the position and the member; what can be said of well-formed ones
    only (groups without a score, say) is left to ``SearchRequest.of``, but for what the wire answers with
    InvalidArgumentError: a group_by with one of its two members or nothing to keep, an unsorted sparse query.
    """
    parts: dict[str, Any] = {}
    for member, read in _MEMBERS.items():
        value = source.get(member)
        try:
            parts[member] = None if value is None or value == {} else read(value)
        except ChromaError as error:
            raise type(error)(f"Validation error: searches[{position}].{member}: {error}") from None
        except (TypeError, ValueError) as error:
            if _UNSORTED in str(error):
                raise InvalidArgumentError(f"Validation error: searches[{position}].{member}: {_COMPLAINT}") from None
            clause = "Invalid where clause: " if member == "filter" else ""
            raise ValueError(f"searches[{position}].{member}: {clause}{error}") from None
    return Search(parts["filter"], parts["rank"], parts["group_by"], parts["limit"], parts["select"])


def _read_limit(source: Any) -> Limit:
    if not isinstance(source, Mapping):
        raise TypeError(f"expected an object, got {type(source).__name__}")
    offset, limit = source.get("offset", 0), source.get("limit")
    for number in (offset, limit):
        if number is not None and (type(number) is not int or not 0 <= number <= _LARGEST):
            raise ValueError(f"invalid value: integer `{number}`, expected u32")
    return Limit(offset or 0, limit)


def _read_group_by(source: Any) -> GroupBy:
    if not isinstance(source, Mapping):
        raise TypeError(f"expected an object, got {type(source).__name__}")
    keys, aggregate = source.get("keys") or [], source.get("aggregate")
    if not keys and aggregate is None:
        return GroupBy()
    if not keys or aggregate is None:
        raise InvalidArgumentError("group_by keys and aggregate must both be specified or both be omitted")
    if not isinstance(keys, (list, tuple)):
        raise TypeError(f"GroupBy keys must be a list, got {type(keys).__name__}")
    operand = next(iter(aggregate.values()), None) if isinstance(aggregate, Mapping) else None
    if isinstance(operand, Mapping):
        if operand.get("k") == 0:
            raise InvalidArgumentError("aggregate k must be greater than 0")
        if operand.get("keys") == []:
            raise InvalidArgumentError("aggregate keys must not be empty")
    return GroupBy(names_of(keys, "GroupBy key"), Aggregate.from_dict(aggregate))


_MEMBERS: dict[str, Callable[[Any], Any]] = {
    "filter": Where.from_dict,
    "rank": Rank.from_dict,
    "group_by": _read_group_by,
    "limit": _read_limit,
    "select": Select.from_dict,
}


@contextmanager
def _refusing(position: int, member: str) -> Iterator[None]:
    """Say which part of which search was refused."""
    try:
        yield
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidArgumentError(f"Validation error: searches[{position}].{member}: {error}") from error


def _checked_leaf(leaf: Val | Knn) -> Rank:
    if isinstance(leaf, Knn) and isinstance(leaf.query, SparseVector):
        _check_sparse(leaf.query)
    if isinstance(leaf, Knn) and isinstance(leaf.query, str):
        raise TypeError(f"$knn query must be a vector when it is searched for, got the text {leaf.query!r}")
    checked = Rank.from_dict(leaf.to_dict())
    if isinstance(checked, Val):
        _check_finite("$val", checked.value)
        return checked
    assert isinstance(checked, Knn)
    if checked.limit > _LARGEST:
        raise ValueError(f"$knn limit must be at most {_LARGEST}, got {checked.limit}")
    if checked.default is not None:
        _check_finite("$knn default", checked.default)
    if isinstance(checked.query, SparseVector):
        _check_sparse(checked.query)
        return checked
    with np.errstate(over="ignore"):
        query = np.asarray(checked.query, dtype=np.float32)
    if not np.isfinite(query).all():
        raise ValueError("$knn query holds a number that is not finite in 32 bits")
    return Knn(query, checked.key, checked.limit, checked.default, checked.return_rank)


def _check_finite(name: str, value: Any) -> None:
    if not math.isfinite(float(value)):
        raise ValueError(f"{name} must be a finite number, got {value}")


def _check_sparse(vector: SparseVector) -> None:
    """Raise ValueError for a vector that was changed after it was made, or whose values are not finite."""
    try:
        SparseVector(vector.indices, vector.values)
    except ValueError as error:
        if _UNSORTED in str(error):
            raise ValueError(_COMPLAINT) from None
        raise ValueError(f"Invalid sparse vector in KNN query: {error}") from None
    if not all(math.isfinite(value) and abs(value) <= float(np.finfo(np.float32).max) for value in vector.values):
        raise ValueError("Invalid sparse vector in KNN query: values must be finite in 32 bits")


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
    return Grouping(keys, order, aggregate.k, isinstance(aggregate, MaxK))


def _check_count(name: str, value: Any) -> None:
    if type(value) is not int or not 0 <= value <= _LARGEST:
        raise ValueError(f"{name} must be an integer from 0 to {_LARGEST}, got {value!r}")
