"""The path that other packages import `MistralEmbeddingFunction` from."""

from chromadb.embedding.remote.mistral import MistralEmbeddingFunction as MistralEmbeddingFunction
