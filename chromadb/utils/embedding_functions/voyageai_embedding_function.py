"""The path that other packages import `VoyageAIEmbeddingFunction` from."""

from chromadb.embedding.remote.voyageai import VoyageAIEmbeddingFunction as VoyageAIEmbeddingFunction
