"""Filters by the share of records that they match, as `where` conditions and in the words of other databases.

Each family has many members of the same share, so that the first use of a filter can be told from its repetition.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import dataset

Where = dict[str, Any]
Columns = dict[str, npt.NDArray[Any]]
"""Metadata key to the values of all records."""

MEMBERS = 30
_CATEGORIES = [f"category-{number}" for number in range(10)]


def families() -> dict[str, list[Where]]:
    """Return family name to its members, the most natural one first."""
    chance = random.Random(dataset.SEED)
    numbers = _numbers()
    pairs: list[Where] = [
        {"$and": [{"category": {"$in": chance.sample(_CATEGORIES, 2)}}, {"flag": chance.random() < 0.5}]}
        for _ in range(MEMBERS)
    ]
    starts = [round(chance.uniform(0.0, 0.95), 4) for _ in range(MEMBERS)]
    halves: list[Where] = [{"category": {"$in": sorted(chance.sample(_CATEGORIES, 5))}} for _ in range(MEMBERS)]
    return {
        "50 %": [{"flag": True}, {"flag": False}, *halves][:MEMBERS],
        "10 %": [*({"category": category} for category in _CATEGORIES), *pairs][:MEMBERS],
        "1 %": [{"number": {"$in": chance.sample(range(1000), 10)}} for _ in range(MEMBERS)],
        "0.1 %": [{"number": number} for number in numbers[:MEMBERS]],
        "range 5 %": [
            {"$and": [{"score": {"$gte": start}}, {"score": {"$lt": round(start + 0.05, 4)}}]} for start in starts
        ],
    }


def for_gets() -> list[list[Where]]:
    """Return two lists of conditions that match 0.1 % and are in no family."""
    numbers = _numbers()[MEMBERS:]
    return [[{"number": number} for number in part] for part in (numbers[:MEMBERS], numbers[MEMBERS:])]


def mask(where: Where | None, columns: Columns, records: int) -> npt.NDArray[np.bool_]:
    """Return which records a condition matches, without asking any engine; shape (records,)."""
    if where is None:
        return np.ones(records, dtype=np.bool_)
    ((key, operand),) = where.items()
    if key == "$and":
        return np.asarray(np.all([mask(part, columns, records) for part in operand], axis=0))
    values = columns[key]
    if not isinstance(operand, dict):
        return np.asarray(values == operand)
    ((operator, operand),) = operand.items()
    if operator == "$in":
        return np.asarray(np.isin(values, operand))
    return np.asarray(values >= operand if operator == "$gte" else values < operand)


def sql(where: Where) -> str:
    """Return the condition as an SQL expression, which zvec and lancedb read."""
    ((key, operand),) = where.items()
    if key == "$and":
        return " AND ".join(f"({sql(part)})" for part in operand)
    if not isinstance(operand, dict):
        return f"{key} = {_literal(operand)}"
    ((operator, operand),) = operand.items()
    if operator == "$in":
        return f"{key} IN ({', '.join(map(_literal, operand))})"
    return f"{key} {'>=' if operator == '$gte' else '<'} {_literal(operand)}"


def _numbers() -> list[int]:
    return random.Random(dataset.SEED + 1).sample(range(1000), 3 * MEMBERS)


def _literal(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else repr(value)
