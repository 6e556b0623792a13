"""The path that other packages import `CloudflareWorkersAIEmbeddingFunction` from."""

from chromadb.embedding.remote.cloudflare import (
    CloudflareWorkersAIEmbeddingFunction as CloudflareWorkersAIEmbeddingFunction,
)
