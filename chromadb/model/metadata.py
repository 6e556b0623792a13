"""Metadata of records and collections: what a caller may give, and how it is stored.

Stored form: one JSON object a record. Ints stay ints (signed 64 bits; larger ones become floats), floats stay floats
(``-0.0`` becomes ``0.0``), a sparse vector is its tagged object, and keys whose value is None or an empty list are
absent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import orjson

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.sparse import SPARSE_VECTOR_TYPE_VALUE, TYPE_KEY, SparseVector

Scalar: TypeAlias = str | int | float | bool
MetadataValue: TypeAlias = Scalar | SparseVector | Sequence[Scalar] | None
Metadata: TypeAlias = Mapping[str, MetadataValue]
UpdateMetadata: TypeAlias = Mapping[str, MetadataValue]
Metadatas: TypeAlias = list[Metadata]
StoredMetadata: TypeAlias = dict[str, Any]
"""Checked metadata: str, int, float, bool, SparseVector, or a non-empty list of one of the scalar kinds."""

META_KEY_CHROMA_DOCUMENT = "chroma:document"
HIDDEN_PREFIX = "chroma:"
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

_VALUE_TYPE_NAMES: dict[type, str] = {str: "string", bool: "bool", int: "int", float: "float"}


def validate_metadata(metadata: Any) -> Any:
    """Return the metadata of one record when its Python types are right.

    Raises ValueError (TypeError for a key that is no string) naming the value and what is accepted.
    """
    if metadata is None:
        return metadata
    if not isinstance(metadata, dict):
        raise ValueError(f"Expected metadata to be a dict or None, got {type(metadata).__name__} as metadata")
    if not metadata:
        raise ValueError(f"Expected metadata to be a non-empty dict, got {len(metadata)} metadata attributes")
    for key, value in metadata.items():
        if type(key) is not str and not isinstance(key, str):
            raise TypeError(f"Expected metadata key to be a str, got {key} which is a {type(key).__name__}")
        if key == META_KEY_CHROMA_DOCUMENT:
            raise ValueError(f"Expected metadata to not contain the reserved key {META_KEY_CHROMA_DOCUMENT}")
        if type(value) in _VALUE_TYPE_NAMES or value is None:
            continue
        if isinstance(value, list):
            _validate_list(key, value)
        elif not isinstance(value, (str, int, float, SparseVector)):
            raise ValueError(
                "Expected metadata value to be a str, int, float, bool, SparseVector, list, or None, got "
                f"{value} which is a {type(value).__name__}"
            )
    return metadata


def _validate_list(key: str, values: list[Any]) -> None:
    if not values:
        raise ValueError(f"Expected metadata list value for key '{key}' to be non-empty")
    kind = type(values[0])
    if kind not in _VALUE_TYPE_NAMES or any(type(value) is not kind for value in values):
        raise ValueError(
            f"Expected metadata list value for key '{key}' to contain only str, int, float, or bool and all "
            f"elements must be the same type, got {values}"
        )


def validate_update_metadata(metadata: Any) -> Any:
    """Return metadata that is to be merged into a record's when its Python types are right (see validate_metadata)."""
    return validate_metadata(metadata)


def validate_metadatas(metadatas: Any) -> Any:
    """Return the list when each element passes validate_metadata; raises ValueError otherwise."""
    if not isinstance(metadatas, list):
        raise ValueError(f"Expected metadatas to be a list, got {metadatas}")
    for metadata in metadatas:
        validate_metadata(metadata)
    return metadatas


def normalize_metadata(metadata: Any) -> Any:
    """Return the metadata with tagged sparse-vector dicts turned into SparseVector objects."""
    if not isinstance(metadata, dict):
        return metadata
    for value in metadata.values():
        if isinstance(value, dict):
            break
    else:
        return metadata
    return {
        key: SparseVector.from_dict(value)
        if isinstance(value, dict) and value.get(TYPE_KEY) == SPARSE_VECTOR_TYPE_VALUE
        else value
        for key, value in metadata.items()
    }


