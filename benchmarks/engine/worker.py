"""One phase of one contender, in a process of its own: `python -m benchmarks.engine.worker PHASE NAME WORK STORE`.

Runs in the contender's interpreter, which needs NumPy and the contender only. The last line of the output is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.engine import contender, data, phases


def main() -> int:
    """Run the phase and print what it measured; returns the exit status."""
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("phase", choices=sorted(PHASES))
    parser.add_argument("name", choices=contender.NAMES)
    parser.add_argument("work", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--effort", type=int)
    options = parser.parse_args()
    run = phases.Run(options.name, data.opened(options.work), options.store, options.effort)
    print(json.dumps({**PHASES[options.phase](run), "phase_s": time.perf_counter() - began}))
    return 0


PHASES: dict[str, Callable[[phases.Run], dict[str, Any]]] = {
    "load": phases.load,
    "start": phases.start,
    "memory": phases.remember,
    "read": phases.read,
    "write": phases.write,
    "kind": phases.kind,
}


if __name__ == "__main__":
    sys.exit(main())
