"""The path that other packages import `TogetherAIEmbeddingFunction` from."""

from chromadb.embedding.remote.together_ai import TogetherAIEmbeddingFunction as TogetherAIEmbeddingFunction
