"""Run phases in the interpreters of the contenders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.engine import resources
from benchmarks.engine.contender import TITLES
from benchmarks.engine.data import Work

_ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Launcher:
    """Where to put things, and contender to interpreter."""

    folder: Path
    interpreters: dict[str, Path]

    def store(self, name: str) -> Path:
        """Make an empty folder for a database."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))

    def run(self, phase: str, name: str, work: Work, store: Path, *, effort: int | None = None) -> dict[str, Any]:
        """Run a phase to its end and return what it measured. Raises CalledProcessError where it failed."""
        arguments = [phase, name, str(work.folder), str(store)]
        if effort is not None:
            arguments += ["--effort", str(effort)]
        return self._run("worker", name, arguments, f"{TITLES[name]}: {phase} of {work.folder.name}")

    def grow(self, work: Work, store: Path, index: str, sizes: list[int]) -> list[dict[str, Any]]:
        """Let a collection of this package grow and return what was measured at each size."""
        arguments = [str(work.folder), str(store), "--index", index, "--sizes", *map(str, sizes)]
        points: list[dict[str, Any]] = self._run("growth", "ours", arguments, f"growing with {index}")["points"]
        return points

    def _run(self, module: str, name: str, arguments: list[str], told: str) -> dict[str, Any]:
        # What others wrote before is on disk, and none of their business is done at this one's cost.
        os.sync()
        began = time.perf_counter()
        finished = subprocess.run(
            [str(self.interpreters[name]), "-m", f"benchmarks.engine.{module}", *arguments],
            cwd=self.folder,
            env=self._environment(name),
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        say(f"{told} took {time.perf_counter() - began:.1f} s")
        answer: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
        return answer

    def _environment(self, name: str) -> dict[str, str]:
        """Let every interpreter find this package of benchmarks, but only ours the database beside it."""
        alone = self.folder / "path"
        if not alone.exists():
            alone.mkdir()
            (alone / "benchmarks").symlink_to(_ROOT / "benchmarks")
        path = _ROOT if name == "ours" else alone
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "PYTHONPATH": str(path), "ANONYMIZED_TELEMETRY": "False"}


def disk_mb(store: Path) -> float:
    """Return what a database takes on disk."""
    return resources.disk_mb(store)


def say(text: str) -> None:
    """Write a line of progress to the standard error."""
    print(text, file=sys.stderr, flush=True)
