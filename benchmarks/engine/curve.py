"""Query time and recall of this package against the size of the collection, up to a million records.

    python -m benchmarks.engine.curve [--sizes 5000 ... 1000000] [--index hnsw spann] [--json PATH] [--plot PATH.svg]

One collection grows to each size in turn. At the last one a fresh process opens it, for memory and the first query.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine import data, growth, launch, plot, report, scoring, vectors
from benchmarks.engine.__main__ import machine

SIZES = (5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)

Measured = dict[str, Any]


def main() -> int:
    """Measure, print a table and write the plot; returns the exit status."""
    options = _options()
    recorded = json.loads(options.drawn_from.read_text(encoding="utf-8")) if options.drawn_from else _measure(options)
    print(table(recorded["curves"]))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        plot.draw(recorded["curves"], options.plot)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engine.curve", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="multiples of 5,000, ascending")
    parser.add_argument("--index", nargs="+", choices=("hnsw", "spann"), default=["hnsw", "spann"])
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--space", choices=("cosine", "l2", "ip"), default="cosine")
    parser.add_argument("--kind", choices=vectors.KINDS, default="hard")
    parser.add_argument("--directory", type=Path, help="where to put data and databases while measuring")
    parser.add_argument("--json", type=Path, help="write all figures here")
    parser.add_argument("--plot", type=Path, help="draw the curves into this SVG file; needs matplotlib")
    parser.add_argument("--drawn-from", type=Path, help="take the figures from such a JSON file, measure nothing")
    options = parser.parse_args()
    if sorted(set(options.sizes)) != options.sizes or any(size % data.BATCH for size in options.sizes):
        parser.error(f"sizes must ascend and be multiples of {data.BATCH}")
    return options


def _measure(options: argparse.Namespace) -> Measured:
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        folder = Path(directory)
        launch.say(f"making {options.sizes[-1]} records of {options.dimension} dimensions")
        draw = vectors.source(options.kind, options.dimension)
        work = data.make(folder / "main", draw, options.sizes[-1], options.dimension, options.space, contents=True)
        launcher = launch.Launcher(folder, {"ours": Path(sys.executable)})
        whole = scoring.loaded(work)
        curves = {index: _curve(launcher, work, whole, index, options.sizes) for index in options.index}
    named = ("dimension", "space", "kind")
    return {**{name: getattr(options, name) for name in named}, "machine": machine(), "curves": curves}


def _curve(launcher: launch.Launcher, work: data.Work, whole: scoring.State, index: str, sizes: list[int]) -> Measured:
    store = launcher.store("ours")
    points = launcher.grow(work, store, index, sizes)
    for point in points:
        state = scoring.State(whole.vectors, whole.columns, np.arange(point["size"]))
        recall = scoring.recalls(work, state, point.pop("answers"))
        point["recall"] = {"query": recall["query"], "query where 10 %": recall[growth.FILTER]}
    reopened = {phase: launcher.run(phase, "ours", work, store) for phase in ("start", "memory")}
    shutil.rmtree(store)
    return {"points": points, "reopened": reopened}


def table(curves: dict[str, Measured]) -> str:
    """Return the points as a Markdown table, and below it what a fresh process found at the last size."""
    head = [
        "index", "records", "plan", "query ms", "recall@10", "where 10 %: plan", "ms", "recall@10",
        "added/s", "compaction s", "private MB", "mapped MB", "peak MB", "disk MB",
    ]  # fmt: skip
    lines = [head, ["---"] * len(head)]
    below = []
    for index, curve in curves.items():
        for point in curve["points"]:
            queried = [
                cell
                for name in ("query", "query where 10 %")
                for cell in (
                    point[f"plan of {name}"],
                    report.figure_text(point[name]["median_s"] * 1000),
                    f"{point['recall'][name]:.4f}",
                )
            ]
            numbers = (
                point["added_records_per_s"],
                point["compact_s"],
                point["memory_mb"]["private"],
                point["memory_mb"]["mapped"],
                point["resident_peak_mb"],
                point["disk_mb"],
            )
            lines.append([index, f"{point['size']:,}", *queried, *map(report.figure_text, numbers)])
        memory = curve["reopened"]["memory"]["after_queries_mb"]
        below.append(
            f"{index}, a fresh process at the last size: first query after "
            f"{curve['reopened']['start']['seconds'] * 1000:.0f} ms; after 300 queries "
            f"{memory['private']:.0f} MB private, {memory['mapped']:.0f} MB of files mapped."
        )
    return "\n".join(["| " + " | ".join(line) + " |" for line in lines] + ["", *below])


if __name__ == "__main__":
    sys.exit(main())
