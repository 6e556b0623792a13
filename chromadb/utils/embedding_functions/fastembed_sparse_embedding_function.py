"""The path that other packages import `FastembedSparseEmbeddingFunction` from."""

from chromadb.embedding.fastembed_sparse import FastembedSparseEmbeddingFunction as FastembedSparseEmbeddingFunction
