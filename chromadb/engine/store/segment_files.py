"""Sealed segments as files: how they come into being whole, are verified, mapped and taken away.

    <root>/<owner>/<name>/header      magic, length, JSON, CRC-32 (see ``Header``)
                          <part>      one file for each part of the segment

owner: the id of a collection's VECTOR segment in the catalog. A directory is written under a temporary name, every file
and the directory are synced, then it is renamed: what has its final name is whole. Nothing in it changes afterwards.
"""

from __future__ import annotations

import mmap
import os
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import numpy.typing as npt
import orjson
from msgspec import Struct

from chromadb.model.errors import StorageError

MAGIC = b"CHRSEG\x00\x01"
"""First eight bytes of a header: what the file is, and the version of its layout."""

_HEADER = "header"
_TEMPORARY = ".writing"
_LOCK_FILE = "compaction.lock"
_LENGTH = struct.Struct("<I")
_READ_BYTES = 1 << 20

PartWriter = Callable[[Path], None]
Bytes = npt.NDArray[np.uint8]


class DamagedSegmentError(StorageError):
    """A file of a segment is missing, has another length than its header says, or fails its checksum."""


class MissingSegmentError(DamagedSegmentError):
    """The directory of a segment does not exist."""


class Part(Struct, frozen=True):
    """One file of a segment: its length in bytes and its CRC-32."""

    size: int
    checksum: int


class Header(Struct, frozen=True):
    """What a segment says of itself: properties for whoever reads it, and its parts by name."""

    properties: Mapping[str, Any]
    parts: Mapping[str, Part]

    def to_bytes(self) -> bytes:
        """Return magic, uint32 length of the JSON, JSON, uint32 CRC-32 of all before it (integers little-endian)."""
        body = orjson.dumps(
            {
                "properties": self.properties,
                "parts": {name: {"size": part.size, "crc32": part.checksum} for name, part in self.parts.items()},
            }
        )
        start = MAGIC + _LENGTH.pack(len(body)) + body
        return start + _LENGTH.pack(zlib.crc32(start))

    @classmethod
    def from_bytes(cls, data: bytes) -> Header | None:
        """Return the header, None if the bytes are damaged or of another layout."""
        fixed = len(MAGIC) + _LENGTH.size
        if len(data) < fixed + _LENGTH.size or not data.startswith(MAGIC):
            return None
        (length,) = _LENGTH.unpack_from(data, len(MAGIC))
        if len(data) != fixed + length + _LENGTH.size or _LENGTH.unpack_from(data, fixed + length)[0] != zlib.crc32(
            data[: fixed + length]
        ):
            return None
        loaded = orjson.loads(data[fixed : fixed + length])
        parts = {name: Part(part["size"], part["crc32"]) for name, part in loaded["parts"].items()}
        return cls(loaded["properties"], parts)


