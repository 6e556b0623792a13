"""Starts the programs of this package as processes, and stops them in the middle of what they do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

THOROUGH = os.environ.get("FAULTS") == "thorough"
"""Whether to look at every instant, which takes minutes, instead of some of them."""


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a module of this package with what it prints at the other end of a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.{program}", *map(str, arguments)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        text=True,
    )


def kill(process: subprocess.Popen[str], acknowledged: int) -> int:
    """Kill a process that prints the number of each call; return the last one it printed, which may be this one."""
    assert process.stdout is not None
    process.kill()
    # What it wrote to the pipe before it died counts, too; a line it had not finished does not.
    rest = process.stdout.read()
    process.stdout.close()
    process.wait()
    return max([acknowledged, *map(int, rest.split("\n")[:-1])])


def run(program: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the text of a program to its end."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, timeout=60, **options
    )
