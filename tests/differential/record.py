"""Ask the official package every question and write its answers.

    VENV/bin/python tests/differential/record.py [AREA ...]

VENV is a virtual environment with chromadb==1.5.9; any other version is refused. Without areas, all are
recorded. Run as a file, so that the repository's own `chromadb` is not on the path.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
import time
from pathlib import Path

_HERE = Path(__file__).resolve().parent
ANSWERS = _HERE / "answers"
OFFICIAL_VERSION = "1.5.9"


def main(names: list[str]) -> int:
    """Record the named areas, or all; returns the exit status."""
    # The directory of a script is its first import path; the package `differential` is one above.
    sys.path[0] = str(_HERE.parent)
    import chromadb

    if chromadb.__version__ != OFFICIAL_VERSION:
        print(
            f"answers are those of chromadb {OFFICIAL_VERSION}, not of {chromadb.__version__}",
            file=sys.stderr,
        )
        return 2
    from differential.cases import AREAS
    from differential.cases.area import answer, prepare

    for name in names or AREAS:
        area = AREAS[name]
        started = time.monotonic()
        answers = {}
        with tempfile.TemporaryDirectory() as directory:
            shared = prepare(area, Path(directory))
            for row, case in enumerate(area.cases.values()):
                own = Path(directory, str(row))
                own.mkdir()
                answers[case.name] = answer(case, own, shared)
        dump = functools.partial(json.dumps, ensure_ascii=False, sort_keys=True)
        lines = [f"{dump(case)}: {dump(outcome)}" for case, outcome in answers.items()]
        (ANSWERS / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        print(f"{name}: {len(answers)} answers in {time.monotonic() - started:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    # Some messages list a set: without a fixed seed they would differ from one recording to the next.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    sys.exit(main(sys.argv[1:]))
