"""Roboflow: texts and images in one space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.images import png_base64
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents, Images


class RoboflowEmbeddingFunction(RemoteFunction[Documents | Images]):
    """Texts and images as arrays, also mixed, to vectors by CLIP at Roboflow or a server of one's own (api_url).

    Raises ValueError without a key.
    """

    MEMBERS = ("api_key_env_var", "api_url")
    FIXED = ("api_url",)
    BATCH = 1

    def __init__(
        self,
        api_key: str | None = None,
        api_url: str = "https://infer.roboflow.com",
        api_key_env_var: str = "CHROMA_ROBOFLOW_API_KEY",
    ) -> None:
        self.api_url = api_url
        self._use(credentials(api_key, api_key_env_var, "ROBOFLOW_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        (item,) = batch
        base, key = self._url(self.api_url).rstrip("/"), {"api_key": self._credentials.secret}
        if isinstance(item, str):
            return Request(f"{base}/clip/embed_text", {"text": item}, query=key)
        return Request(f"{base}/clip/embed_image", {"image": {"type": "base64", "value": png_base64(item)}}, query=key)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        vectors: Sequence[Any] = reply["embeddings"]
        return vectors

    @staticmethod
    def name() -> str:
        return "roboflow"
