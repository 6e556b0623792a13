"""The path that other packages import `CohereEmbeddingFunction` from."""

from chromadb.embedding.remote.cohere import CohereEmbeddingFunction as CohereEmbeddingFunction
