"""Cloudflare Workers AI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents


class CloudflareWorkersAIEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a model of Workers AI, through a gateway if one is named. Raises ValueError without a key."""

    MEMBERS = ("api_key_env_var", "model_name", "account_id", "gateway_id")
    FIXED = ("model_name",)

    def __init__(
        self,
        model_name: str,
        account_id: str,
        api_key: str | None = None,
        api_key_env_var: str = "CHROMA_CLOUDFLARE_API_KEY",
        gateway_id: str | None = None,
    ) -> None:
        self.model_name, self.account_id, self.gateway_id = model_name, account_id, gateway_id
        self._use(credentials(api_key, api_key_env_var, "CLOUDFLARE_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        account, model = self.account_id, self.model_name
        url = f"https://api.cloudflare.com/client/v4/accounts/{account}/ai/run/{model}"
        if self.gateway_id:
            url = f"https://gateway.ai.cloudflare.com/v1/{account}/{self.gateway_id}/workers-ai/{model}"
        return Request(self._url(url), {"text": batch}, self._credentials.bearer)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        vectors: Sequence[Any] = reply["result"]["data"]
        return vectors

    @staticmethod
    def name() -> str:
        return "cloudflare_workers_ai"
