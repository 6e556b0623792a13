"""Draw query time and recall against the size of the collection. Needs matplotlib, and nothing else here does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_COLOURS = {"hnsw": "#1f5fa8", "spann": "#b5521b"}
_MARKERS = {"exact": "s", "scan": "o", "graph": "^", "lists": "D"}
_OTHER_MARKER = "P"
_NAMES = {"query": "no filter", "query where 10 %": "10 % filter"}
_LINES = {"query": "-", "query where 10 %": ":"}
_RECALL_ASKED = 0.99
_LOWEST_RECALL = 0.95


def draw(curves: dict[str, Any], path: Path) -> None:
    """Write an SVG of two panels: milliseconds of the median query, and recall@10; markers tell the plan."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "curve"
    import matplotlib.pyplot as plt

    figure, (times, recalls) = plt.subplots(
        2, 1, sharex=True, figsize=(7.5, 6.5), height_ratios=[2, 1], layout="constrained"
    )
    plans: dict[str, str] = {}
    for index, curve in curves.items():
        points = curve["points"]
        sizes = [point["size"] for point in points]
        for name, style in _LINES.items():
            milliseconds = [point[name]["median_s"] * 1000 for point in points]
            colour, label = _COLOURS[index], f"{index}, {_NAMES[name]}"
            times.plot(sizes, milliseconds, style, color=colour, label=label, linewidth=1.5)
            recalls.plot(sizes, [point["recall"][name] for point in points], style, color=colour, marker=".")
            for size, value, point in zip(sizes, milliseconds, points, strict=True):
                plan = point[f"plan of {name}"]
                plans[plan] = _marker(plan)
                times.plot(size, value, plans[plan], color=colour, markersize=5)
    for plan, marker in plans.items():
        times.plot([], [], marker, color="grey", label=plan)
    times.set(xscale="log", yscale="log", ylabel="median query, ms")
    for axis in (times.yaxis, recalls.xaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,g}" if value < 1e6 else f"{value / 1e6:g} million")
        axis.set_minor_formatter(lambda value, _: f"{value:g}" if value < 100 else "")
    recalls.axhline(_RECALL_ASKED, color="grey", linewidth=0.8, linestyle="--")
    recalls.set(xlabel="records in the collection", ylabel="recall@10")
    recalls.set_ylim(min(_LOWEST_RECALL, recalls.get_ylim()[0]), 1.002)
    for axes in (times, recalls):
        axes.grid(visible=True, which="major", linewidth=0.4, alpha=0.6)
    times.legend(fontsize=8, ncols=2)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _marker(plan: str) -> str:
    """Return the marker of the plan's main way, which is the one that scales furthest."""
    for way in ("graph", "lists", "scan", "exact"):
        if way in plan:
            return _MARKERS[way]
    return _OTHER_MARKER
