"""The scorecard: rules that say how many requests of a kind are answered at a time."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from chromadb.server.request import Request

_WRITES = frozenset({"add", "update", "upsert", "delete"})
_READS = frozenset({"get", "query", "count", "count_selected", "facets"})
_SAME_NAME = frozenset(
    {
        "create_database", "list_databases", "get_database", "delete_database", "list_collections", "count_collections",
        "create_collection", "get_collection", "update_collection", "delete_collection", "fork_collection",
        "fork_count", "indexing_status", "search", "attach_function", "get_attached_function", "detach_function",
    }
)  # fmt: skip
_OF_COLLECTION = _WRITES | _READS | {"search", "fork_collection", "fork_count", "indexing_status"}
_OF_DATABASE = frozenset({"attach_function", "get_attached_function", "detach_function"})
_WITH_REQUESTER = frozenset({"get", "query", "count", "count_selected", "facets", "search"})


class ScorecardRule(Struct, frozen=True):
    """Requests of which each pattern (with ``*``, ``?``, ``[...]``) matches a tag are answered ``score`` at a time."""

    patterns: tuple[str, ...]
    score: int


def tags_of(request: Request, requester: str | None) -> list[str]:
    """Return the tags of a request; none for one that no rule is about. requester: the tenant of the caller."""
    name = request.operation.removeprefix("collection_")
    if name == "get_collection_by_id":
        name = "get_collection"
    if name in _WRITES | _READS:
        tags = ["op:write" if name in _WRITES else "op:read"]
    elif name in _SAME_NAME:
        tags = [f"op:{name}"]
    else:
        return []
    tags.append(f"tenant:{request.parameters.get('tenant', '')}")
    if name in _OF_COLLECTION:
        tags.append(f"collection:{request.parameters.get('collection_id', '')}")
    if name in _OF_DATABASE:
        tags.append(f"database:{request.parameters.get('database', '')}")
    if name in _WITH_REQUESTER and requester:
        tags.append(f"requester:{requester}")
    return tags


class Scorecard:
    """Counts what is being answered under each rule. Belongs to one thread."""

    def __init__(self, rules: Sequence[ScorecardRule]) -> None:
        self._rules = rules
        self._running = [0] * len(rules)

    def begin(self, tags: Sequence[str]) -> list[int] | None:
        """Return the rules that a request counts under, for ``end``; None when one of them has no room."""
        found = [position for position, rule in enumerate(self._rules) if _matches(rule, tags)]
        if any(self._running[position] >= self._rules[position].score for position in found):
            return None
        for position in found:
            self._running[position] += 1
        return found

    def end(self, found: Sequence[int]) -> None:
        """Note that a request has been answered."""
        for position in found:
            self._running[position] -= 1


def _matches(rule: ScorecardRule, tags: Sequence[str]) -> bool:
    return all(any(fnmatchcase(tag, pattern) for tag in tags) for pattern in rule.patterns)
