"""Sparse vectors: the few dimensions of a very wide vector that are not zero."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

TYPE_KEY = "#type"
SPARSE_VECTOR_TYPE_VALUE = "sparse_vector"

_INT: frozenset[type] = frozenset({int})
_NUMBERS: frozenset[type] = frozenset({int, float})


@dataclass
class SparseVector:
    """A sparse vector, checked when it is made.

    indices: non-negative ints in strictly ascending order.
    values: one number for each index.
    labels: optional text for each index (the token behind a dimension, say).
    Raises ValueError, naming the first offending element.
    """

    indices: list[int]
    values: list[float]
    labels: list[str] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.indices, list):
            raise ValueError(f"Expected SparseVector indices to be a list, got {type(self.indices).__name__}")
        if not isinstance(self.values, list):
            raise ValueError(f"Expected SparseVector values to be a list, got {type(self.values).__name__}")
        if len(self.indices) != len(self.values):
            raise ValueError(
                "SparseVector indices and values must have the same length, "
                f"got {len(self.indices)} indices and {len(self.values)} values"
            )
        if self.labels is not None:
            if not isinstance(self.labels, list):
                raise ValueError(f"Expected SparseVector labels to be a list, got {type(self.labels).__name__}")
            if len(self.labels) != len(self.indices):
                raise ValueError(
                    "SparseVector labels must have the same length as indices and values, "
                    f"got {len(self.labels)} labels, {len(self.indices)} indices"
                )
        if _is_plain(self.indices, self.values):
            return
        for position, index in enumerate(self.indices):
            if not isinstance(index, int):
                raise ValueError(
                    f"SparseVector indices must be integers, got {type(index).__name__} at position {position}"
                )
            if index < 0:
                raise ValueError(f"SparseVector indices must be non-negative, got {index} at position {position}")
        for position, value in enumerate(self.values):
            if not isinstance(value, (int, float)):
                raise ValueError(
                    f"SparseVector values must be numbers, got {type(value).__name__} at position {position}"
                )
        for position in range(1, len(self.indices)):
            previous, index = self.indices[position - 1], self.indices[position]
            if index <= previous:
                raise ValueError(
                    "SparseVector indices must be sorted in strictly ascending order, "
                    f"found indices[{position}]={index} <= indices[{position - 1}]={previous}"
                )

    def to_dict(self) -> dict[str, Any]:
        """Return the tagged form that is stored and sent."""
        tagged: dict[str, Any] = {
            TYPE_KEY: SPARSE_VECTOR_TYPE_VALUE,
            "indices": self.indices,
            "values": self.values,
        }
        if self.labels is not None:
            tagged["tokens"] = self.labels
        return tagged

    @classmethod
    def from_dict(cls, tagged: dict[str, Any]) -> SparseVector:
        """Read the tagged form; raises ValueError when the tag is missing or wrong."""
        if tagged.get(TYPE_KEY) != SPARSE_VECTOR_TYPE_VALUE:
            raise ValueError(f"Expected {TYPE_KEY}='{SPARSE_VECTOR_TYPE_VALUE}', got {tagged.get(TYPE_KEY)}")
        return cls(indices=tagged["indices"], values=tagged["values"], labels=tagged.get("tokens"))


def _is_plain(indices: list[int], values: list[float]) -> bool:
    """Return whether all is as it should be, in half the time of looking at one element after the other."""
    return (
        set(map(type, indices)) <= _INT
        and set(map(type, values)) <= _NUMBERS
        and (not indices or indices[0] >= 0)
        and all(map(operator.lt, indices, indices[1:]))
    )


SparseVectors = list[SparseVector]


def validate_sparse_vectors(vectors: object) -> SparseVectors:
    """Return the vectors when they are a non-empty list of SparseVector; raises ValueError otherwise."""
    if not isinstance(vectors, list):
        raise ValueError(f"Expected sparse vectors to be a list, got {type(vectors).__name__}")
    if not vectors:
        raise ValueError("Expected sparse vectors to be a non-empty list, got 0 sparse vectors")
    for position, vector in enumerate(vectors):
        if not isinstance(vector, SparseVector):
            raise ValueError(f"Expected SparseVector instance at position {position}, got {type(vector).__name__}")
    return vectors
