"""Metadata of records as callers give it: the Python types that are accepted, checked with the documented sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from chromadb.model.sparse import SPARSE_VECTOR_TYPE_VALUE, TYPE_KEY, SparseVector

Scalar: TypeAlias = str | int | float | bool
MetadataValue: TypeAlias = Scalar | SparseVector | Sequence[Scalar] | None
Metadata: TypeAlias = Mapping[str, MetadataValue]
UpdateMetadata: TypeAlias = Mapping[str, MetadataValue]
Metadatas: TypeAlias = list[Metadata]
META_KEY_CHROMA_DOCUMENT = "chroma:document"
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

SCALAR_TYPES = frozenset({str, bool, int, float})


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
        if type(value) in SCALAR_TYPES or value is None:
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
    if kind not in SCALAR_TYPES or any(type(value) is not kind for value in values):
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


def serialize_metadata(metadata: Metadata | None) -> dict[str, Any] | None:
    """Return metadata with sparse vectors in their tagged form, ready for JSON; None stays None."""
    if metadata is None:
        return None
    return {key: value.to_dict() if isinstance(value, SparseVector) else value for key, value in metadata.items()}


def deserialize_metadata(metadata: Metadata | None) -> dict[str, Any] | None:
    """Return metadata read from JSON with tagged sparse vectors as SparseVector; None stays None."""
    return None if metadata is None else dict(normalize_metadata(metadata))
