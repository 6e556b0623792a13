"""Ways to look at results, so that answers hold what was asked for and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np


def kind(value: Any) -> Any:
    """Describe a value by its type; of a list, its first item; of an array, dtype and shape."""
    if isinstance(value, np.ndarray):
        return ["ndarray", value.dtype.name, list(value.shape)]
    if isinstance(value, list):
        return ["list", len(value), kind(value[0]) if value else None]
    return type(value).__name__


def kinds(result: Any) -> dict[str, Any]:
    """Describe every column of a result."""
    return {"": type(result).__name__, **{name: kind(column) for name, column in result.items()}}


def records(collection: Any, **request: Any) -> dict[str, Any]:
    """Return the records of a get as {id: [vector, document, metadata]}; order is for other cases."""
    found = collection.get(include=["embeddings", "documents", "metadatas"], **request)
    return {
        id_: [np.asarray(vector).tolist(), document, metadata]
        for id_, vector, document, metadata in zip(
            found["ids"], found["embeddings"], found["documents"], found["metadatas"], strict=True
        )
    }


def metadatas(collection: Any) -> dict[str, Any]:
    """Return {id: metadata} of all records."""
    found = collection.get(include=["metadatas"])
    return dict(zip(found["ids"], found["metadatas"], strict=True))


def hits(result: Any) -> list[list[list[Any]]]:
    """Return [[distance, id], ...] for each query; where five digits are equal, in the order of the ids."""
    return [
        sorted(
            ([distance, id_] for distance, id_ in zip(distances, ids, strict=True)),
            key=lambda hit: (round(float(f"{hit[0]:.5g}"), 4), hit[1]),
        )
        for distances, ids in zip(result["distances"], result["ids"], strict=True)
    ]
