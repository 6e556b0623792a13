"""The path that other packages import these names from."""

from chromadb.embedding.remote.chroma_cloud import (
    CHROMA_CLOUD_QWEN_DEFAULT_INSTRUCTIONS as CHROMA_CLOUD_QWEN_DEFAULT_INSTRUCTIONS,
)
from chromadb.embedding.remote.chroma_cloud import (
    ChromaCloudQwenEmbeddingFunction as ChromaCloudQwenEmbeddingFunction,
)
from chromadb.embedding.remote.chroma_cloud import (
    ChromaCloudQwenEmbeddingModel as ChromaCloudQwenEmbeddingModel,
)
from chromadb.embedding.remote.chroma_cloud import (
    ChromaCloudQwenEmbeddingTarget as ChromaCloudQwenEmbeddingTarget,
)
