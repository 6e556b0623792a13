"""Measure the index engine beside the official package and other embedded databases, in one run.

    python -m benchmarks.engine [--official PATH/TO/python] [--zvec PATH/TO/python] ... [--json PATH]

Every contender runs in processes of its own, one after the other, with its own interpreter: ours with the one that
runs this, the others with that of a virtual environment that has them. Contenders without an interpreter are left
out. A table goes to the standard output, progress to the standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine import contender, data, launch, report, scoring, texts, vectors

PARTS = ("load", "start", "memory", "read", "write", "kinds")
_STARTS = 5
_KIND_RECORDS = {"text": 20_000}
_TEXT_DIMENSION = 384

Measured = dict[str, Any]


def main() -> int:
    """Run the benchmark; returns the exit status, which is 1 where a contender failed."""
    options = _options()
    interpreters = {name: getattr(options, name) for name in contender.NAMES if getattr(options, name, None)}
    measured: dict[str, Measured] = {}
    for path in options.reuse:
        measured |= json.loads(path.read_text(encoding="utf-8"))["contenders"]
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        folder = Path(directory)
        launcher = launch.Launcher(folder, interpreters)
        sets = _make_sets(folder, options)
        states = {name: scoring.loaded(work) for name, work in sets.items()}
        failed = False
        for name in interpreters:
            try:
                measured[name] = _measure(launcher, name, sets, states, set(options.rows))
            except subprocess.CalledProcessError as error:
                launch.say(f"{contender.TITLES[name]} is left out: {error}")
                failed = True
            if options.json:
                _write_json(options.json, options, measured)
    ordered = {name: measured[name] for name in contender.NAMES if name in measured}
    print(report.table(report.rows(ordered), list(ordered)))
    return int(failed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=(__doc__ or "").splitlines()[0])
    for name in contender.NAMES[1:]:
        parser.add_argument(f"--{name}", type=Path, help=f"interpreter of an environment with {contender.TITLES[name]}")
    parser.add_argument("--without-ours", action="store_true", help="measure the others only")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--space", choices=("cosine", "l2", "ip"), default="cosine")
    parser.add_argument("--kind", choices=vectors.KINDS, default="hard", help="vectors of the main part")
    parser.add_argument("--kinds", nargs="*", choices=(*vectors.KINDS, "text"), help="further vectors, for recall")
    parser.add_argument("--rows", nargs="*", choices=PARTS, default=list(PARTS), help="parts to measure; load always")
    parser.add_argument("--text-vectors", type=Path, help=".npy file to keep the vectors of the texts in")
    parser.add_argument("--directory", type=Path, help="where to put data and databases while measuring")
    parser.add_argument("--json", type=Path, help="write all figures here")
    parser.add_argument("--reuse", type=Path, nargs="*", default=[], help="take other contenders from such files")
    options = parser.parse_args()
    options.ours = None if options.without_ours else Path(sys.executable)
    if options.kinds is None:
        options.kinds = [name for name in (*vectors.KINDS, "text") if name != options.kind]
    return options


def _make_sets(folder: Path, options: argparse.Namespace) -> dict[str, data.Work]:
    """Lay out the main set of records, and one without contents for each further kind of vectors."""
    records, dimension, space = options.records, options.dimension, options.space
    launch.say(f"making {records} records of {dimension} dimensions")
    draw = vectors.source(options.kind, dimension)
    sets = {"main": data.make(folder / "main", draw, records, dimension, space, contents=True)}
    for name in options.kinds if "kinds" in options.rows else []:
        launch.say(f"making {name} vectors")
        if name == "text":
            count = min(records, _KIND_RECORDS["text"])
            draw = vectors.of_matrix(texts.vectors(count + data.QUERIES, options.text_vectors))
            sets[name] = data.make(folder / name, draw, count, _TEXT_DIMENSION, space, contents=False)
        else:
            draw = vectors.source(name, dimension)
            sets[name] = data.make(folder / name, draw, records, dimension, space, contents=False)
    return sets


def _measure(
    launcher: launch.Launcher, name: str, sets: dict[str, data.Work], states: dict[str, scoring.State], parts: set[str]
) -> Measured:
    """Run the parts of one contender and score its answers; its databases are removed at the end."""
    work, store = sets["main"], launcher.store(name)
    measured: Measured = {"load_average": os.getloadavg()[0], "load": launcher.run("load", name, work, store)}
    measured["disk_mb"] = launch.disk_mb(store)
    effort = measured["load"]["effort"]
    if "start" in parts:
        seconds = [launcher.run("start", name, work, store, effort=effort)["seconds"] for _ in range(_STARTS)]
        measured["start"] = {"runs": _STARTS, "median_s": float(np.median(seconds)), "p90_s": max(seconds)}
    if "memory" in parts:
        measured["memory"] = launcher.run("memory", name, work, store, effort=effort)
    if "read" in parts:
        measured["read"] = launcher.run("read", name, work, store, effort=effort)
        _score(work, states["main"], measured["read"])
    if "write" in parts:
        measured["write"] = launcher.run("write", name, work, store, effort=effort)
        _score(work, scoring.written(work, states["main"]), measured["write"])
    shutil.rmtree(store)
    measured["kinds"] = {}
    for kind_name, vectors_only in sets.items():
        if kind_name != "main":
            store = launcher.store(name)
            measured["kinds"][kind_name] = launcher.run("kind", name, vectors_only, store)
            _score(vectors_only, states[kind_name], measured["kinds"][kind_name])
            shutil.rmtree(store)
    return measured


def _score(work: data.Work, state: scoring.State, measured: Measured) -> None:
    measured["recall"] = scoring.recalls(work, state, measured.pop("answers", []))
    bare = measured.get("query", {}).pop("kernel_answers", None)
    if bare:
        measured["kernel_recall"] = scoring.recalls(work, state, bare)["query"]
        measured["times_kernel"] = measured["query"]["median_s"] / measured["query"]["kernel"]["median_s"]


def _write_json(path: Path, options: argparse.Namespace, measured: dict[str, Measured]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    named = ("records", "dimension", "space", "kind")
    answer = {**{name: getattr(options, name) for name in named}, "machine": machine(), "contenders": measured}
    path.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")


def machine() -> Measured:
    """Describe the machine, without anything that identifies it."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory_bytes / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


if __name__ == "__main__":
    sys.exit(main())
