"""What reads fetch and return inside: aligned columns, and which of them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import cache
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from chromadb.model.metadata import Scalar

Include: TypeAlias = list[Literal["documents", "embeddings", "metadatas", "distances", "uris", "data"]]

INCLUDE_ITEMS = ("documents", "embeddings", "metadatas", "distances", "uris", "data")
IncludeMetadataDocuments: Include = ["metadatas", "documents"]
IncludeMetadataDocumentsEmbeddings: Include = ["metadatas", "documents", "embeddings"]
IncludeMetadataDocumentsDistances: Include = ["metadatas", "documents", "distances"]
IncludeMetadataDocumentsEmbeddingsDistances: Include = ["metadatas", "documents", "embeddings", "distances"]


class ReadLevel(str, Enum):
    """How much of the unindexed log a read covers. A local database always reads everything."""

    INDEX_AND_WAL = "index_and_wal"
    INDEX_ONLY = "index_only"
    INDEX_AND_BOUNDED_WAL = "index_and_bounded_wal"


class Columns(Struct, frozen=True):
    """Which columns a read should fetch besides the ids."""

    documents: bool = False
    embeddings: bool = False
    metadatas: bool = False
    distances: bool = False
    uris: bool = False

    @staticmethod
    def of(include: Sequence[str]) -> Columns:
        """Return the columns that an include list needs; ``data`` is loaded from the uris."""
        return _columns_of(frozenset(include))


@cache
def _columns_of(include: frozenset[str]) -> Columns:
    return Columns(
        documents="documents" in include,
        embeddings="embeddings" in include,
        metadatas="metadatas" in include,
        distances="distances" in include,
        uris="uris" in include or "data" in include,
    )


class Records(Struct, frozen=True):
    """Records as the engine returns them: aligned columns, None for one that was not fetched.

    embeddings: float32 of shape (records, dimension).
    """

    ids: list[str]
    documents: list[str | None] | None
    uris: list[str | None] | None
    metadatas: list[dict[str, Any] | None] | None
    embeddings: npt.NDArray[np.float32] | None


class Hits(Struct, frozen=True):
    """The answer to one query vector: records nearest first, and their distances (float32, ascending)."""

    records: Records
    distances: npt.NDArray[np.float32]


class Facet(NamedTuple):
    """A value of a metadata key and how many records hold it."""

    value: Scalar
    records: int


class SearchHits(Struct, frozen=True):
    """The answer to one search: records best first, and their scores (float32; None when not selected).

    selected: the keys that were asked for: special ones first, then single metadata fields, each sorted.
    """

    records: Records
    scores: npt.NDArray[np.float32] | None
    selected: tuple[str, ...]


def validate_include(include: Any, dissalowed: Sequence[str] | None = None) -> Include:
    """Return the include list when each item is known and allowed; raises ValueError otherwise."""
    if not isinstance(include, list):
        raise ValueError(f"Expected include to be a list, got {include}")
    for item in include:
        if not isinstance(item, str):
            raise ValueError(f"Expected include item to be a str, got {item}")
        if item not in INCLUDE_ITEMS:
            raise ValueError(f"Expected include item to be one of {', '.join(INCLUDE_ITEMS)}, got {item}")
        if dissalowed is not None and item in dissalowed:
            raise ValueError(f"Include item cannot be one of {', '.join(dissalowed)}, got {item}")
    return include


def validate_n_results(n_results: Any) -> int:
    """Return the number of results when it is a positive int; ValueError for another type, TypeError below 1."""
    if not isinstance(n_results, int):
        raise ValueError(f"Expected requested number of results to be a int, got {n_results}")
    if n_results <= 0:
        raise TypeError(f"Number of requested results {n_results}, cannot be negative, or zero.")
    return n_results
