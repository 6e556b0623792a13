"""The bytes of saved inverted lists of sparse vectors.

    uint32 length of the JSON, JSON, zeros up to a multiple of 64, then the arrays of each key, each followed by zeros
    up to a multiple of 64; little-endian

JSON: key to {"count": rows, "lengths": elements of each array in the order of ``Postings.arrays``, "at": byte offset
behind the first zeros}. So the arrays are used where they are mapped.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import orjson

from chromadb.engine.index.postings import Postings
from chromadb.engine.index.sparse_column import SparseColumn
from chromadb.engine.store.segment_files import Bytes

_LENGTH = struct.Struct("<I")
_DTYPES = ("<i4", "<u4", "<i8", "<i4", "<f4", "<f4", "<f4")
_ALIGNMENT = 64


class SavedPostings:
    """Inverted lists by key over mapped bytes, which have been verified."""

    def __init__(self, content: Bytes) -> None:
        (length,) = _LENGTH.unpack(content[: _LENGTH.size].tobytes())
        self._index = orjson.loads(content[_LENGTH.size : _LENGTH.size + length].tobytes())
        self._content = content[_aligned(_LENGTH.size + length) :]

    def get(self, key: str) -> SparseColumn | None:
        """Return the column of a key, None if it was not saved."""
        entry = self._index.get(key)
        if entry is None:
            return None
        start, arrays = entry["at"], []
        for dtype, length in zip(_DTYPES, entry["lengths"], strict=True):
            stop = start + length * np.dtype(dtype).itemsize
            arrays.append(self._content[start:stop].view(dtype))
            start = _aligned(stop)
        return SparseColumn.mapped(Postings(entry["count"], *arrays))


def write_postings(columns: Mapping[str, SparseColumn], path: Path) -> None:
    """Write the inverted lists of the keys into a file."""
    index, arrays, at = {}, [], 0
    for key, column in columns.items():
        postings = column.whole()
        coded = [array.astype(dtype) for array, dtype in zip(postings.arrays(), _DTYPES, strict=True)]
        index[key] = {"count": postings.count, "lengths": [len(array) for array in coded], "at": at}
        at += sum(_aligned(array.nbytes) for array in coded)
        arrays += coded
    body = orjson.dumps(index)
    with open(path, "wb") as file:
        start = _LENGTH.pack(len(body)) + body
        file.write(start.ljust(_aligned(len(start)), b"\0"))
        for array in arrays:
            file.write(array.data)
            file.write(bytes(_aligned(array.nbytes) - array.nbytes))


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
