"""Together AI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents


class TogetherAIEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a model that Together AI runs. Raises ValueError without a key."""

    MEMBERS = ("api_key_env_var", "model_name")
    FIXED = ("model_name",)

    def __init__(
        self, model_name: str, api_key: str | None = None, api_key_env_var: str = "CHROMA_TOGETHER_AI_API_KEY"
    ) -> None:
        self.model_name = model_name
        self._use(credentials(api_key, api_key_env_var, "TOGETHER_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        body = {"model": self.model_name, "input": batch}
        return Request(self._url("https://api.together.xyz/v1/embeddings"), body, self._credentials.bearer)

    @staticmethod
    def name() -> str:
        return "together_ai"
