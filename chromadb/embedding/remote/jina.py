"""Jina AI: texts and images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.images import png_base64
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents, Images


class JinaQueryConfig(TypedDict, total=False):
    """What of a request is different for queries: members of the request, such as task."""

    task: str
    late_chunking: bool
    truncate: bool
    dimensions: int
    embedding_type: str
    normalized: bool


_PARAMETERS = ("task", "late_chunking", "truncate", "dimensions", "embedding_type", "normalized")


class JinaEmbeddingFunction(RemoteFunction[Documents | Images]):
    """Texts, or images as arrays, to vectors by a model of Jina AI.

    task to normalized: of the request, None: the service's own choice. query_config: what is different for queries.
    Raises ValueError without a key.
    """

    MEMBERS = ("api_key_env_var", "model_name", *_PARAMETERS, "query_config")
    FIXED = ("model_name",)

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "jina-embeddings-v2-base-en",
        api_key_env_var: str = "CHROMA_JINA_API_KEY",
        task: str | None = None,
        late_chunking: bool | None = None,
        truncate: bool | None = None,
        dimensions: int | None = None,
        embedding_type: str | None = None,
        normalized: bool | None = None,
        query_config: JinaQueryConfig | None = None,
    ) -> None:
        self.model_name, self.query_config = model_name, query_config
        self.task, self.late_chunking, self.truncate = task, late_chunking, truncate
        self.dimensions, self.embedding_type, self.normalized = dimensions, embedding_type, normalized
        self._use(credentials(api_key, api_key_env_var, "JINA_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        inputs: Any = batch
        if not all(isinstance(item, str) for item in batch):
            inputs = [{"text": item} if isinstance(item, str) else {"image": png_base64(item)} for item in batch]
        given = {name: getattr(self, name) for name in _PARAMETERS}
        if purpose == "query" and self.query_config is not None:
            given |= self.query_config
        body = {name: value for name, value in given.items() if value is not None}
        body |= {"model": self.model_name, "input": inputs}
        return Request(self._url("https://api.jina.ai/v1/embeddings"), body, self._credentials.bearer)

    @staticmethod
    def name() -> str:
        return "jina"
