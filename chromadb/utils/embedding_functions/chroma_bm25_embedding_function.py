"""The BM25 embedding function, under the path that other packages import it from."""

from chromadb.embedding.bm25 import ChromaBm25EmbeddingFunction

__all__ = ["ChromaBm25EmbeddingFunction"]
