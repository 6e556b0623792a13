"""Embedding functions and their registry, under the path that other packages import them from."""

from typing import Any

from chromadb.embedding import registry
from chromadb.embedding.bm25 import ChromaBm25EmbeddingFunction
from chromadb.embedding.default import DefaultEmbeddingFunction, ONNXMiniLM_L6_V2
from chromadb.embedding.protocol import EmbeddingFunction, SparseEmbeddingFunction
from chromadb.embedding.registry import (
    config_to_embedding_function,
    get_builtins,
    register_embedding_function,
    register_sparse_embedding_function,
)

__all__ = [
    "ChromaBm25EmbeddingFunction",
    "DefaultEmbeddingFunction",
    "EmbeddingFunction",
    "ONNXMiniLM_L6_V2",
    "SparseEmbeddingFunction",
    "config_to_embedding_function",
    "get_builtins",
    "register_embedding_function",
    "register_sparse_embedding_function",
]


def __getattr__(name: str) -> Any:
    if name in ("known_embedding_functions", "sparse_known_embedding_functions"):
        return getattr(registry, name)
    raise AttributeError(f"module 'chromadb.utils.embedding_functions' has no attribute {name!r}")
