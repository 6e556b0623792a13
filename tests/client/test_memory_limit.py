"""The limit of memory for indexes: what is dropped comes back when it is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import chromadb
from chromadb.config import Settings
from chromadb.engine.index.collection_index import Change
from chromadb.engine.index.index_cache import IndexCache


def test_indexes_beyond_the_limit_are_dropped_and_built_again(tmp_path: Path) -> None:
    settings = Settings(chroma_segment_cache_policy="LRU", chroma_memory_limit_bytes=50_000)
    with chromadb.PersistentClient(str(tmp_path), settings) as client:
        vectors = np.eye(100, dtype=np.float32)
        collections = [client.create_collection(f"part-{part}", embedding_function=None) for part in range(4)]
        for collection in collections:
            collection.add(ids=[str(row) for row in range(100)], embeddings=vectors)
        for _ in range(2):
            for collection in collections:
                found = collection.query(query_embeddings=vectors[7], n_results=1)
                assert found["ids"] == [["7"]]


def test_the_indexes_not_used_for_longest_go_first() -> None:
    numbers = np.arange(100, dtype=np.int64)
    cache = IndexCache(memory_limit_bytes=100_000, folder=None)
    for collection in range(4):
        vectors = ((numbers, np.ones((100, 100), dtype=np.float32)),)
        cache.get(collection).apply(Change(0, 1, 100, numbers, vectors, numbers[:0]), 0)
    cache.get(0)
    cache.shrink()
    assert [cache.get(collection).seq for collection in (0, 3, 1, 2)] == [1, 1, 0, 0]


def test_another_policy_is_refused(tmp_path: Path) -> None:
    settings = Settings(chroma_segment_cache_policy="MRU", chroma_memory_limit_bytes=1)
    with pytest.raises(ValueError, match="Expected chroma_segment_cache_policy to be 'LRU' or None, got 'MRU'"):
        chromadb.PersistentClient(str(tmp_path), settings)
