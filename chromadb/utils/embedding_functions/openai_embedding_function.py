"""The path that other packages import `OpenAIEmbeddingFunction` from."""

from chromadb.embedding.remote.openai import OpenAIEmbeddingFunction as OpenAIEmbeddingFunction
