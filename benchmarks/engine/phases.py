"""The phases of a contender: load, start, memory, read, write, and one kind of vectors by itself."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine import contender, data, resources
from benchmarks.engine.contender import Store, Unsupported, row_of
from benchmarks.engine.data import PROBES, Batch, Work

RECALL = 0.99
RECALLED = 200
"""Queries whose answers count for recall, and runs of a query that are timed at most."""

_BLOCK = 20
_BUDGET_S = 6.0
_RUNS_MIN = 10
_GETS = {"ids only": False, "with contents": True}
_BATCH_RUNS = 5
_MEMORY_QUERIES = 300

Measured = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """What a process has to do. effort: what the load phase chose, None for the default."""

    name: str
    work: Work
    folder: Path
    effort: int | None

    def create(self) -> Store:
        """Create the contender's database."""
        work = self.work
        return contender.load(self.name).create(self.folder, work.dimension, work.space, contents=work.contents)

    def open(self) -> Store:
        """Open the contender's database, at the effort chosen."""
        store = contender.load(self.name).open(self.folder, self.work.dimension, self.work.space)
        if self.effort is not None:
            store.set_effort(self.effort)
        return store


def load(run: Run) -> Measured:
    """Add all records, query, finish, and choose the effort.

    searchable_s: the adding calls and the first query. finished_s: the whole time from the first add on, so that what
    is done in the background while the next batch is read counts as well.
    """
    work = run.work
    probes, nearest = work.queries()[:PROBES], work.plan()["nearest"]
    seconds: list[float] = []
    with resources.private_peak() as peak:
        began = time.perf_counter()
        store = run.create()
        creation_s = time.perf_counter() - began
        first_add = time.perf_counter()
        for batch in work.batches():
            began = time.perf_counter()
            store.add(batch)
            seconds.append(time.perf_counter() - began)
        began = time.perf_counter()
        rows_of(store.query(probes[0], None))
        first_s = time.perf_counter() - began
        peaks = {"resident": resources.resident_peak_mb(), "private": peak.private_mb}
        searchable = share_found(store, probes, nearest)
        began = time.perf_counter()
        store.finish()
        finish_s, finished_s = time.perf_counter() - began, time.perf_counter() - first_add
        finished_peaks = {"resident": resources.resident_peak_mb(), "private": peak.private_mb}
    effort, finished = run.effort, share_found(store, probes, nearest)
    for candidate in store.efforts:
        if finished >= RECALL:
            break
        store.set_effort(candidate)
        effort, finished = candidate, share_found(store, probes, nearest)
    began = time.perf_counter()
    store.close()
    return {
        "version": contender.load(run.name).version(),
        "effort": effort,
        "create_s": creation_s,
        "batches": summary(seconds),
        "searchable_s": sum(seconds) + first_s,
        "finish_s": finish_s,
        "finished_s": finished_s,
        "close_s": time.perf_counter() - began,
        "recall_when_searchable": searchable,
        "recall_when_finished": finished,
        "peak_mb": peaks,
        "peak_finished_mb": finished_peaks,
    }


def start(run: Run) -> Measured:
    """Import the package, open the database and query once."""
    query = run.work.queries()[0]
    began = time.perf_counter()
    store = run.open()
    store.query(query, None)
    measured = {"seconds": time.perf_counter() - began}
    store.close()
    return measured


def remember(run: Run) -> Measured:
    """Open the database, query 300 times, and look at the memory of this process."""
    queries = run.work.queries()
    store = run.open()
    imported = resources.memory(run.folder)
    for number in range(_MEMORY_QUERIES):
        store.query(queries[number % len(queries)], None)
    measured = {"opened_mb": imported, "after_queries_mb": resources.memory(run.folder)}
    store.close()
    return measured


def read(run: Run) -> Measured:
    """Query, with and without filters and beside the bare kernel, in batches, and get by filter."""
    queries, plan = run.work.queries(), run.work.plan()
    store = run.open()
    answers: list[Measured] = []
    measured: Measured = {"query": _queries(run, store, queries, answers), "answers": answers}
    measured["first filter"] = {}
    for name, members in plan["filters"].items():
        first = _filtered(store, queries, members, name, answers, range(len(members)))
        again = _filtered(store, queries, members, name, answers, [0] * RECALLED)
        measured["first filter"][name] = first[0]
        measured[f"query where {name}, new"] = summary(first[1:])
        measured[f"query where {name}, again"] = summary(again[1:])
    many: list[float] = []
    for _ in range(_BATCH_RUNS):
        began = time.perf_counter()
        found = store.query_many(queries)
        many.append(time.perf_counter() - began)
    answers += [_answer(number, None, rows) for number, rows in enumerate(found[:RECALLED])]
    measured[f"batch of {len(queries)} queries"] = summary(many)
    with suppress(Unsupported):
        for (name, contents), members in zip(_GETS.items(), plan["gets"], strict=True):
            measured[f"get where 0.1 %, {name}"] = repeated(members, lambda where: store.get(where, contents=contents))  # noqa: B023 - called at once
    store.close()
    return measured


