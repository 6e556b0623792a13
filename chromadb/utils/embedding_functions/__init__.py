"""Embedding functions and their registry, under the path that other packages import them from."""

from typing import Any

from chromadb.embedding import registry
from chromadb.embedding.bm25 import ChromaBm25EmbeddingFunction
from chromadb.embedding.default import DefaultEmbeddingFunction, ONNXMiniLM_L6_V2
from chromadb.embedding.fastembed_sparse import Bm25EmbeddingFunction, FastembedSparseEmbeddingFunction
from chromadb.embedding.huggingface_sparse import HuggingFaceSparseEmbeddingFunction
from chromadb.embedding.instructor import InstructorEmbeddingFunction
from chromadb.embedding.langchain import ChromaLangchainEmbeddingFunction, create_langchain_embedding
from chromadb.embedding.open_clip import OpenCLIPEmbeddingFunction
from chromadb.embedding.protocol import EmbeddingFunction, SparseEmbeddingFunction
from chromadb.embedding.registry import (
    config_to_embedding_function,
    get_builtins,
    register_embedding_function,
    register_sparse_embedding_function,
)
from chromadb.embedding.sentence_transformer import SentenceTransformerEmbeddingFunction
from chromadb.embedding.text2vec import Text2VecEmbeddingFunction

__all__ = [
    "Bm25EmbeddingFunction",
    "ChromaBm25EmbeddingFunction",
    "ChromaLangchainEmbeddingFunction",
    "DefaultEmbeddingFunction",
    "EmbeddingFunction",
    "FastembedSparseEmbeddingFunction",
    "HuggingFaceSparseEmbeddingFunction",
    "InstructorEmbeddingFunction",
    "ONNXMiniLM_L6_V2",
    "OpenCLIPEmbeddingFunction",
    "SentenceTransformerEmbeddingFunction",
    "SparseEmbeddingFunction",
    "Text2VecEmbeddingFunction",
    "config_to_embedding_function",
    "create_langchain_embedding",
    "get_builtins",
    "register_embedding_function",
    "register_sparse_embedding_function",
]


def __getattr__(name: str) -> Any:
    if name in ("known_embedding_functions", "sparse_known_embedding_functions"):
        return getattr(registry, name)
    raise AttributeError(f"module 'chromadb.utils.embedding_functions' has no attribute {name!r}")
