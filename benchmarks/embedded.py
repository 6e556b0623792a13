"""Measure the embedded database beside the official package's, on the same data and machine, in one run.

    python -m benchmarks.embedded [--official PATH/TO/python] [--records 100000] [--json PATH]

Each package runs in its own process, with its own interpreter: ours with the one that runs this. --official
names the interpreter of a virtual environment with chromadb==1.5.9; without it only ours is measured. A table
goes to the standard output, progress to the standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import dataset

_ROOT = Path(__file__).resolve().parent.parent
_WORKER = Path(__file__).with_name("embedded_worker.py")

TARGETS = {
    "add in batches of 5,000": 20.0,
    "get by id": 5.0,
    "count": 50.0,
    "get page of 1,000": 10.0,
    "update metadata of 1,000": 4.0,
    "get $contains rare (0.1 %)": 10.0,
    "get $contains common (25 %)": 10.0,
    "get $regex rare (0.1 %)": 10.0,
    "get $regex common (25 %)": 10.0,
}
"""How many times faster than the official package each is meant to be, where that is set."""

_TITLES = {"ours": "this package", "official": "official"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a figure of each package, and how ours compares.

    lower_is_better: whether the ratio is official by ours, else ours by official.
    """

    name: str
    unit: str
    figures: dict[str, float]
    notes: dict[str, str]
    lower_is_better: bool = True

    @property
    def ratio(self) -> float | None:
        """How many times better ours is; None without both figures."""
        if len(self.figures) < 2 or not all(self.figures.values()):
            return None
        better, worse = self.figures["official"], self.figures["ours"]
        return better / worse if self.lower_is_better else worse / better


