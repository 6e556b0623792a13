"""The path that other packages import these names from."""

from chromadb.embedding.remote.huggingface import (
    HuggingFaceEmbeddingFunction as HuggingFaceEmbeddingFunction,
)
from chromadb.embedding.remote.huggingface import (
    HuggingFaceEmbeddingServer as HuggingFaceEmbeddingServer,
)
