"""The path that other packages import `RoboflowEmbeddingFunction` from."""

from chromadb.embedding.remote.roboflow import RoboflowEmbeddingFunction as RoboflowEmbeddingFunction
