"""Hugging Face: the hosted interface, and a server of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents


class HuggingFaceEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a model that Hugging Face runs. Raises ValueError without a key."""

    MEMBERS = ("api_key_env_var", "model_name")
    FIXED = ("model_name",)

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "sentence-transformers/all-MiniLM-L6-v2",
        api_key_env_var: str = "CHROMA_HUGGINGFACE_API_KEY",
    ) -> None:
        self.model_name = model_name
        self._use(credentials(api_key, api_key_env_var, "HUGGINGFACE_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        url = f"https://api-inference.huggingface.co/pipeline/feature-extraction/{self.model_name}"
        body = {"inputs": batch, "options": {"wait_for_model": True}}
        return Request(self._url(url), body, self._credentials.bearer)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        return _vectors_alone(reply)

    @staticmethod
    def name() -> str:
        return "huggingface"


class HuggingFaceEmbeddingServer(RemoteFunction[Documents]):
    """Texts to vectors by a text-embeddings-inference server. url: of its embedding call; a key is optional."""

    MEMBERS = ("url", "api_key_env_var")
    FIXED = ("url",)
    BATCH = 32

    def __init__(self, url: str, api_key_env_var: str | None = None, api_key: str | None = None) -> None:
        self.url = url
        self._use(credentials(api_key, api_key_env_var, "HUGGINGFACE_API_KEY", required=False))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        return Request(self.url, {"inputs": batch}, self._credentials.bearer)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        return _vectors_alone(reply)

    @staticmethod
    def name() -> str:
        return "huggingface_server"


def _vectors_alone(reply: Any) -> Sequence[Any]:
    if not isinstance(reply, list):
        raise TypeError(f"expected a list of vectors, got {type(reply).__name__}")
    return reply