def main() -> int:
    """Run the benchmark; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--official", type=Path, help="interpreter of an environment with chromadb==1.5.9")
    parser.add_argument("--only-official", action="store_true", help="leave ours out")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--directory", type=Path, help="where to put the stores while measuring")
    options = parser.parse_args()
    if options.only_official and options.official is None:
        parser.error("--only-official needs --official")
    interpreters = {"official": options.official} if options.official else {}
    if not options.only_official:
        interpreters["ours"] = Path(sys.executable)
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        folder = Path(directory)
        (folder / "data").mkdir()
        _say(f"making {options.records} records of {options.dimension} dimensions")
        data = dataset.make(folder / "data", options.records, options.dimension)
        measured = {
            package: measure(package, interpreter, data, folder / package)
            for package, interpreter in interpreters.items()
        }
    _warn_of_other_sizes(measured)
    lines = rows(measured)
    print(table(lines, list(measured)))
    if options.json:
        write_json(options.json, options.records, options.dimension, measured)
    return 0


def measure(package: str, interpreter: Path, data: dataset.Dataset, store: Path) -> dict[str, Any]:
    """Run both phases of the worker with the interpreter and return what it measured, and the disk size."""
    store.mkdir()
    figures: dict[str, Any] = {}
    for phase in ("load", "serve"):
        _say(f"{_TITLES[package]}: {phase}")
        figures[phase] = _work(package, interpreter, phase, data.folder, store)
        if phase == "load":
            figures["disk_mb"] = _disk_mb(store)
    figures["recall"] = _recalls(data, figures["serve"].pop("nearest"))
    return figures


def _work(package: str, interpreter: Path, phase: str, data: Path, store: Path) -> dict[str, Any]:
    environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    environment.pop("PYTHONPATH", None)
    if package == "ours":
        environment["PYTHONPATH"] = str(_ROOT)
    finished = subprocess.run(
        [str(interpreter), str(_WORKER), phase, str(data), str(store)],
        cwd=data,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    answer: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return answer


def rows(measured: dict[str, dict[str, Any]]) -> list[Row]:
    """Return the lines of the table, in the order of the workloads."""
    first = next(iter(measured.values()))
    lines = [
        Row(
            "add in batches of 5,000",
            "records/s",
            {package: figures["load"]["add"]["records_per_s"] for package, figures in measured.items()},
            {package: f"batch p90 {figures['load']['add']['p90_s']:.2f} s" for package, figures in measured.items()},
            lower_is_better=False,
        )
    ]
    for name, workload in first["serve"].items():
        if isinstance(workload, dict) and "median_s" in workload:
            lines.append(
                Row(
                    name,
                    "ms",
                    {package: figures["serve"][name]["median_s"] * 1000 for package, figures in measured.items()},
                    {
                        package: f"p90 {_figure(figures['serve'][name]['p90_s'] * 1000)}"
                        for package, figures in measured.items()
                    },
                )
            )
    serve = first["serve"]
    lines += [_plain("on disk", "MB", {package: figures["disk_mb"] for package, figures in measured.items()})]
    lines += [
        _plain(
            f"resident {moment}",
            "MB",
            {package: figures["serve"]["resident_mb"][moment] for package, figures in measured.items()},
        )
        for moment in serve["resident_mb"]
    ]
    lines += [
        _plain(
            f"recall@10 of {name}",
            "",
            {package: figures["recall"][name] for package, figures in measured.items()},
            lower_is_better=False,
        )
        for name in first["recall"]
    ]
    return lines


def _plain(name: str, unit: str, figures: dict[str, float], *, lower_is_better: bool = True) -> Row:
    return Row(name, unit, figures, dict.fromkeys(figures, ""), lower_is_better)


def table(lines: list[Row], packages: list[str]) -> str:
    """Return the lines as a Markdown table; a target that is met is marked."""
    head = ["workload", "unit", *(_TITLES[package] for package in packages), "ratio", "target"]
    body = []
    for line in lines:
        cells = [
            f"{_figure(line.figures[package])}{f' ({note})' if (note := line.notes[package]) else ''}"
            for package in packages
        ]
        target = TARGETS.get(line.name)
        ratio = line.ratio
        verdict = "" if target is None else f">= {target:g}x"
        if target is not None and ratio is not None:
            verdict += " met" if ratio >= target else " NOT met"
        body.append([line.name, line.unit, *cells, "" if ratio is None else f"{ratio:.2f}x", verdict])
    widths = [max(len(row[column]) for row in [head, *body]) for column in range(len(head))]
    written = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [head, ["-" * width for width in widths], *body]
    ]
    return "\n".join(written)


def write_json(path: Path, records: int, dimension: int, measured: dict[str, dict[str, Any]]) -> None:
    """Write the figures, with the machine they were taken on (nothing that identifies it)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    memory_kb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024
    answer = {
        "records": records,
        "dimension": dimension,
        "machine": {
            "cores": os.cpu_count(),
            "memory_gb": round(memory_kb / 1e6),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        "packages": measured,
    }
    path.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")


def _recalls(data: dataset.Dataset, found: dict[str, list[list[str]]]) -> dict[str, float]:
    metadatas = json.loads((data.folder / "metadatas.json").read_text(encoding="utf-8"))
    recalls = {}
    for name, answers in found.items():
        condition = None if name == "query" else dataset.plan(data.records)["where"][name]
        matching = [row for row, metadata in enumerate(metadatas) if _matches(condition, metadata)]
        exact = dataset.nearest(data, 10, np.array(matching, dtype=np.intp))
        right = sum(
            len({f"record-{row}" for row in expected} & set(answer))
            for expected, answer in zip(exact.tolist(), answers, strict=True)
        )
        recalls[name] = right / exact.size if exact.size else 1.0
    return recalls


def _matches(condition: Any, metadata: dict[str, Any]) -> bool:
    """Tell whether the metadata satisfies one of the plan's filters, without asking any engine."""
    if condition is None:
        return True
    ((key, operand),) = condition.items()
    if key == "$and":
        return all(_matches(part, metadata) for part in operand)
    if not isinstance(operand, dict):
        return bool(metadata[key] == operand)
    ((operator, value),) = operand.items()
    if operator == "$in":
        return bool(metadata[key] in value)
    return bool(metadata[key] >= value if operator == "$gte" else metadata[key] < value)


def _warn_of_other_sizes(measured: dict[str, dict[str, Any]]) -> None:
    if len(measured) < 2:
        return
    for name, workload in measured["ours"]["serve"].items():
        if isinstance(workload, dict) and "size" in workload:
            official = measured["official"]["serve"][name]["size"]
            if workload["size"] != official:
                _say(f"{name}: ours returned {workload['size']}, the official package {official}")


def _disk_mb(store: Path) -> float:
    return sum(path.stat().st_size for path in store.rglob("*") if path.is_file()) / 1e6


def _figure(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
