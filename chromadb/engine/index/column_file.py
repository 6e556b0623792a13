"""The bytes of saved metadata columns.

    uint32 length of the JSON, JSON, then the arrays of each column one after the other, little-endian

JSON: key to {"lengths": elements of each array in the order of ``Column.to_arrays``, "at": byte offset behind the JSON,
"vocabulary": texts by code}.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from chromadb.engine.index.columns import Column
from chromadb.engine.store.segment_files import Bytes

_LENGTH = struct.Struct("<I")
_DTYPES = ("<u1", "<i8", "<i8", "<u1", "<i8")


class SavedColumns:
    """Columns by key, read from mapped bytes when they are asked for."""

    def __init__(self, content: Bytes) -> None:
        (length,) = _LENGTH.unpack(content[: _LENGTH.size].tobytes())
        self._index_bytes = content[_LENGTH.size : _LENGTH.size + length]
        self._content = content[_LENGTH.size + length :]

    @cached_property
    def _index(self) -> dict[str, Any]:
        index: dict[str, Any] = orjson.loads(self._index_bytes.tobytes())
        return index

    def has(self, keys: Iterable[str]) -> bool:
        """Return whether the columns of all the keys were saved."""
        return all(key in self._index for key in keys)

    def get(self, key: str) -> Column | None:
        """Return the column of a key, None if it was not saved."""
        entry = self._index.get(key)
        if entry is None:
            return None
        start, arrays = entry["at"], []
        for dtype, length in zip(_DTYPES, entry["lengths"], strict=True):
            stop = start + length * np.dtype(dtype).itemsize
            # Copied, for the bytes of an array begin anywhere.
            arrays.append(np.frombuffer(self._content[start:stop].tobytes(), dtype=dtype))
            start = stop
        return Column.from_arrays(arrays, entry["vocabulary"])


def write_columns(columns: Mapping[str, Column], path: Path) -> None:
    """Write columns into a file."""
    index, arrays, at = {}, [], 0
    for key, column in columns.items():
        its_arrays, vocabulary = column.to_arrays()
        coded = [array.astype(dtype).tobytes() for array, dtype in zip(its_arrays, _DTYPES, strict=True)]
        index[key] = {"lengths": [len(array) for array in its_arrays], "at": at, "vocabulary": vocabulary}
        at += sum(map(len, coded))
        arrays += coded
    body = orjson.dumps(index)
    path.write_bytes(_LENGTH.pack(len(body)) + body + b"".join(arrays))
