"""Values as JSON text, the same on both ends of a connection."""

from __future__ import annotations

from typing import Any

import orjson

from chromadb.model.sparse import SparseVector

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_PASSTHROUGH_DATACLASS


def json_text(value: Any) -> bytes:
    """Return a value as JSON: NumPy arrays as lists, sparse vectors tagged, numbers that are not finite as null.

    Raises TypeError for what has no JSON form, such as an integer of more than 64 bits or half of a surrogate pair.
    """
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


def _plain(value: Any) -> Any:
    if isinstance(value, SparseVector):
        return value.to_dict()
    raise TypeError(f"a {type(value).__name__} has no JSON form")
