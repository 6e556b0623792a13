"""A directory seen as a disk: counts the calls that change it, lets some fail, and knows what survives a power cut.

The files themselves lie in an ordinary directory. What SQLite does comes from ``sqlite_faults``, what Python does from
``file_faults``; both ask ``begin`` before a call and say afterwards what was written, synced or removed. A name or a
byte is durable once the directory or the file that holds it was synced. A sync that fails loses what it should have
written, as Linux does: the next one does not bring it back.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["write", "sync", "truncate", "delete", "open", "rename", "mkdir", "link"]
Survival = Literal["synced", "mixed"]

_GROWS = {"write", "open", "mkdir", "link"}
_SECTOR = 512


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong. at: number of the call, from 1. full: there is no room from there on; else one call fails."""

    at: int
    full: bool


@dataclass(slots=True)
class Content:
    """Bytes of a file. writes: what was written since the last sync, as (offset, bytes) or (new size, None)."""

    synced: bytes = b""
    writes: list[tuple[int, bytes | None]] = field(default_factory=list)

    def after_power_cut(self, chance: random.Random | None) -> bytes:
        """Return what is left: what was synced, and with ``chance`` also some of the sectors that were not."""
        content = bytearray(self.synced)
        if chance is not None:
            for offset, written in self.writes:
                kept = written
                if written is not None and chance.random() < 0.2:
                    kept = written[: chance.randrange(0, len(written), _SECTOR)]
                if chance.random() < 0.5:
                    _apply(content, offset, kept)
        return bytes(content)

    def sync(self) -> None:
        """Make durable what was written."""
        content = bytearray(self.synced)
        for offset, written in self.writes:
            _apply(content, offset, written)
        self.synced, self.writes = bytes(content), []


@dataclass(slots=True)
class Folder:
    """The names in a directory that were synced."""

    entries: dict[str, Content | Folder] = field(default_factory=dict)


class Disk:
    """See the module. root: an empty directory, or none yet; the database lies in it."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root.resolve()
        self.calls: list[tuple[Kind, str]] = []
        self.fault: Fault | None = None
        self.before_call: Callable[[int], None] = lambda number: None
        self.failed = 0
        self._lock = threading.RLock()
        self._folder = Folder()
        self._by_path: dict[str, Content] = {}
        self._by_inode: dict[int, Content | Folder] = {os.stat(self.root).st_ino: self._folder}
        self._held: list[int] = []

    def close(self) -> None:
        """Let go of the files that were held so that their numbers are not used again."""
        while self._held:
            os.close(self._held.pop())

    @contextmanager
    def call(self, kind: Kind, path: str) -> Iterator[bool]:
        """Count a call; yield whether it shall fail. Nobody else's call comes between."""
        with self._lock:
            self.calls.append((kind, os.path.relpath(path, self.root)))
            number = len(self.calls)
            self.before_call(number)
            fault = self.fault
            fails = fault is not None and (number == fault.at or (fault.full and number > fault.at and kind in _GROWS))
            self.failed += fails
            yield fails

    # What SQLite says of its files, by path

    def opened(self, path: str) -> None:
        """Note that SQLite opened a file, which may be new."""
        with self._lock:
            self._by_path.setdefault(path, Content(Path(path).read_bytes() if os.path.exists(path) else b""))

    def written(self, path: str, offset: int, data: bytes | None) -> None:
        """Note that data was written, or if None that the file has a new size."""
        with self._lock:
            self._by_path[path].writes.append((offset, data))

    def synced(self, path: str, done: bool) -> None:
        """Note that a file was synced, or that what was to be is lost; SQLite syncs the directory of new logs, too."""
        with self._lock:
            content = self._by_path[path]
            if not done:
                content.writes.clear()
                return
            content.sync()
            if not path.endswith(".sqlite3"):
                self._sync_folder(self.root, self._folder)

    def deleted(self, path: str) -> None:
        """Note that SQLite removed a file; its name is durable until the directory is synced."""
        with self._lock:
            self._by_path.pop(path, None)

    # What Python says of files and directories, by descriptor

    def synced_descriptor(self, descriptor: int, path: str) -> None:
        """Note that the file or directory behind a descriptor was synced."""
        with self._lock:
            if os.path.isdir(path):
                folder = self._known(os.fstat(descriptor).st_ino, Path(path))
                assert isinstance(folder, Folder)
                self._sync_folder(Path(path), folder)
            else:
                content = self._known(os.fstat(descriptor).st_ino, Path(path))
                assert isinstance(content, Content)
                content.synced = Path(path).read_bytes()

    def after_power_cut(self, target: Path, survival: Survival, chance: random.Random) -> None:
        """Write to a new directory what a power cut now may leave: nothing but what was synced, or any mix."""
        with self._lock:
            self._write(self._folder, self.root, target, chance if survival == "mixed" else None)

    def _write(self, folder: Folder, now: Path, target: Path, chance: random.Random | None) -> None:
        target.mkdir(parents=True)
        entries = dict(folder.entries)
        if chance is not None and now.is_dir():
            present = self._present(now)
            for name in {*entries, *present}:
                if chance.random() < 0.5:
                    entries.pop(name, None)
                    if name in present:
                        entries[name] = present[name]
        for name, entry in entries.items():
            if isinstance(entry, Folder):
                self._write(entry, now / name, target / name, chance)
            else:
                (target / name).write_bytes(entry.after_power_cut(chance))

    def _sync_folder(self, path: Path, folder: Folder) -> None:
        folder.entries = self._present(path)

    def _present(self, path: Path) -> dict[str, Content | Folder]:
        found: dict[str, Content | Folder] = {}
        for entry in os.scandir(path):
            if entry.name.endswith("-shm"):
                continue
            known = self._by_path.get(entry.path)
            found[entry.name] = known if known is not None else self._known(entry.inode(), Path(entry.path))
        return found

    def _known(self, inode: int, path: Path) -> Content | Folder:
        if inode not in self._by_inode:
            # An open file keeps its number, so that no other file is taken for it.
            self._held.append(os.open(path, os.O_RDONLY))
            self._by_inode[inode] = Folder() if path.is_dir() else Content()
        return self._by_inode[inode]


def _apply(content: bytearray, offset: int, written: bytes | None) -> None:
    if written is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(written)] = written
