"""What a process takes of memory, as Linux accounts for it, and a database of disk."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SAMPLED_EVERY_S = 0.02
_BLOCK_BYTES = 512


@dataclass(slots=True)
class Peak:
    """The most memory that was private to the process during a block, in MB."""

    private_mb: float = 0.0


def memory(store: Path) -> dict[str, float]:
    """Return the memory of this process in MB.

    private: anonymous pages, what the process would not share and the system cannot drop. mapped: pages of files,
    of which store are those of the database's own files and the rest are libraries.
    """
    totals = _kilobytes(Path("/proc/self/smaps_rollup").read_text(encoding="ascii"))
    return {
        "private": _mb(totals["Anonymous"]),
        "mapped": _mb(totals["Rss"] - totals["Anonymous"]),
        "store": _mb(_mapped_of(store)),
    }


def resident_peak_mb() -> float:
    """Return the most that was ever resident, of all kinds."""
    return _mb(_kilobytes(Path("/proc/self/status").read_text(encoding="ascii"))["VmHWM"])


@contextmanager
def private_peak() -> Iterator[Peak]:
    """Watch anonymous memory during the block; a peak shorter than 20 ms may be missed."""
    peak, ended = Peak(), threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLED_EVERY_S):
            now = _mb(_kilobytes(Path("/proc/self/status").read_text(encoding="ascii"))["RssAnon"])
            peak.private_mb = max(peak.private_mb, now)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()


def disk_mb(folder: Path) -> float:
    """Return what the files of a folder take on disk; holes in files take nothing."""
    return sum(path.stat().st_blocks for path in folder.rglob("*") if path.is_file()) * _BLOCK_BYTES / 1e6


def _mapped_of(store: Path) -> int:
    total, inside = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split()
        if not fields[0].endswith(":"):
            inside = len(fields) > 5 and line[line.index(fields[5]) :].startswith(f"{store}/")
        elif inside and fields[0] == "Rss:":
            total += int(fields[1])
        elif inside and fields[0] == "Anonymous:":
            total -= int(fields[1])
    return total


def _kilobytes(text: str) -> dict[str, int]:
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if value.endswith(" kB"):
            found[name] = int(value.split()[0])
    return found


def _mb(kilobytes: int) -> float:
    return kilobytes * 1024 / 1e6
