"""The path that other packages import `PerplexityEmbeddingFunction` from."""

from chromadb.embedding.remote.perplexity import PerplexityEmbeddingFunction as PerplexityEmbeddingFunction
