"""The default embedding function: all-MiniLM-L6-v2, shipped with the package, 384 dimensions.

Nothing is ever downloaded or logged. The model is loaded at the first text and then serves the whole process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.minilm_tokens import TOKENS_MAX
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.embedding.types import Documents, Space
from chromadb.model.embeddings import Embeddings


class ONNXMiniLM_L6_V2(EmbeddingFunction[Documents]):  # noqa: N801 - the published name
    """all-MiniLM-L6-v2 on ONNX Runtime: texts to float32 vectors of 384 dimensions and unit length.

    preferred_providers: ONNX Runtime execution providers in order of preference; None or an empty list takes
    those that are available. CoreML's is never used.
    Raises ValueError when they are not distinct texts, and, at the first text, when one is not available.
    """

    MODEL_NAME = "all-MiniLM-L6-v2"

    def __init__(self, preferred_providers: Sequence[str] | None = None) -> None:
        if preferred_providers is not None:
            if not isinstance(preferred_providers, (list, tuple)) or not all(
                isinstance(provider, str) for provider in preferred_providers
            ):
                raise ValueError("Preferred providers must be a list of strings")
            if len(set(preferred_providers)) != len(preferred_providers):
                raise ValueError("Preferred providers must be unique")
        self._preferred_providers = preferred_providers

    def __call__(self, input: Documents) -> Embeddings:
        """Return one float32 vector of shape (384,) for each text, in order.

        Raises ValueError for an empty list, and for an item that is not a valid text.
        """
        return _embedded(input, self._preferred_providers)

    @staticmethod
    def name() -> str:
        return "onnx_mini_lm_l6_v2"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> ONNXMiniLM_L6_V2:
        return ONNXMiniLM_L6_V2(preferred_providers=config.get("preferred_providers"))

    def get_config(self) -> dict[str, Any]:
        return {"preferred_providers": self._preferred_providers}

    def default_space(self) -> Space:
        return "cosine"

    def max_tokens(self) -> int:
        """Return how many tokens of a text count."""
        return TOKENS_MAX

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        validate_config_schema(config, "onnx_mini_lm_l6_v2")


class DefaultEmbeddingFunction(EmbeddingFunction[Documents]):
    """What collections embed with unless told otherwise: all-MiniLM-L6-v2 on the available providers."""

    def __init__(self) -> None:
        pass

    def __call__(self, input: Documents) -> Embeddings:
        """Return one float32 vector of shape (384,) for each text, in order.

        Raises ValueError for an empty list, and for an item that is not a valid text.
        """
        return _embedded(input, None)

    @staticmethod
    def name() -> str:
        return "default"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> DefaultEmbeddingFunction:
        return DefaultEmbeddingFunction()

    def get_config(self) -> dict[str, Any]:
        return {}

    def max_tokens(self) -> int:
        """Return how many tokens of a text count."""
        return TOKENS_MAX

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        # Every collection that is made asks; an empty configuration needs no schema library to be right.
        if config != {}:
            validate_config_schema(config, "default")


def _embedded(texts: Documents, preferred_providers: Sequence[str] | None) -> Embeddings:
    # The function is named by every collection that names none, and embeds for few of them.
    from chromadb.embedding.minilm import embed_texts

    return list(embed_texts(texts, preferred_providers))