class SegmentFiles(Struct, frozen=True):
    """The files of one sealed segment, whose header has been verified."""

    directory: Path
    header: Header

    def path(self, part: str) -> Path:
        """Return where a part lies."""
        return self.directory / part

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what goes wrong while files are read into DamagedSegmentError, or MissingSegmentError.

        The latter when the whole directory has gone meanwhile: another process may have merged and removed it.
        """
        try:
            yield
        except (StorageError, OSError, RuntimeError) as error:
            self.check_present()
            if isinstance(error, StorageError):
                raise
            raise DamagedSegmentError(f"reading {self.directory} failed ({error})") from error

    def check_present(self) -> None:
        """Raise MissingSegmentError if the directory has been removed since it was opened."""
        if not (self.directory / _HEADER).exists():
            raise MissingSegmentError(f"the segment {self.directory} is missing")

    def map(self, part: str, *, verify: bool = True) -> Bytes:
        """Return the bytes of a part, mapped read-only; they stay readable when the file is removed.

        Raises DamagedSegmentError for a missing file, another length, or, if ``verify``, another checksum.
        """
        expected = self.header.parts.get(part)
        if expected is None:
            raise DamagedSegmentError(f"{self.directory} has no part {part!r}")
        try:
            with open(self.path(part), "rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size != expected.size:
                    raise DamagedSegmentError(f"{self.path(part)} has {size} bytes instead of {expected.size}")
                if size == 0:
                    return np.empty(0, dtype=np.uint8)
                content = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), dtype=np.uint8)
        except FileNotFoundError as error:
            raise DamagedSegmentError(f"{self.path(part)} is missing") from error
        if verify and zlib.crc32(content.data) != expected.checksum:
            raise DamagedSegmentError(f"{self.path(part)} is damaged: its checksum differs from the header's")
        return content

    def problems(self) -> list[str]:
        """Return what is wrong with the parts, reading all of them; raises MissingSegmentError."""
        found = []
        for part in self.header.parts:
            try:
                self.map(part)
            except DamagedSegmentError as error:
                self.check_present()
                found.append(str(error))
        return found


class SegmentFolder:
    """The directories of all sealed segments of a database."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def lock(self, patience: float) -> Iterator[bool]:
        """Hold the lock of the one process that may compact; False if it is not to be had within ``patience`` seconds.

        The operating system holds it, so that it goes with its process.
        """
        # Whoever only reads never waits for this import.
        from filelock import FileLock, Timeout

        lock = FileLock(self._root / _LOCK_FILE, timeout=patience)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        except OSError as error:
            raise _refused(self._root / _LOCK_FILE, error) from error
        try:
            yield True
        finally:
            lock.release()

    def write(self, owner: UUID, properties: Mapping[str, Any], parts: Mapping[str, PartWriter]) -> UUID:
        """Write a segment and return its name; after this it survives a crash of the machine."""
        return self._write(owner, properties, parts, {})

    def _write(
        self,
        owner: UUID,
        properties: Mapping[str, Any],
        parts: Mapping[str, PartWriter],
        synced: Mapping[str, Part],
    ) -> UUID:
        """Do so. synced: what is known of parts that are already on disk when they were written."""
        name = uuid4()
        home = self._root / str(owner)
        temporary = home / f"{name}{_TEMPORARY}"
        with _translated(temporary):
            try:
                temporary.mkdir(parents=True)
                written = {}
                for part, writer in parts.items():
                    writer(temporary / part)
                    written[part] = synced.get(part) or _synced(temporary / part)
                (temporary / _HEADER).write_bytes(Header(properties, written).to_bytes())
                _synced(temporary / _HEADER)
                self._publish(temporary, home / str(name))
            except BaseException:
                shutil.rmtree(temporary, ignore_errors=True)
                raise
        return name

    def write_changed(self, owner: UUID, name: UUID, parts: Mapping[str, PartWriter]) -> UUID:
        """Write a segment that differs from another in some parts and shares the files of the others; return its name.

        Raises MissingSegmentError, DamagedSegmentError when the other one cannot be opened.
        """
        origin = self.open(owner, name)
        shared = {part: its for part, its in origin.header.parts.items() if part not in parts}

        def sharing(part: str) -> PartWriter:
            return lambda path: _share(origin.path(part), path)

        writers = {part: sharing(part) for part in shared} | dict(parts)
        return self._write(owner, origin.header.properties, writers, shared)

    def _publish(self, temporary: Path, final: Path) -> None:
        """Give a directory whose files are synced its name, durably."""
        _sync_directory(temporary)
        os.rename(temporary, final)
        _sync_directory(final.parent)
        _sync_directory(self._root)

    def link(self, source: UUID, target: UUID, name: UUID) -> None:
        """Give another owner the same segment, sharing its bytes where the file system can."""
        origin, final = self._root / str(source) / str(name), self._root / str(target) / str(name)
        temporary = final.with_name(f"{name}{_TEMPORARY}")
        with _translated(temporary):
            temporary.mkdir(parents=True)
            for file in origin.iterdir():
                _share(file, temporary / file.name)
            self._publish(temporary, final)

    def open(self, owner: UUID, name: UUID) -> SegmentFiles:
        """Return the files of a segment; raises MissingSegmentError, DamagedSegmentError for a bad header."""
        directory = self._root / str(owner) / str(name)
        try:
            data = (directory / _HEADER).read_bytes()
        except FileNotFoundError as error:
            if directory.is_dir():
                raise DamagedSegmentError(f"{directory / _HEADER} is missing") from error
            raise MissingSegmentError(f"the segment {directory} is missing") from error
        header = Header.from_bytes(data)
        if header is None:
            raise DamagedSegmentError(f"{directory / _HEADER} is damaged")
        return SegmentFiles(directory, header)

    def entries(self) -> Iterator[tuple[UUID, str]]:
        """Yield (owner, directory name) of everything that lies in a directory named as a segment's owner."""
        if not self._root.is_dir():
            return
        for home in self._root.iterdir():
            owner = _uuid(home.name)
            if owner is not None and home.is_dir():
                yield from ((owner, entry.name) for entry in home.iterdir())

    def remove(self, owner: UUID, name: str) -> None:
        """Take a segment away; processes that have mapped it keep what they see. What cannot be removed now stays."""
        home = self._root / str(owner)
        # Under another name first, so that nobody finds half of it.
        doomed = home / f"{name.removesuffix(_TEMPORARY)}{_TEMPORARY}"
        with suppress(OSError):
            os.rename(home / name, doomed)
            shutil.rmtree(doomed)
        # Fails while there is another one in it.
        with suppress(OSError):
            os.rmdir(home)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn what the system says of a file into an error that names the next step."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        # FAISS raises RuntimeError for what it cannot write.
        raise _refused(path, error) from error


def _refused(path: Path, error: Exception) -> StorageError:
    return StorageError(
        f"writing {path} failed ({error}); nothing was changed. Check the free space and the permissions of the "
        "directory, and call again"
    )


def _share(source: Path, target: Path) -> None:
    """Give a file that is on disk another name, where the file system can; otherwise copy it, and sync the copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        _synced(target)


def _synced(path: Path) -> Part:
    """Sync a file and return its length and checksum."""
    checksum = size = 0
    with open(path, "rb+") as file:
        while block := file.read(_READ_BYTES):
            checksum = zlib.crc32(block, checksum)
            size += len(block)
        os.fsync(file.fileno())
    return Part(size, checksum)


def _sync_directory(path: Path) -> None:
    """Make names in a directory durable, where the system lets a directory be opened (Windows does not)."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
