"""Lets what Python does to files on a ``Disk`` fail and be recorded: opening to write, names, directories, syncs.

Calls are noticed through Python's audit events, however they are made; only ``os.fsync`` has none and is replaced.
What C libraries write is not counted; it is not durable until Python syncs the file.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .disk import Disk, Kind

_EVENTS: dict[str, Kind] = {
    "os.rename": "rename",
    "os.mkdir": "mkdir",
    "os.remove": "delete",
    "os.rmdir": "delete",
    "os.link": "link",
    "os.truncate": "truncate",
}
_disks: list[Disk] = []
_hooked: list[bool] = []
_fsync = os.fsync


@contextmanager
def files_on(disk: Disk) -> Iterator[None]:
    """Let Python's calls below the disk's root go through it."""
    if not _hooked:
        # Such a hook cannot be taken away again; without disks it does nothing.
        sys.addaudithook(_hook)
        _hooked.append(True)
    os.fsync = _synced
    _disks.append(disk)
    try:
        yield
    finally:
        _disks.remove(disk)
        if not _disks:
            os.fsync = _fsync


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _disks:
        return
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, int) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        kind: Kind = "open"
    elif event in _EVENTS:
        kind = _EVENTS[event]
        path = arguments[0]
    else:
        return
    directory = arguments[-1] if event in ("os.remove", "os.rmdir") else -1
    full = _full_path(path, directory)
    for disk in _disks:
        if full.startswith(f"{disk.root}/"):
            with disk.call(kind, full) as fails:
                if fails:
                    raise _error(disk, full)


def _full_path(path: Any, directory: int) -> str:
    name = os.fspath(path)
    name = os.fsdecode(name)
    return os.path.join(os.readlink(f"/proc/self/fd/{directory}"), name) if directory >= 0 else os.path.abspath(name)


def _synced(descriptor: Any) -> None:
    number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
    path = os.readlink(f"/proc/self/fd/{number}")
    for disk in _disks:
        if f"{path}/".startswith(f"{disk.root}/"):
            with disk.call("sync", path) as fails:
                if fails:
                    raise _error(disk, path)
                _fsync(number)
                disk.synced_descriptor(number, path)
            return
    _fsync(number)


def _error(disk: Disk, path: str) -> OSError:
    number = errno.ENOSPC if disk.fault is not None and disk.fault.full else errno.EIO
    return OSError(number, os.strerror(number), path)
