"""The path that other packages import `HuggingFaceSparseEmbeddingFunction` from."""

from chromadb.embedding.huggingface_sparse import (
    HuggingFaceSparseEmbeddingFunction as HuggingFaceSparseEmbeddingFunction,
)
