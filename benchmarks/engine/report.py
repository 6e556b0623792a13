"""The table: a line for each thing measured, with what was asked of this package beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks.engine.contender import TITLES

Measured = dict[str, Any]

RECALL = 0.99
KERNEL_TIMES = 2.5

TARGETS = {
    "add until searchable": 25.0,
    "add until compacted": 15.0,
    "query": 4.0,
    "batch of 320 queries": 3.0,
    "get where 0.1 %, ids only": 10.0,
    "get where 0.1 %, with contents": 10.0,
    "upsert of 1,000": 5.0,
    "delete of 1,000": 10.0,
    "single add": 2.0,
    "import, open, first query": 3.0,
    "private memory after 300 queries": 1 / 0.35,
    "peak while adding": 1.0,
    "on disk": 1.0,
}
"""How many times better than the official package each is meant to be."""

_FILTER_TARGET = 80.0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: contender to figure, where there is one.

    target: how many times better than the official package ours is meant to be. least: what ours must reach itself.
    """

    name: str
    unit: str
    figures: dict[str, float]
    lower_is_better: bool = True
    target: float | None = None
    least: float | None = None

    def ratio(self, other: str) -> float | None:
        """Return how many times better ours is than another contender; None without both figures."""
        ours, theirs = self.figures.get("ours"), self.figures.get(other)
        if not ours or not theirs:
            return None
        return theirs / ours if self.lower_is_better else ours / theirs

    def verdict(self) -> str:
        """Say what is asked of ours and whether it is met, as far as the figures tell."""
        ours, ratio = self.figures.get("ours"), self.ratio("official")
        if self.least is not None:
            met = None if ours is None else (ours <= self.least if self.lower_is_better else ours >= self.least)
            asked = f"{'<=' if self.lower_is_better else '>='} {self.least:g}"
        elif self.target is not None:
            met = None if ratio is None else ratio >= self.target
            asked = f"<= {1 / self.target:.3g}x" if self.unit == "MB" else f">= {self.target:g}x"
        else:
            return ""
        return asked if met is None else f"{asked} {'met' if met else 'NOT met'}"


def rows(measured: dict[str, Measured]) -> list[Row]:
    """Return the lines, in the order of the parts; what no contender has is left out."""

    def line(name: str, unit: str, *path: str, lower: bool = True, least: float | None = None) -> Row:
        found = {contender: _at(below, path) for contender, below in measured.items()}
        scale = 1000.0 if unit == "ms" else 1.0
        figures = {contender: value * scale for contender, value in found.items() if value is not None}
        target = _FILTER_TARGET if name.startswith("query where") else TARGETS.get(name)
        return Row(name, unit, figures, lower, target, least)

    def median(part: str, name: str) -> Row:
        return line(name, "ms", part, name, "median_s")

    def recall(name: str, *path: str) -> Row:
        return line(f"recall@10, {name}", "", *path, lower=False, least=RECALL)

    read, kinds = _names(measured, "read"), _names(measured, "kinds")
    families = [name for name in _names(measured, "read", "recall") if name != "query"]
    lines = [
        line("add until searchable", "s", "load", "searchable_s"),
        line("add until compacted", "s", "load", "finished_s"),
        line("recall@10 when searchable", "", "load", "recall_when_searchable", lower=False),
        median("read", "query"),
        line("the bare kernel", "ms", "read", "query", "kernel", "median_s"),
        line("query by bare kernel", "", "read", "times_kernel", least=KERNEL_TIMES),
        recall("query", "read", "recall", "query"),
        line("recall@10 of the bare kernel", "", "read", "kernel_recall", lower=False),
        *(recall(f"{name} vectors", "kinds", name, "recall", "query") for name in kinds),
        *(line(f"query, {name} vectors, no contents", "ms", "kinds", name, "query", "median_s") for name in kinds),
        *(line(f"the bare kernel, {name}", "ms", "kinds", name, "query", "kernel", "median_s") for name in kinds),
        *(
            line(f"recall@10 of the bare kernel, {name}", "", "kinds", name, "kernel_recall", lower=False)
            for name in kinds
        ),
        *(median("read", name) for name in read if name.startswith("query where")),
        *(recall(f"where {name}", "read", "recall", name) for name in families),
        *(median("read", name) for name in read if name.startswith(("batch", "get"))),
        *(median("write", name) for name in ("upsert of 1,000", "delete of 1,000", "single add")),
        *(recall(f"after writing, {name}", "write", "recall", name) for name in _names(measured, "write", "recall")),
        line("import, open, first query", "ms", "start", "median_s"),
        line("private memory after 300 queries", "MB", "memory", "after_queries_mb", "private"),
        line("mapped files after 300 queries", "MB", "memory", "after_queries_mb", "mapped"),
        line("of these the database's", "MB", "memory", "after_queries_mb", "store"),
        line("peak while adding", "MB", "load", "peak_mb", "resident"),
        line("of it private", "MB", "load", "peak_mb", "private"),
        line("peak until compacted", "MB", "load", "peak_finished_mb", "resident"),
        line("on disk", "MB", "disk_mb"),
    ]
    return [row for row in lines if row.figures]


def table(lines: list[Row], contenders: list[str]) -> str:
    """Return the lines as a Markdown table; the best figure of a line is bold."""
    ordered = sorted(contenders, key=lambda name: name != "ours")
    rivals = [name for name in ("official", "zvec") if name in contenders]
    head = ["", "unit", *(TITLES[name] for name in ordered), *(f"vs {TITLES[name]}" for name in rivals), "asked"]
    body = [head, ["---"] * len(head)]
    for row in lines:
        best = (min if row.lower_is_better else max)(row.figures.values())
        cells = [_cell(row.figures.get(name), best, row.unit == "" and "recall" in row.name) for name in ordered]
        ratios = ["" if (ratio := row.ratio(name)) is None or not row.unit else f"{ratio:.2f}x" for name in rivals]
        body.append([row.name, row.unit, *cells, *ratios, row.verdict()])
    widths = [max(len(cells[column]) for cells in body) for column in range(len(head))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |" for cells in body
    )


def _names(measured: dict[str, Measured], *path: str) -> list[str]:
    """Return the names below a path in any contender, in order of appearance."""
    names: dict[str, None] = {}
    for below in measured.values():
        for step in path:
            below = below.get(step, {})
        names |= dict.fromkeys(below)
    return list(names)


def _at(measured: Measured, path: tuple[str, ...]) -> float | None:
    """Return the figure at a path of names; None where there is none."""
    below: Any = measured
    for name in path:
        below = below.get(name)
        if below is None:
            return None
    return float(below)


def _cell(value: float | None, best: float, share: bool) -> str:
    if value is None:
        return ""
    text = f"{value:.4f}" if share else figure_text(value)
    return f"**{text}**" if value == best and not share else text


def figure_text(value: float) -> str:
    """Write a number with three digits that matter."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"
