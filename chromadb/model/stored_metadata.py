"""Metadata of records as it is stored: one JSON object a record.

Ints stay ints (signed 64 bits; larger ones become floats), floats stay floats (``-0.0`` becomes ``0.0``), a sparse
vector is its tagged object with values of binary32 in their shortest decimal form, and keys whose value is None or an
empty list are absent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import orjson

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.metadata import INT64_MAX, INT64_MIN, SCALAR_TYPES, Metadata, normalize_metadata
from chromadb.model.sparse import TYPE_KEY, SparseVector

StoredMetadata: TypeAlias = Mapping[str, Any]
"""Checked metadata: str, int, float, bool, SparseVector, or a non-empty list of one of the scalar kinds.

None values are orders to delete the key.
"""

HIDDEN_PREFIX = "chroma:"

_HIDDEN_MARK = f'"{HIDDEN_PREFIX}'
_SPARSE_MARK = f'"{TYPE_KEY}"'

_SPARSE_DIMENSIONS = 2**32
_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_SERIALIZE_NUMPY

_TYPE_NAMES: dict[type, str] = {
    str: "string",
    bool: "bool",
    int: "int",
    float: "float",
    SparseVector: "sparse_vector",
}


def storable(metadatas: Sequence[Metadata | None], *, none_deletes: bool) -> list[StoredMetadata | None]:
    """Return each metadata as it will be stored or merged.

    none_deletes: whether a None value (an empty list too) is kept, as the order to delete the key, or refused.
    Raises InvalidArgumentError naming the record's position, the key and what is accepted; TypeError for a None value
    that deletes nothing.
    """
    checked_keys: set[str] = set()
    return [
        None if metadata is None else _storable_one(metadata, position, checked_keys, none_deletes)
        for position, metadata in enumerate(metadatas)
    ]


def _storable_one(metadata: Metadata, position: int, checked_keys: set[str], none_deletes: bool) -> StoredMetadata:
    stored: dict[str, Any] = dict(metadata)
    value: Any
    for key, value in metadata.items():
        if key not in checked_keys:
            _check_key(key, position)
            checked_keys.add(key)
        kind = type(value)
        if kind is str or kind is bool:
            continue
        if kind is int:
            if not INT64_MIN <= value <= INT64_MAX:
                stored[key] = _as_float(key, value, position)
        elif kind is float:
            if not math.isfinite(value):
                raise _refused(position, f"the value of {key!r} is {value}, which is not a finite number")
            stored[key] = value or 0.0
        elif value is None and not none_deletes:
            raise TypeError(
                f"argument 'metadatas': Cannot convert Python object to MetadataValue: key {key!r} is None, which "
                "only update and upsert accept (it deletes the key)"
            )
        else:
            stored[key] = _converted(key, value, position)
    return stored


def _converted(key: str, value: Any, position: int) -> Any:
    """Handle what is not exactly a str, bool, int or float."""
    if value is None:
        return value
    if isinstance(value, SparseVector):
        _check_sparse(key, value, position)
        return value
    if isinstance(value, (list, tuple)):
        return _converted_list(key, list(value), position)
    if isinstance(value, np.generic):
        value = value.item()
    for kind in (str, int, float):
        if isinstance(value, kind):
            plain = value if isinstance(value, bool) else kind(value)
            return _storable_one({key: plain}, position, set(), none_deletes=False)[key]
    raise _refused(
        position,
        f"the value of {key!r} is a {type(value).__name__}; accepted are str, int, float, bool, SparseVector, "
        "or a list of one of the first four kinds",
    )


def _converted_list(key: str, values: list[Any], position: int) -> list[Any] | None:
    if not values:
        return None
    kinds = {type(value) for value in values}
    if kinds == {int, float} or (kinds == {int} and any(not INT64_MIN <= value <= INT64_MAX for value in values)):
        values, kinds = [_as_float(key, value, position) for value in values], {float}
    if len(kinds) > 1 or not kinds <= SCALAR_TYPES:
        raise _refused(position, f"the list of {key!r} holds values of other or several types: {values}")
    if kinds == {float} and not all(map(math.isfinite, values)):
        raise _refused(position, f"the list of {key!r} holds a number that is not finite")
    return values


def _check_sparse(key: str, vector: SparseVector, position: int) -> None:
    """Raise InvalidArgumentError for indices of more than 32 bits or out of order and for values beyond binary32."""
    try:
        indices, values = _sparse_arrays(vector)
    except (OverflowError, TypeError, ValueError) as error:
        raise _refused(position, f"the sparse vector of {key!r} holds something else than numbers: {error}") from None
    if len(indices) != len(values):
        raise _refused(position, f"the sparse vector of {key!r} has {len(indices)} indices and {len(values)} values")
    if len(indices) and not (indices[0] >= 0 and indices[-1] < _SPARSE_DIMENSIONS and (np.diff(indices) > 0).all()):
        raise _refused(
            position,
            f"the indices of the sparse vector of {key!r} must ascend from 0 to {_SPARSE_DIMENSIONS - 1} at most",
        )
    if not np.isfinite(values).all():
        raise _refused(position, f"the sparse vector of {key!r} holds a value that is no finite number of 32 bits")
    if vector.labels is not None and not all(isinstance(label, str) for label in vector.labels):
        raise _refused(position, f"the labels of the sparse vector of {key!r} must be texts")


def _sparse_arrays(vector: SparseVector) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    with np.errstate(over="ignore"):
        return np.array(vector.indices, dtype=np.int64), np.array(vector.values, dtype=np.float32)


def _as_float(key: str, value: Any, position: int) -> float:
    """Return an int of more than 64 bits as the float it is stored as."""
    try:
        return float(value)
    except OverflowError:
        raise _refused(position, f"the value of {key!r} is an int too large for a float of 64 bits") from None


def _check_key(key: str, position: int) -> None:
    if not key or key[0] in "#$":
        raise _refused(position, f"the key {key!r} is empty or begins with '#' or '$'")


def _refused(position: int, reason: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"Validation error: metadatas: Invalid metadata at index {position}: {reason}")


def value_types(metadatas: Iterable[StoredMetadata | None]) -> dict[str, set[str]]:
    """Return key to the names of the value types under it: "string", "int", ...; of an array, of its elements."""
    kinds: dict[str, set[type]] = {}
    for metadata in metadatas:
        if metadata is not None:
            for key, value in metadata.items():
                kind = type(value)
                if key not in kinds:
                    kinds[key] = set()
                kinds[key].add(type(value[0]) if kind is list else kind)
    return {key: {_TYPE_NAMES[kind] for kind in found if kind in _TYPE_NAMES} for key, found in kinds.items()}


def encode(metadata: StoredMetadata | None) -> str | None:
    """Return the stored JSON of a record's metadata, None when no key has a value."""
    if not metadata:
        return None
    if None in metadata.values():
        metadata = {key: value for key, value in metadata.items() if value is not None}
        if not metadata:
            return None
    return orjson.dumps(metadata, default=_encode_sparse, option=_OPTIONS).decode()


