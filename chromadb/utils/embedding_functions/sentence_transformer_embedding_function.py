"""The path that other packages import `SentenceTransformerEmbeddingFunction` from."""

from chromadb.embedding.sentence_transformer import (
    SentenceTransformerEmbeddingFunction as SentenceTransformerEmbeddingFunction,
)