def write(run: Run) -> Measured:
    """Upsert and delete many records, add single ones, then query what is there."""
    work, queries, plan = run.work, run.work.queries(), run.work.plan()
    store = run.open()
    store.query(queries[0], None)
    measured: Measured = {}
    with suppress(Unsupported):
        measured["upsert of 1,000"] = repeated(
            [_changes(work, run_number, rows) for run_number, rows in enumerate(plan["upserts"])], store.upsert
        )
        measured["delete of 1,000"] = repeated(plan["deletes"], store.delete)
        added = [_single(work, queries, number) for number in range(data.SINGLE_ADDS)]
        measured["single add"] = repeated(added, store.add)
        answers = [_answer(number, None, store.query(queries[number], None)) for number in range(RECALLED)]
        for name, members in plan["filters"].items():
            answers += [
                _answer(number, (name, 0), store.query(queries[number], members[0])) for number in range(PROBES)
            ]
        measured["answers"] = answers
    store.close()
    return measured


def kind(run: Run) -> Measured:
    """Load vectors without contents, finish, and query them."""
    loaded = load(run)
    store = Run(run.name, run.work, run.folder, loaded["effort"]).open()
    answers: list[Measured] = []
    measured = {"query": _queries(run, store, run.work.queries(), answers), "answers": answers, "load": loaded}
    store.close()
    return measured


def share_found(store: Store, probes: Any, nearest: list[list[int]]) -> float:
    """Return the recall over some queries whose nearest rows are known."""
    found = sum(
        len(set(rows_of(store.query(probe, None))) & set(rows)) for probe, rows in zip(probes, nearest, strict=True)
    )
    return found / sum(map(len, nearest))


def rows_of(identifiers: list[Any]) -> list[int]:
    """Return the rows that ids stand for."""
    return [row_of(identifier) for identifier in identifiers]


def repeated(inputs: list[Any], action: Callable[[Any], object]) -> Measured:
    """Time the action on each of its inputs, made beforehand."""
    seconds = []
    for value in inputs:
        began = time.perf_counter()
        action(value)
        seconds.append(time.perf_counter() - began)
    return summary(seconds)


def summary(seconds: list[float]) -> Measured:
    """Return how many runs there were, their median and their 90th percentile."""
    ordered = sorted(seconds)
    return {
        "runs": len(ordered),
        "median_s": statistics.median(ordered),
        "p90_s": ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))],
    }


def _queries(run: Run, store: Store, queries: Any, answers: list[Measured]) -> Measured:
    """Time queries; for this package in turns with the bare kernel, so that both meet the same weather."""
    kernel = None
    if run.name == "ours":
        from benchmarks.engine.kernel import Kernel, one_thread

        kernel = Kernel(run.work.vectors(), run.work.space)
    store.query(queries[-1], None)
    seconds: list[float] = []
    bare: list[float] = []
    bare_answers: list[Measured] = []
    for first in range(0, RECALLED, _BLOCK):
        if len(seconds) >= _RUNS_MIN and sum(seconds) > _BUDGET_S:
            break
        for number in range(first, first + _BLOCK):
            began = time.perf_counter()
            found = store.query(queries[number], None)
            seconds.append(time.perf_counter() - began)
            answers.append(_answer(number, None, found))
        if kernel is None:
            continue
        with one_thread():
            for number in range(first, first + _BLOCK):
                began = time.perf_counter()
                found = kernel.query(queries[number])
                bare.append(time.perf_counter() - began)
                bare_answers.append(_answer(number, None, found))
    measured = summary(seconds)
    return {**measured, "kernel": summary(bare), "kernel_answers": bare_answers} if bare else measured


def _filtered(
    store: Store, queries: Any, members: list[Any], name: str, answers: list[Measured], chosen: Any
) -> list[float]:
    seconds: list[float] = []
    for number, member in enumerate(chosen):
        if len(seconds) >= _RUNS_MIN and sum(seconds) > _BUDGET_S:
            break
        query = number % RECALLED
        began = time.perf_counter()
        found = store.query(queries[query], members[member])
        seconds.append(time.perf_counter() - began)
        answers.append(_answer(query, (name, member), found))
    return seconds


def _changes(work: Work, number: int, rows: list[int]) -> Batch:
    documents, metadatas = work.contents_of(data.sources_of_contents(rows))
    return Batch(rows, work.replacements(number), documents, metadatas)


def _single(work: Work, queries: Any, number: int) -> Batch:
    like = work.batch(number, number + 1)
    return Batch([work.records + number], np.asarray(queries[-1:]), like.documents, like.metadatas)


def _answer(query: int, condition: tuple[str, int] | None, found: list[Any]) -> Measured:
    return {"query": query, "condition": condition, "rows": rows_of(found)}