def normalize_metadatas(metadatas: Any) -> Any:
    """Return the metadatas, a single dict wrapped in a list, each through normalize_metadata."""
    if metadatas is None:
        return None
    if isinstance(metadatas, dict):
        return [normalize_metadata(metadatas)]
    if isinstance(metadatas, (list, tuple)):
        return [normalize_metadata(metadata) for metadata in metadatas]
    return metadatas


def storable(
    metadatas: Sequence[Metadata | None], value_types: dict[str, set[str]], *, none_deletes: bool
) -> list[StoredMetadata | None]:
    """Return each metadata as it will be stored or merged, and note the value types of its keys.

    value_types: key to names of the value types seen ("string", "int", ...); added to in place.
    none_deletes: whether a None value (an empty list too) is kept, as the order to delete the key, or refused.
    Raises InvalidArgumentError naming the record's position, the key and what is accepted; TypeError for a None value
    that deletes nothing.
    """
    return [
        None if metadata is None else _storable_one(metadata, position, value_types, none_deletes)
        for position, metadata in enumerate(metadatas)
    ]


def _storable_one(
    metadata: Metadata, position: int, value_types: dict[str, set[str]], none_deletes: bool
) -> StoredMetadata:
    stored: StoredMetadata = {}
    value: Any
    for key, value in metadata.items():
        kind = type(value)
        name = _VALUE_TYPE_NAMES.get(kind)
        if name is None:
            if value is None and not none_deletes:
                raise TypeError(
                    f"argument 'metadatas': Cannot convert Python object to MetadataValue: key {key!r} is None, which "
                    "only update and upsert accept (it deletes the key)"
                )
            value, name = _converted(key, value, position)
        elif kind is float:
            if not math.isfinite(value):
                raise _refused(position, f"the value of {key!r} is {value}, which is not a finite number")
            value = value or 0.0
        elif kind is int and not INT64_MIN <= value <= INT64_MAX:
            value, name = _as_float(key, value, position), "float"
        if key not in value_types:
            _check_key(key, position)
            value_types[key] = set()
        stored[key] = value
        if name is not None:
            value_types[key].add(name)
    return stored


def _converted(key: str, value: Any, position: int) -> tuple[Any, str | None]:
    """Handle what is not exactly a str, bool, int or float."""
    if value is None:
        return None, None
    if isinstance(value, SparseVector):
        return value, "sparse_vector"
    if isinstance(value, (list, tuple)):
        if not value:
            return None, None
        kinds = {type(element) for element in value}
        if kinds == {int, float}:
            value, kinds = [_as_float(key, element, position) for element in value], {float}
        if len(kinds) == 1 and (name := _VALUE_TYPE_NAMES.get(kinds.pop())):
            if name == "float" and not all(math.isfinite(element) for element in value):
                raise _refused(position, f"the list of {key!r} holds a number that is not finite")
            if name == "int" and not all(INT64_MIN <= element <= INT64_MAX for element in value):
                return [_as_float(key, element, position) for element in value], "float"
            return list(value), name
    if isinstance(value, np.generic):
        return _converted_scalar(key, value.item(), position)
    if isinstance(value, (str, int, float)):
        base = next(kind for kind in (str, int, float) if isinstance(value, kind))
        return _converted_scalar(key, base(value), position)
    raise _refused(
        position,
        f"the value of {key!r} is a {type(value).__name__}; accepted are str, int, float, bool, SparseVector, "
        "or a list of one of the first four kinds",
    )


def _as_float(key: str, value: Any, position: int) -> float:
    """Return an int of more than 64 bits as the float it is stored as."""
    try:
        return float(value)
    except OverflowError:
        raise _refused(position, f"the value of {key!r} is an int too large for a float of 64 bits") from None


def _converted_scalar(key: str, value: Any, position: int) -> tuple[Any, str]:
    types: dict[str, set[str]] = {}
    stored = _storable_one({key: value}, position, types, none_deletes=False)
    return stored[key], next(iter(types[key]))


