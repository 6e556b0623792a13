"""The path that other packages import these names from."""

from chromadb.embedding.remote.chroma_cloud import (
    ChromaCloudSpladeEmbeddingFunction as ChromaCloudSpladeEmbeddingFunction,
)
from chromadb.embedding.remote.chroma_cloud import (
    ChromaCloudSpladeEmbeddingModel as ChromaCloudSpladeEmbeddingModel,
)
