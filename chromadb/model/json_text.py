"""Values as JSON text, the same on both ends of a connection."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import orjson

from chromadb.model.sparse import SparseVector

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_PASSTHROUGH_DATACLASS
_BEYOND = ("Recursion limit reached", "Integer exceeds 64-bit range")
"""What is JSON and still not written by orjson: 254 levels are fewer than a filter or a score may have."""


def json_text(value: Any) -> bytes:
    """Return a value as JSON: NumPy arrays as lists, sparse vectors tagged, numbers that are not finite as null.

    Raises TypeError for what has no JSON form, such as half of a surrogate pair.
    """
    try:
        return orjson.dumps(value, default=_plain, option=_OPTIONS)
    except TypeError as error:
        if str(error) not in _BEYOND:
            raise
        return _WIDER.encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, SparseVector):
        return value.to_dict()
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} has no JSON form")


_WIDER = msgspec.json.Encoder(enc_hook=_plain)
