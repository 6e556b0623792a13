"""Text2Vec models, for Chinese texts above all, run on this machine."""

from __future__ import annotations

from typing import Any

from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.embedding.sdk import config_members, import_package
from chromadb.embedding.types import Documents, Space
from chromadb.model.embeddings import Embeddings


class Text2VecEmbeddingFunction(EmbeddingFunction[Documents]):
    """Texts to dense vectors by a model of the text2vec package, named `model_name`; ValueError without the package."""

    def __init__(self, model_name: str = "shibing624/text2vec-base-chinese") -> None:
        self.model_name = model_name
        self._model = import_package("text2vec", "text2vec").SentenceModel(model_name_or_path=model_name)

    def __call__(self, input: Documents) -> Embeddings:
        return list(self._model.encode(list(input), convert_to_numpy=True))

    @staticmethod
    def name() -> str:
        return "text2vec"

    def default_space(self) -> Space:
        return "cosine"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Text2VecEmbeddingFunction:
        return Text2VecEmbeddingFunction(**config_members("text2vec", config, ("model_name",)))

    def get_config(self) -> dict[str, Any]:
        return {"model_name": self.model_name}

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when ``config`` does not describe a function of this class."""
        validate_config_schema(config, "text2vec")
