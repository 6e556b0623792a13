"""The path that other packages import `OpenCLIPEmbeddingFunction` from."""

from chromadb.embedding.open_clip import OpenCLIPEmbeddingFunction as OpenCLIPEmbeddingFunction
