"""Metadata of collections: str, int, float and bool values by key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from chromadb.model.errors import InvalidArgumentError, MistypedArgumentError
from chromadb.model.metadata import INT64_MAX, INT64_MIN, Scalar
from chromadb.model.sparse import SparseVector


def check_collection_metadata(metadata: Mapping[str, Any] | None, field: str) -> dict[str, Scalar] | None:
    """Return a collection's metadata with NumPy numbers and large ints converted.

    field: the argument that messages name. Raises InvalidArgumentError for an empty dict, a reserved key, a list, a
    sparse vector or a number that is not finite; MistypedArgumentError for other types.
    """
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise MistypedArgumentError(
            f"argument '{field}': '{type(metadata).__name__}' object cannot be converted to 'PyDict'"
        )
    if not metadata:
        raise InvalidArgumentError(f"Validation error: {field}: Metadata cannot be empty")
    checked: dict[str, Scalar] = {}
    for key, value in metadata.items():
        if not isinstance(key, str):
            raise MistypedArgumentError(f"argument '{field}': the key {key!r} is a {type(key).__name__}, not a str")
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
    raise MistypedArgumentError(
        f"argument '{field}': Cannot convert Python object to MetadataValue: the value of {key!r} is a "
        f"{type(value).__name__}; accepted are str, int, float and bool"
    )
