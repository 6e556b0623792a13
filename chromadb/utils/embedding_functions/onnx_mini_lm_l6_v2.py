"""The default model's class, under the path that other packages import it from."""

from chromadb.embedding.default import ONNXMiniLM_L6_V2

__all__ = ["ONNXMiniLM_L6_V2"]
