"""The path that other packages import `BasetenEmbeddingFunction` from."""

from chromadb.embedding.remote.openai import BasetenEmbeddingFunction as BasetenEmbeddingFunction
