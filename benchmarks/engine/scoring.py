"""Recall of the answers that a contender gave, over all records or as they are after the write phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.engine import filters, truth
from benchmarks.engine.data import SINGLE_ADDS, Work, sources_of_contents
from benchmarks.engine.filters import Columns
from benchmarks.engine.vectors import Matrix


@dataclass(frozen=True, slots=True)
class State:
    """What a collection holds. alive: which rows exist; shape (records,)."""

    vectors: Matrix
    columns: Columns
    alive: truth.Rows


def loaded(work: Work) -> State:
    """Return the state after loading."""
    return State(work.vectors(), work.columns() if work.contents else {}, np.arange(work.records))


def written(work: Work, before: State) -> State:
    """Return the state after the write phase. The single records added have the last query's vector."""
    plan = work.plan()
    added = np.repeat(work.queries()[-1:], SINGLE_ADDS, axis=0)
    vectors = np.concatenate([before.vectors, added])
    columns = {key: np.concatenate([values, values[:SINGLE_ADDS]]) for key, values in before.columns.items()}
    for run, rows in enumerate(plan["upserts"]):
        vectors[rows] = work.replacements(run)
        for key, values in columns.items():
            values[rows] = before.columns[key][sources_of_contents(rows)]
    alive = np.ones(len(vectors), dtype=np.bool_)
    for rows in plan["deletes"]:
        alive[rows] = False
    return State(vectors, columns, np.flatnonzero(alive))


def recalls(work: Work, state: State, answers: list[dict[str, Any]]) -> dict[str, float]:
    """Return the recall by family of filters; that of plain queries is under ``query``."""
    queries = work.queries()
    members = work.plan().get("filters", {})
    found: dict[str, list[int]] = {}
    groups: dict[tuple[str, int] | None, list[dict[str, Any]]] = {}
    for answer in answers:
        condition = answer["condition"]
        groups.setdefault(None if condition is None else (condition[0], condition[1]), []).append(answer)
    for condition, group in groups.items():
        where = None if condition is None else members[condition[0]][condition[1]]
        matching = filters.mask(where, state.columns, len(state.vectors))[state.alive]
        chosen = queries[[answer["query"] for answer in group]]
        given = [answer["rows"] for answer in group]
        counts = truth.recall(state.vectors, chosen, state.alive[matching], given, work.space)
        name = "query" if condition is None else condition[0]
        found[name] = [sum(pair) for pair in zip(found.get(name, [0, 0]), counts, strict=True)]
    return {name: right / wanted if wanted else 1.0 for name, (right, wanted) in found.items()}
