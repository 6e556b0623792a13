"""Voyage AI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents


class VoyageAIEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a model of Voyage AI.

    input_type: "document", "query" or None, for all calls. truncation: whether what is too long is cut, or refused by
    the service. Raises ValueError without a key.
    """

    MEMBERS = ("api_key_env_var", "model_name", "input_type", "truncation")
    FIXED = ("model_name",)
    BATCH = 128

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "voyage-large-2",
        api_key_env_var: str = "CHROMA_VOYAGE_API_KEY",
        input_type: str | None = None,
        truncation: bool = True,
    ) -> None:
        self.model_name, self.input_type, self.truncation = model_name, input_type, truncation
        self._use(credentials(api_key, api_key_env_var, "VOYAGE_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        body = {"input": batch, "model": self.model_name, "truncation": self.truncation}
        if self.input_type is not None:
            body["input_type"] = self.input_type
        return Request(self._url("https://api.voyageai.com/v1/embeddings"), body, self._credentials.bearer)

    @staticmethod
    def name() -> str:
        return "voyageai"
