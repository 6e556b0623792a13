"""The path that other packages import `OllamaEmbeddingFunction` from."""

from chromadb.embedding.remote.ollama import OllamaEmbeddingFunction as OllamaEmbeddingFunction
