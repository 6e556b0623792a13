"""What the statistics function of a server counted: how many records hold which value of which metadata key.

The function writes a record for each pair into a collection of its own, with the metadata ``key``, ``value`` (as text),
``type``, ``count`` and, where the value has a name of its own, ``value_label``; and one of the key "summary" for the
number of all records. `Collection.facets` counts the same at once, without a function.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from chromadb.client.attached_function import STATISTICS_FUNCTION, AttachedFunction
from chromadb.client.collection import Collection
from chromadb.client.operations.catalog import GetCollection

_MOST_KEYS = 30


class ValueCount(TypedDict):
    """How many records hold a value."""

    count: int


class _Summed(TypedDict):
    statistics: dict[str, dict[str, ValueCount]]


class Statistics(_Summed, total=False):
    """Counts by metadata key and value; ``summary`` (name to number) is there where all records were counted."""

    summary: dict[str, int]


def get_statistics_fn_name(collection: Collection) -> str:
    """Return the name under which `attach_statistics_function` attaches."""
    return f"{collection.name}_stats"


def attach_statistics_function(collection: Collection, stats_collection_name: str) -> tuple[AttachedFunction, bool]:
    """Let a server count the values of the collection's metadata; return the function and whether that is new.

    Raises as ``Collection.attach_function``.
    """
    return collection.attach_function(
        STATISTICS_FUNCTION, get_statistics_fn_name(collection), stats_collection_name, None
    )


def get_statistics_fn(collection: Collection) -> AttachedFunction:
    """Return the function that counts; raises as ``Collection.get_attached_function``."""
    return collection.get_attached_function(get_statistics_fn_name(collection))


def detach_statistics_function(collection: Collection, delete_stats_collection: bool = False) -> bool:
    """Let a server count no longer and return whether it has; raises as ``Collection.detach_function``."""
    return collection.detach_function(get_statistics_fn_name(collection), delete_stats_collection)


def get_statistics(
    collection: Collection, stats_collection_name: str, keys: str | Sequence[str] | None = None
) -> Statistics:
    """Return what was counted of the collection. keys: of these metadata keys (at most 30) only.

    Raises NotFoundError for an unknown collection of statistics, ValueError for too many keys.
    """
    wanted = [keys] if isinstance(keys, str) else keys
    if wanted is not None and len(wanted) > _MOST_KEYS:
        raise ValueError(
            f"Too many keys provided: {len(wanted)}. Maximum allowed is {_MOST_KEYS} keys per request. Consider "
            "calling get_statistics multiple times with smaller key batches."
        )
    client = collection._client
    counted = Collection(
        client, client.run(GetCollection(str(stats_collection_name), collection.tenant, collection.database))
    )
    where: dict[str, Any] | None = None if wanted is None else {"key": {"$in": [*wanted, "summary"]}}
    statistics: dict[str, dict[str, ValueCount]] = {}
    summary: dict[str, int] = {}
    for found in counted.get(where=where, include=["metadatas"])["metadatas"] or ():
        match found:
            case {"key": "summary", "value": str(name), "count": int(count)}:
                summary[name] = count
            case {"key": str(key), "value": value, "type": str(), "count": int(count), **others}:
                label = others.get("value_label")
                statistics.setdefault(key, {})[str(label or value)] = {"count": count}
            case _:
                pass
    return {"statistics": statistics, "summary": summary} if summary else {"statistics": statistics}
