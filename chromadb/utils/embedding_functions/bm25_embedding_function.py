"""The path that other packages import `Bm25EmbeddingFunction` from."""

from chromadb.embedding.fastembed_sparse import Bm25EmbeddingFunction as Bm25EmbeddingFunction
