"""Chroma Cloud's own models: dense ones of Qwen, sparse ones of SPLADE."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from pydantic import SecretStr

from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.protocol import SparseEmbeddingFunction
from chromadb.embedding.remote.credentials import Credentials, credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction, embed_in_batches, refuse_changes
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.sdk import config_members
from chromadb.embedding.types import Documents
from chromadb.model.sparse import SparseVector, SparseVectors

_URL = "https://embed.trychroma.com"
_SECONDS = 60.0

KeySource = Callable[[], SecretStr | None]

_lent: list[KeySource] = []


def lend_keys(source: KeySource) -> None:
    """Let functions of this module that find no key in the environment take the source's; the latest source counts."""
    _lent[:] = [source]


def _cloud_credentials(variable: str) -> Credentials:
    """Return the key of the environment, else one that is lent; raises ValueError for none."""
    lent = None if os.environ.get(variable) else next((source() for source in _lent), None)
    return credentials(None, variable) if lent is None else Credentials(lent, variable)


class ChromaCloudQwenEmbeddingModel(str, Enum):
    """Dense models that Chroma Cloud runs."""

    QWEN3_EMBEDDING_0p6B = "Qwen/Qwen3-Embedding-0.6B"


class ChromaCloudQwenEmbeddingTarget(str, Enum):
    """What a text is embedded as."""

    DOCUMENTS = "documents"
    QUERY = "query"


class ChromaCloudSpladeEmbeddingModel(str, Enum):
    """Sparse models that Chroma Cloud runs."""

    SPLADE_PP_EN_V1 = "prithivida/Splade_PP_en_v1"


Instructions = Mapping[str, Mapping[ChromaCloudQwenEmbeddingTarget, str]]
"""Task to what the model is told of documents and of queries."""

CHROMA_CLOUD_QWEN_DEFAULT_INSTRUCTIONS: Instructions = {
    "nl_to_code": {
        ChromaCloudQwenEmbeddingTarget.DOCUMENTS: "",
        ChromaCloudQwenEmbeddingTarget.QUERY: (
            "Given a question about coding, retrieval code or passage that can solve user's question"
        ),
    }
}


class ChromaCloudQwenEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a model of Qwen. task: a key of the instructions, None: no instruction.

    Raises ValueError without a key in the environment or of an open ``CloudClient``.
    """

    MEMBERS = ("api_key_env_var", "model", "task", "instructions")
    FIXED = ("model", "task", "instructions")

    def __init__(
        self,
        model: ChromaCloudQwenEmbeddingModel,
        task: str | None,
        instructions: Instructions = CHROMA_CLOUD_QWEN_DEFAULT_INSTRUCTIONS,
        api_key_env_var: str = "CHROMA_API_KEY",
    ) -> None:
        self.model, self.task = ChromaCloudQwenEmbeddingModel(model), task
        self.instructions = {
            name: {ChromaCloudQwenEmbeddingTarget(target): text for target, text in texts.items()}
            for name, texts in instructions.items()
        }
        self._use(_cloud_credentials(api_key_env_var))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        target = ChromaCloudQwenEmbeddingTarget("query" if purpose == "query" else "documents")
        told = "" if self.task is None else self.instructions.get(self.task, {}).get(target, "")
        headers = {"x-chroma-token": self._credentials.secret, "x-chroma-embedding-model": self.model.value}
        return Request(os.environ.get("CHROMA_EMBED_URL", _URL), {"instructions": told, "texts": batch}, headers)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        vectors: Sequence[Any] = reply["embeddings"]
        return vectors

    def get_config(self) -> dict[str, Any]:
        instructions = {
            name: {target.value: text for target, text in texts.items()} for name, texts in self.instructions.items()
        }
        return {**super().get_config(), "model": self.model.value, "instructions": instructions}

    @staticmethod
    def name() -> str:
        return "chroma-cloud-qwen"


class ChromaCloudSpladeEmbeddingFunction(SparseEmbeddingFunction[Documents]):
    """Texts to sparse vectors by a model of SPLADE. include_tokens: whether vectors name their tokens.

    Raises ValueError without a key in the environment or of an open ``CloudClient``; calls raise EmbeddingServiceError,
    a RuntimeError.
    """

    def __init__(
        self,
        api_key_env_var: str = "CHROMA_API_KEY",
        model: ChromaCloudSpladeEmbeddingModel = ChromaCloudSpladeEmbeddingModel.SPLADE_PP_EN_V1,
        include_tokens: bool = False,
    ) -> None:
        self.model = ChromaCloudSpladeEmbeddingModel(model)
        self.include_tokens = bool(include_tokens)
        self.api_key_env_var = api_key_env_var
        self._credentials = _cloud_credentials(api_key_env_var)

    def __call__(self, input: Documents) -> SparseVectors:
        return embed_in_batches(
            self.name(), list(input), RemoteFunction.BATCH, _SECONDS, self.api_key_env_var, self._request, self._vectors
        )

    def _request(self, batch: Sequence[Any]) -> Request:
        url = os.environ.get("CHROMA_EMBED_URL", _URL).rstrip("/") + "/embed_sparse"
        body = {"texts": batch, "task": "", "target": "", "fetch_tokens": "true" if self.include_tokens else "false"}
        headers = {"x-chroma-token": self._credentials.secret, "x-chroma-embedding-model": self.model.value}
        return Request(url, body, headers)

    def _vectors(self, reply: Any) -> list[SparseVector]:
        found = []
        for vector in reply["embeddings"]:
            order = sorted(range(len(vector["indices"])), key=vector["indices"].__getitem__)
            tokens = vector.get("tokens") or vector.get("labels") if self.include_tokens else None
            found.append(
                SparseVector(
                    [vector["indices"][place] for place in order],
                    [vector["values"][place] for place in order],
                    None if tokens is None else [tokens[place] for place in order],
                )
            )
        return found

    @staticmethod
    def name() -> str:
        return "chroma-cloud-splade"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> ChromaCloudSpladeEmbeddingFunction:
        return ChromaCloudSpladeEmbeddingFunction(
            **config_members("chroma-cloud-splade", config, ("model",), ("api_key_env_var", "include_tokens"))
        )

    def get_config(self) -> dict[str, Any]:
        return {
            "api_key_env_var": self.api_key_env_var, "model": self.model.value, "include_tokens": self.include_tokens,
        }  # fmt: skip

    def validate_config_update(self, old_config: dict[str, Any], new_config: dict[str, Any]) -> None:
        """Raise ValueError for another model: the vectors would no longer be comparable."""
        refuse_changes(("model", "include_tokens"), old_config, new_config)

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when a configuration does not describe a function of this class."""
        validate_config_schema(config, "chroma-cloud-splade")
