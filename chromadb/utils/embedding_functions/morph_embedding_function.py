"""The path that other packages import `MorphEmbeddingFunction` from."""

from chromadb.embedding.remote.openai import MorphEmbeddingFunction as MorphEmbeddingFunction