def _encode_sparse(value: Any) -> Any:
    if isinstance(value, SparseVector):
        # Of arrays orjson writes the shortest decimals that make the same binary32.
        indices, values = _sparse_arrays(value)
        return {**value.to_dict(), "indices": indices, "values": values}
    raise TypeError(f"metadata cannot hold a {type(value).__name__}")


def decode(stored: str | None) -> dict[str, Any]:
    """Return the metadata of a stored JSON object, {} for None."""
    if stored is None:
        return {}
    metadata: dict[str, Any] = orjson.loads(stored)
    # One look at the text is cheaper than one at every value, and nearly no metadata has a sparse vector.
    return dict(normalize_metadata(metadata)) if _SPARSE_MARK in stored else metadata


def decode_visible(stored: Sequence[str | None]) -> list[dict[str, Any] | None]:
    """Return what a reader sees of stored JSON objects: None for None, and hidden keys are left out."""
    joined = f"[{','.join([one or 'null' for one in stored])}]"
    if _HIDDEN_MARK not in joined and _SPARSE_MARK not in joined:
        # Parsed together, many cost half of what they do one by one.
        plain: list[dict[str, Any] | None] = orjson.loads(joined)
        return plain
    return [None if one is None else _without_hidden(decode(one)) for one in stored]


def _without_hidden(metadata: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in metadata.items() if not key.startswith(HIDDEN_PREFIX)}


def merged(stored: StoredMetadata, change: StoredMetadata) -> StoredMetadata:
    """Return the metadata after a change: keys replaced by their new value, deleted where it is None."""
    result = {**stored, **change}
    return {key: value for key, value in result.items() if value is not None}
