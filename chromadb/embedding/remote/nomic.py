"""Nomic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents


class NomicQueryConfig(TypedDict):
    """How queries are embedded. task_type: instead of that of documents."""

    task_type: str


class NomicEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a model of Nomic.

    task_type: such as "search_document". query_config: None embeds queries like documents. Raises ValueError without a
    key.
    """

    MEMBERS = ("model", "api_key_env_var", "task_type", "query_config")
    FIXED = ("model",)

    def __init__(
        self, model: str, task_type: str, query_config: NomicQueryConfig | None, api_key_env_var: str = "NOMIC_API_KEY"
    ) -> None:
        self.model, self.task_type, self.query_config = model, task_type, query_config
        self._use(credentials(None, api_key_env_var))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        task = self.task_type
        if purpose == "query" and self.query_config is not None:
            task = self.query_config["task_type"]
        body = {"texts": batch, "model": self.model, "task_type": task}
        return Request(self._url("https://api-atlas.nomic.ai/v1/embedding/text"), body, self._credentials.bearer)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        vectors: Sequence[Any] = reply["embeddings"]
        return vectors

    @staticmethod
    def name() -> str:
        return "nomic"
