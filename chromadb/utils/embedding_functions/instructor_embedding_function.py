"""The path that other packages import `InstructorEmbeddingFunction` from."""

from chromadb.embedding.instructor import InstructorEmbeddingFunction as InstructorEmbeddingFunction