def _check_key(key: str, position: int) -> None:
    if not key or key[0] in "#$":
        raise _refused(position, f"the key {key!r} is empty or begins with '#' or '$'")


def _refused(position: int, reason: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"Validation error: metadatas: Invalid metadata at index {position}: {reason}")


def encode(metadata: StoredMetadata | None) -> str | None:
    """Return the stored JSON of a record's metadata, None when no key has a value."""
    if not metadata:
        return None
    if None in metadata.values():
        metadata = {key: value for key, value in metadata.items() if value is not None}
        if not metadata:
            return None
    return orjson.dumps(metadata, default=_encode_sparse, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def _encode_sparse(value: Any) -> Any:
    if isinstance(value, SparseVector):
        return value.to_dict()
    raise TypeError(f"metadata cannot hold a {type(value).__name__}")


def decode(stored: str | bytes | None) -> StoredMetadata:
    """Return the metadata of a stored JSON object, {} for None."""
    if stored is None:
        return {}
    metadata: StoredMetadata = orjson.loads(stored)
    for value in metadata.values():
        if type(value) is dict:
            return normalize_metadata(metadata)  # type: ignore[no-any-return]
    return metadata


def merged(stored: StoredMetadata, change: StoredMetadata) -> StoredMetadata:
    """Return the metadata after a change: keys replaced by their new value, deleted where it is None."""
    result = {**stored, **change}
    return {key: value for key, value in result.items() if value is not None}


def visible(metadata: StoredMetadata) -> dict[str, Any] | None:
    """Return what a reader sees of stored metadata: hidden keys left out, None when nothing is stored."""
    for key in metadata:
        if key.startswith(HIDDEN_PREFIX):
            return {key: value for key, value in metadata.items() if not key.startswith(HIDDEN_PREFIX)}
    return metadata or None


def check_collection_metadata(metadata: Mapping[str, Any] | None, field: str) -> dict[str, Scalar] | None:
    """Return a collection's metadata with NumPy numbers and large ints converted.

    field: the argument that messages name. Raises InvalidArgumentError for an empty dict, a reserved key, a list, a
    sparse vector or a number that is not finite; TypeError for other types.
    """
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise TypeError(f"argument '{field}': '{type(metadata).__name__}' object cannot be converted to 'PyDict'")
    if not metadata:
        raise InvalidArgumentError(f"Validation error: {field}: Metadata cannot be empty")
    checked: dict[str, Scalar] = {}
    for key, value in metadata.items():
        if not isinstance(key, str):
            raise TypeError(f"argument '{field}': the key {key!r} is a {type(key).__name__}, not a str")
        if not key:
            raise InvalidArgumentError(f"Validation error: {field}: Metadata key cannot be empty")
        if key[0] in "#$":
            raise InvalidArgumentError(f"Validation error: {field}: Metadata key cannot start with '#' or '$': {key}")
        checked[key] = _collection_value(key, value, field)
    return checked


def _collection_value(key: str, value: Any, field: str) -> Scalar:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (list, tuple, SparseVector)):
        raise InvalidArgumentError(
            f"Validation error: {field}: the value of {key!r} is a {type(value).__name__}; the metadata of a "
            "collection holds only str, int, float and bool"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidArgumentError(
            f"Validation error: {field}: the value of {key!r} is {value}, which is not a finite number"
        )
    if isinstance(value, int) and not isinstance(value, bool) and not INT64_MIN <= value <= INT64_MAX:
        try:
            return float(value)
        except OverflowError:
            raise InvalidArgumentError(
                f"Validation error: {field}: the value of {key!r} is an int too large for a float of 64 bits"
            ) from None
    if isinstance(value, (str, int, float)):
        return value
    raise TypeError(
        f"argument '{field}': Cannot convert Python object to MetadataValue: the value of {key!r} is a "
        f"{type(value).__name__}; accepted are str, int, float and bool"
    )
