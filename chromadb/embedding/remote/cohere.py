"""Cohere: texts and images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.images import png_base64
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.types import Documents, Images, Space
from chromadb.model.embeddings import Embeddings


class CohereEmbeddingFunction(RemoteFunction[Documents | Images]):
    """Texts, or images as arrays, to vectors by a model of Cohere; one call takes one of the two kinds.

    Raises ValueError without a key, and for texts and images in one call.
    """

    MEMBERS = ("api_key_env_var", "model_name")
    FIXED = ("model_name",)

    def __init__(
        self, api_key: str | None = None, model_name: str = "large", api_key_env_var: str = "CHROMA_COHERE_API_KEY"
    ) -> None:
        self.model_name = model_name
        self._use(credentials(api_key, api_key_env_var, "COHERE_API_KEY"))

    def __call__(self, input: Documents | Images) -> Embeddings:
        if len({isinstance(item, str) for item in input}) > 1:
            raise ValueError("Cohere takes either texts or images in one call, got both")
        # One image a request is what the service takes.
        return self._embedded(input, "document", None if isinstance(next(iter(input), ""), str) else 1)

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        body: dict[str, Any] = {"model": self.model_name}
        if isinstance(batch[0], str):
            body |= {"texts": batch, "input_type": f"search_{purpose}"}
        else:
            body |= {"images": [f"data:image/png;base64,{png_base64(image)}" for image in batch], "input_type": "image"}
        return Request(self._url("https://api.cohere.com/v1/embed"), body, self._credentials.bearer)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        vectors: Sequence[Any] = reply["embeddings"]
        return vectors

    def default_space(self) -> Space:
        return "ip" if self.model_name == "embed-multilingual-v2.0" else "cosine"

    def supported_spaces(self) -> list[Space]:
        """Return the distances that the model was trained for."""
        if self.model_name in ("embed-english-v2.0", "embed-english-light-v2.0"):
            return ["cosine"]
        return ["ip"] if self.model_name == "embed-multilingual-v2.0" else ["cosine", "l2", "ip"]

    @staticmethod
    def name() -> str:
        return "cohere"
