"""Lets SQLite's files on a ``Disk`` fail and be recorded, beneath everything SQLite itself does.

The methods of the default VFS and of the files it opens are replaced in place by functions that ask the disk first.
They return SQLite's own result codes: an exception of a VFS written in Python would surface in calls that SQLite lets
succeed, as when the checkpoint after a commit fails.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import apsw

from .disk import Disk

_POINTER = ctypes.c_void_p
_OPEN = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, _POINTER, ctypes.c_int, _POINTER)
_DELETE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_char_p, ctypes.c_int)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, _POINTER, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_int)


class _Vfs(ctypes.Structure):
    """The beginning of sqlite3_vfs."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("max_path", ctypes.c_int),
        ("next", _POINTER),
        ("name", ctypes.c_char_p),
        ("data", _POINTER),
        ("open", _POINTER),
        ("delete", _POINTER),
    ]


class _Methods(ctypes.Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("close", _POINTER),
        ("read", _POINTER),
        ("write", _POINTER),
        ("truncate", _POINTER),
        ("sync", _POINTER),
        ("others", _POINTER * 13),
    ]


class _File(ctypes.Structure):
    _fields_ = [("methods", ctypes.POINTER(_Methods))]


class _Shim:
    """The replaced functions. Keeps alive what C calls; one lives as long as the process, as files may."""

    def __init__(self) -> None:
        self.disks: list[Disk] = []
        self._files: dict[int, tuple[Disk, str, _Methods]] = {}
        self._copies: dict[int, _Methods] = {}
        self._callbacks: list[Any] = []
        self._vfs = _default_vfs()
        self._open_before = _OPEN(self._vfs.open)
        self._delete_before = _DELETE(self._vfs.delete)
        self._vfs.open = self._callback(_OPEN, self._open)
        self._vfs.delete = self._callback(_DELETE, self._delete)
        self._replaced = {
            "write": self._callback(_WRITE, self._write),
            "truncate": self._callback(_TRUNCATE, self._truncate),
            "sync": self._callback(_SYNC, self._sync),
        }

    def _callback(self, kind: Any, function: Any) -> int | None:
        self._callbacks.append(kind(function))
        return ctypes.cast(self._callbacks[-1], _POINTER).value

    def _disk(self, path: bytes | None) -> Disk | None:
        if path is None:
            return None
        return next((disk for disk in self.disks if path.startswith(f"{disk.root}/".encode())), None)

    def _open(self, vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        # SQLite keeps the pointer to the name.
        result = int(self._open_before(vfs, name, file, flags, out))
        path = None if name is None else ctypes.string_at(name)
        disk = self._disk(path)
        if result != apsw.SQLITE_OK or disk is None or path is None:
            return result
        opened = _File.from_address(file)
        before = ctypes.addressof(opened.methods.contents)
        if before not in self._copies:
            copy = self._copies[before] = _Methods.from_buffer_copy(opened.methods.contents)
            for name, function in self._replaced.items():
                setattr(copy, name, function)
        self._files[file] = (disk, path.decode(), _Methods.from_address(before))
        opened.methods = ctypes.pointer(self._copies[before])
        disk.opened(path.decode())
        return result

    def _delete(self, vfs: int, path: bytes, sync: int) -> int:
        disk = self._disk(path)
        if disk is None:
            return int(self._delete_before(vfs, path, sync))
        with disk.call("delete", path.decode()) as fails:
            if fails:
                return apsw.SQLITE_IOERR_DELETE
            result = int(self._delete_before(vfs, path, sync))
            disk.deleted(path.decode())
            return result

    def _write(self, file: int, data: int, amount: int, offset: int) -> int:
        disk, path, methods = self._files[file]
        with disk.call("write", path) as fails:
            # A write that fails may have written a part.
            done = amount // 2 if fails else amount
            result = int(_WRITE(methods.write)(file, data, done, offset))
            disk.written(path, offset, ctypes.string_at(data, done))
            if fails:
                return apsw.SQLITE_FULL if disk.fault is not None and disk.fault.full else apsw.SQLITE_IOERR_WRITE
            return result

    def _truncate(self, file: int, size: int) -> int:
        disk, path, methods = self._files[file]
        with disk.call("truncate", path) as fails:
            if fails:
                return apsw.SQLITE_IOERR_TRUNCATE
            disk.written(path, size, None)
            return int(_TRUNCATE(methods.truncate)(file, size))

    def _sync(self, file: int, flags: int) -> int:
        disk, path, methods = self._files[file]
        with disk.call("sync", path) as fails:
            disk.synced(path, done=not fails)
            return apsw.SQLITE_IOERR_FSYNC if fails else int(_SYNC(methods.sync)(file, flags))


def _default_vfs() -> _Vfs:
    connection = apsw.Connection(":memory:")
    pointer = ctypes.c_void_p()
    # A database in memory has the default VFS, too.
    connection.file_control("main", apsw.SQLITE_FCNTL_VFS_POINTER, ctypes.addressof(pointer))
    connection.close()
    assert pointer.value is not None
    return _Vfs.from_address(pointer.value)


_shims: list[_Shim] = []


@contextmanager
def sqlite_on(disk: Disk) -> Iterator[None]:
    """Let SQLite's files below the disk's root go through it, if they are opened within the block."""
    if not _shims:
        _shims.append(_Shim())
    _shims[0].disks.append(disk)
    try:
        yield
    finally:
        _shims[0].disks.remove(disk)
