"""The path that other packages import these names from."""

from chromadb.embedding.remote.nomic import (
    NomicEmbeddingFunction as NomicEmbeddingFunction,
)
from chromadb.embedding.remote.nomic import (
    NomicQueryConfig as NomicQueryConfig,
)
