"""Searches as JSON that anybody may have sent: read as a server reads them, each refusal naming the place.

More is taken than the ``from_dict`` of the expressions take, which check what people write by hand: conditions and sums
of nothing, say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.expression.grouping import Aggregate, GroupBy, MaxK, MinK
from chromadb.model.expression.key import Key
from chromadb.model.expression.nesting import check_nesting
from chromadb.model.expression.rank import Abs, Div, Exp, Knn, Log, Max, Min, Mul, Rank, Sub, Sum, Val
from chromadb.model.expression.request import (
    LARGEST_COUNT,
    SearchRequest,
    checked_grouping,
    checked_rank,
    selected_keys,
    sparse_complaint,
)
from chromadb.model.filters import Filter, parse_search_filter
from chromadb.model.sparse import SPARSE_VECTOR_TYPE_VALUE, TYPE_KEY, SparseVector

_LISTS: dict[str, Callable[[list[Rank]], Rank]] = {"$sum": Sum, "$mul": Mul, "$max": Max, "$min": Min}
_PAIRS: dict[str, Callable[[Rank, Rank], Rank]] = {"$sub": Sub, "$div": Div}
_FUNCTIONS: dict[str, Callable[[Rank], Rank]] = {"$abs": Abs, "$exp": Exp, "$log": Log}
_RANKS = sorted(["$knn", "$val", *_LISTS, *_PAIRS, *_FUNCTIONS])
_AGGREGATES: dict[str, Callable[[list[str], int], Aggregate]] = {"$min_k": MinK, "$max_k": MaxK}
_NO_QUERY = "data did not match any variant of untagged enum QueryVector"


def read_request(source: Mapping[str, Any], position: int) -> SearchRequest:
    """Return what a search in its JSON form asks for; every member may be absent or null, unknown ones are passed over.

    Raises ValueError for what has another form, naming the place, and InvalidArgumentError for what is well-formed and
    makes no sense, as ``SearchRequest.of`` does.
    """
    place = f"searches[{position}]"
    rank = checked_rank(_rank(source.get("rank"), f"{place}.rank", position), position)
    group_by = _group_by(source.get("group_by"), f"{place}.group_by", position)
    limit, select = _object(source, "limit", place), _object(source, "select", place)
    names = _names(select.get("keys", []), f"{place}.select.keys")
    return SearchRequest(
        condition=_condition(source.get("filter"), f"{place}.filter"),
        rank=rank,
        grouping=checked_grouping(group_by, position, is_ranked=rank is not None),
        offset=_count(limit.get("offset"), f"{place}.limit.offset") or 0,
        limit=_count(limit.get("limit"), f"{place}.limit.limit"),
        selected=selected_keys(names),
    )


def _condition(source: Any, place: str) -> Filter | None:
    if source is None or source == {}:
        return None
    try:
        return parse_search_filter(source)
    except InvalidArgumentError as error:
        raise ValueError(f"{place}: {error}") from None


def _rank(source: Any, place: str, position: int) -> Rank | None:
    return None if source is None else _ranked(source, place, position, level=1)


def _ranked(source: Any, place: str, position: int, level: int) -> Rank:
    try:
        check_nesting(level, "Rank")
    except ValueError as error:
        raise ValueError(f"searches[{position}].rank: {error}") from None
    operator, operand = _only_member(source, place, _RANKS)
    its_place = f"{place}.{operator}"
    if operator == "$val":
        return Val(_number(operand, its_place))
    if operator == "$knn":
        return _knn(operand, its_place, position)
    if operator in _LISTS:
        if not isinstance(operand, list):
            _refuse_type(operand, its_place, "a sequence")
        parts = [_ranked(part, f"{its_place}[{index}]", position, level + 1) for index, part in enumerate(operand)]
        return _LISTS[operator](parts)
    if operator in _FUNCTIONS:
        return _FUNCTIONS[operator](_ranked(operand, its_place, position, level + 1))
    sides = _members(operand, its_place, ("left", "right"))
    left, right = (_ranked(sides[side], f"{its_place}.{side}", position, level + 1) for side in ("left", "right"))
    return _PAIRS[operator](left, right)


def _knn(source: Any, place: str, position: int) -> Knn:
    members = _members(source, place, ("query",))
    query = _query(members["query"], f"{place}.query", position)
    key, default = members.get("key", Key.EMBEDDING.name), members.get("default")
    if not isinstance(key, str):
        _refuse_type(key, f"{place}.key", "a string")
    return_rank = members.get("return_rank", False)
    if not isinstance(return_rank, bool):
        _refuse_type(return_rank, f"{place}.return_rank", "a boolean")
    limit = _required_count(members.get("limit", 16), f"{place}.limit")
    return Knn(query, key, limit, None if default is None else _number(default, f"{place}.default"), return_rank)


def _query(source: Any, place: str, position: int) -> Any:
    if isinstance(source, list):
        if not all(type(number) in (int, float) for number in source):
            raise ValueError(f"{place}: {_NO_QUERY}")
        return source
    if not isinstance(source, Mapping) or not _is_sparse(source):
        raise ValueError(f"{place}: {_NO_QUERY}")
    try:
        return SparseVector(source["indices"], source["values"], source.get("tokens"))
    except ValueError as error:
        message = f"Validation error: searches[{position}].rank: {sparse_complaint(error)}"
        raise InvalidArgumentError(message) from None


def _is_sparse(source: Mapping[str, Any]) -> bool:
    indices, values, tokens = source.get("indices"), source.get("values"), source.get("tokens")
    return (
        source.get(TYPE_KEY, SPARSE_VECTOR_TYPE_VALUE) == SPARSE_VECTOR_TYPE_VALUE
        and isinstance(indices, list)
        and all(type(index) is int and 0 <= index <= LARGEST_COUNT for index in indices)
        and isinstance(values, list)
        and all(type(value) in (int, float) for value in values)
        and (tokens is None or (isinstance(tokens, list) and all(isinstance(token, str) for token in tokens)))
    )


def _group_by(source: Any, place: str, position: int) -> GroupBy:
    if source is None:
        return GroupBy()
    if not isinstance(source, Mapping):
        _refuse_type(source, place, "struct GroupBy")
    keys, aggregate = _names(source.get("keys", []), f"{place}.keys"), source.get("aggregate")
    kept = None if aggregate is None else _aggregate(aggregate, f"{place}.aggregate")
    if bool(keys) != (kept is not None):
        raise InvalidArgumentError(
            f"Validation error: searches[{position}].group_by: group_by keys and aggregate must both be specified or "
            "both be omitted"
        )
    return GroupBy(keys, kept)


def _aggregate(source: Any, place: str) -> Aggregate:
    operator, operand = _only_member(source, place, list(_AGGREGATES))
    its_place = f"{place}.{operator}"
    members = _members(operand, its_place, ("keys", "k"))
    names = _names(members["keys"], f"{its_place}.keys")
    return _AGGREGATES[operator](names, _required_count(members["k"], f"{its_place}.k"))


def _only_member(source: Any, place: str, known: list[str]) -> tuple[str, Any]:
    if not isinstance(source, Mapping) or len(source) != 1:
        got = f"{len(source)} members" if isinstance(source, Mapping) else _shown(source)
        raise ValueError(f"{place}: expected an object with exactly one member, got {got}")
    [(name, value)] = source.items()
    if name not in known:
        choice = [f"`{one}`" for one in known]
        expected = " or ".join(choice) if len(choice) == 2 else f"one of {', '.join(choice)}"
        raise ValueError(f"{place}: unknown variant `{name}`, expected {expected}")
    return name, value


def _object(source: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
    value = source.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        _refuse_type(value, f"{place}.{name}", f"struct {name.capitalize()}")
    return value


def _members(source: Any, place: str, required: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(source, Mapping):
        _refuse_type(source, place, "an object")
    for name in required:
        if name not in source:
            raise ValueError(f"{place}: missing field `{name}`")
    return source


def _names(source: Any, place: str) -> list[str]:
    if not isinstance(source, list):
        _refuse_type(source, place, "a sequence")
    for index, name in enumerate(source):
        if not isinstance(name, str):
            _refuse_type(name, f"{place}[{index}]", "a string")
    return source


def _number(source: Any, place: str) -> float:
    if type(source) not in (int, float):
        _refuse_type(source, place, "f32")
    return source  # type: ignore[no-any-return]


def _count(source: Any, place: str) -> int | None:
    return None if source is None else _required_count(source, place)


def _required_count(source: Any, place: str) -> int:
    if type(source) is not int:
        _refuse_type(source, place, "u32")
    if not 0 <= source <= LARGEST_COUNT:
        raise ValueError(f"{place}: invalid value: integer `{source}`, expected u32")
    return source


def _refuse_type(source: Any, place: str, expected: str) -> NoReturn:
    raise ValueError(f"{place}: invalid type: {_shown(source)}, expected {expected}")


def _shown(source: Any) -> str:
    """Return how answers name a value of a wrong type."""
    if source is None:
        return "null"
    if isinstance(source, Mapping):
        return "map"
    if isinstance(source, list):
        return "sequence"
    if isinstance(source, bool):
        return f"boolean `{str(source).lower()}`"
    if isinstance(source, str):
        return f'string "{source}"'
    return f"{'integer' if isinstance(source, int) else 'floating point'} `{source}`"
