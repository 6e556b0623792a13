"""Perplexity."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from typing import Any

import numpy as np

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction, by_index
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents


class PerplexityEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors of whole numbers from -128 to 127 by a model of Perplexity.

    dimensions: of the vectors, None: as many as the model has. Raises ValueError without a key.
    """

    MEMBERS = ("api_key_env_var", "model_name", "dimensions")
    OPTIONAL = ("dimensions",)
    FIXED = ("model_name", "dimensions")

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "pplx-embed-v1-0.6b",
        api_key_env_var: str = "PERPLEXITY_API_KEY",
        dimensions: int | None = None,
    ) -> None:
        self.model_name, self.dimensions = model_name, dimensions
        self._use(credentials(api_key, api_key_env_var, "PERPLEXITY_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        body: dict[str, Any] = {"model": self.model_name, "input": batch, "encoding_format": "base64_int8"}
        if self.dimensions is not None:
            body["dimensions"] = self.dimensions
        return Request(self._url("https://api.perplexity.ai/v1/embeddings"), body, self._credentials.bearer)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        return [np.frombuffer(b64decode(text, validate=True), dtype=np.int8) for text in by_index(reply)]

    @staticmethod
    def name() -> str:
        return "perplexity"
