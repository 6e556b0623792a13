"""The path that other packages import `Text2VecEmbeddingFunction` from."""

from chromadb.embedding.text2vec import Text2VecEmbeddingFunction as Text2VecEmbeddingFunction
