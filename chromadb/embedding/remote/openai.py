"""OpenAI, Azure OpenAI, and two services with the same interface: Morph and Baseten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.sdk import config_members
from chromadb.embedding.types import Documents


class OpenAIEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a model of OpenAI, or of a service with its interface.

    api_base: URL of another service. api_type "azure" needs api_base, api_version and deployment_id. default_headers:
    sent as well. dimensions: of the vectors, for text-embedding-3 models. Raises ValueError without a key.
    """

    MEMBERS = (
        "api_key_env_var", "model_name", "organization_id", "api_base", "api_type", "api_version", "deployment_id",
        "default_headers", "dimensions",
    )  # fmt: skip
    FIXED: ClassVar[tuple[str, ...]] = ("model_name",)
    BATCH = 512

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "text-embedding-ada-002",
        organization_id: str | None = None,
        api_base: str | None = None,
        api_type: str | None = None,
        api_version: str | None = None,
        deployment_id: str | None = None,
        default_headers: dict[str, str] | None = None,
        dimensions: int | None = None,
        api_key_env_var: str = "CHROMA_OPENAI_API_KEY",
    ) -> None:
        if api_type == "azure" and not (api_version and deployment_id and api_base):
            raise ValueError("api_version, deployment_id and api_base must be specified for Azure OpenAI")
        self.model_name, self.dimensions = model_name, dimensions
        self.organization_id, self.default_headers = organization_id, default_headers
        self.api_base, self.api_type, self.api_version, self.deployment_id = (
            api_base, api_type, api_version, deployment_id,
        )  # fmt: skip
        self._use(credentials(api_key, api_key_env_var, "OPENAI_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        body: dict[str, Any] = {"model": self.model_name, "input": batch}
        if self.dimensions is not None and self.model_name.startswith("text-embedding-3"):
            body["dimensions"] = self.dimensions
        headers = {**(self.default_headers or {})}
        if self.organization_id:
            headers["openai-organization"] = self.organization_id
        if self.api_type == "azure":
            url = f"{str(self.api_base).rstrip('/')}/openai/deployments/{self.deployment_id}/embeddings"
            return Request(
                url, body, {**headers, "api-key": self._credentials.secret}, {"api-version": str(self.api_version)}
            )
        base = (self.api_base or self._url("https://api.openai.com/v1")).rstrip("/")
        return Request(f"{base}/embeddings", body, {**headers, **self._credentials.bearer})

    @staticmethod
    def name() -> str:
        return "openai"


class MorphEmbeddingFunction(RemoteFunction[Documents]):
    """Code to vectors by a model of Morph. Raises ValueError without a key."""

    MEMBERS = ("api_key_env_var", "model_name", "api_base", "encoding_format")
    FIXED = ("model_name",)

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "morph-embedding-v2",
        api_base: str = "https://api.morphllm.com/v1",
        encoding_format: str = "float",
        api_key_env_var: str = "MORPH_API_KEY",
    ) -> None:
        self.model_name, self.api_base, self.encoding_format = model_name, api_base, encoding_format
        self._use(credentials(api_key, api_key_env_var))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        body = {"model": self.model_name, "input": batch, "encoding_format": self.encoding_format}
        return Request(f"{self._url(self.api_base).rstrip('/')}/embeddings", body, self._credentials.bearer)

    @staticmethod
    def name() -> str:
        return "morph"


class BasetenEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by the model of a Baseten deployment. api_base: its URL. Raises ValueError without a key."""

    MEMBERS = ("api_base", "api_key_env_var")
    FIXED = ("api_base",)

    def __init__(self, api_key: str | None, api_base: str, api_key_env_var: str = "CHROMA_BASETEN_API_KEY") -> None:
        self.api_base = api_base
        self._use(credentials(api_key, api_key_env_var, "BASETEN_API_KEY"))

    @classmethod
    def build_from_config(cls, config: dict[str, Any]) -> BasetenEmbeddingFunction:
        return cls(None, **config_members("baseten", config, ("api_base",), ("api_key_env_var",)))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        # A deployment has one model, whatever is named.
        body = {"model": "baseten", "input": batch}
        return Request(f"{self.api_base.rstrip('/')}/embeddings", body, self._credentials.bearer)

    @staticmethod
    def name() -> str:
        return "baseten"
