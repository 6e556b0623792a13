"""The dictionaries that users write for ``configuration=``: on create, on modify, and as read back.

Every member is optional. ``embedding_function`` holds the object itself, not its description.
"""

from __future__ import annotations

from typing import Any, TypedDict

from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.embedding.types import Space


class HNSWConfiguration(TypedDict, total=False):
    """An HNSW index as a collection reports it."""

    space: Space
    ef_construction: int
    max_neighbors: int
    ef_search: int
    num_threads: int
    batch_size: int
    sync_threshold: int
    resize_factor: float


class CreateHNSWConfiguration(TypedDict, total=False):
    """An HNSW index to create."""

    space: Space
    ef_construction: int
    max_neighbors: int
    ef_search: int
    num_threads: int
    batch_size: int
    sync_threshold: int
    resize_factor: float


class UpdateHNSWConfiguration(TypedDict, total=False):
    """What can change in an HNSW index."""

    ef_search: int
    num_threads: int
    batch_size: int
    sync_threshold: int
    resize_factor: float


class SpannConfiguration(TypedDict, total=False):
    """A SPANN index as a collection reports it."""

    search_nprobe: int
    write_nprobe: int
    space: Space
    ef_construction: int
    ef_search: int
    max_neighbors: int
    reassign_neighbor_count: int
    split_threshold: int
    merge_threshold: int


class CreateSpannConfiguration(TypedDict, total=False):
    """A SPANN index to create."""

    search_nprobe: int
    write_nprobe: int
    space: Space
    ef_construction: int
    ef_search: int
    max_neighbors: int
    reassign_neighbor_count: int
    split_threshold: int
    merge_threshold: int


class UpdateSpannConfiguration(TypedDict, total=False):
    """What can change in a SPANN index."""

    search_nprobe: int
    ef_search: int


class CollectionConfiguration(TypedDict, total=False):
    """A collection's configuration as read back; hnsw and spann exclude each other."""

    hnsw: HNSWConfiguration | None
    spann: SpannConfiguration | None
    embedding_function: EmbeddingFunction[Any] | None


class CreateCollectionConfiguration(TypedDict, total=False):
    """The configuration of a collection to create; hnsw and spann exclude each other."""

    hnsw: CreateHNSWConfiguration | None
    spann: CreateSpannConfiguration | None
    embedding_function: EmbeddingFunction[Any] | None


class UpdateCollectionConfiguration(TypedDict, total=False):
    """What changes in a collection's configuration; hnsw and spann exclude each other."""

    hnsw: UpdateHNSWConfiguration | None
    spann: UpdateSpannConfiguration | None
    embedding_function: EmbeddingFunction[Any] | None
