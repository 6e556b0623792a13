"""Mistral AI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents


class MistralEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a model of Mistral. Raises ValueError when the variable of the key is not set."""

    MEMBERS = ("model", "api_key_env_var")
    FIXED = ("model",)
    BATCH = 64

    def __init__(self, model: str, api_key_env_var: str = "MISTRAL_API_KEY") -> None:
        self.model = model
        self._use(credentials(None, api_key_env_var))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        body = {"model": self.model, "input": batch}
        return Request(self._url("https://api.mistral.ai/v1/embeddings"), body, self._credentials.bearer)

    @staticmethod
    def name() -> str:
        return "mistral"
