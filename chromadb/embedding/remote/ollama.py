"""Ollama: models on a machine of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents


class OllamaEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a model that an Ollama server runs.

    url: of the server; the address of its older call, which ends with /api/embeddings, means the same. timeout: in
    seconds.
    """

    MEMBERS = ("url", "model_name", "timeout")
    FIXED = ("model_name",)
    BATCH = 64

    def __init__(
        self,
        url: str = "http://localhost:11434",
        model_name: str = "chroma/all-minilm-l6-v2-f32",
        timeout: int = 60,
    ) -> None:
        self.url, self.model_name, self.timeout = url, model_name, timeout
        self._use(credentials(None, None, required=False))
        self._origin = url.rstrip("/").removesuffix("/api/embeddings").removesuffix("/api/embed")

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        return Request(f"{self._origin}/api/embed", {"model": self.model_name, "input": batch})

    def _vectors(self, reply: Any) -> Sequence[Any]:
        vectors: Sequence[Any] = reply["embeddings"]
        return vectors

    @staticmethod
    def name() -> str:
        return "ollama"
