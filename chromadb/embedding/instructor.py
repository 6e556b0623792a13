"""Instructor models: texts embedded under an instruction, run on this machine."""

from __future__ import annotations

from typing import Any

from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.embedding.sdk import config_members, import_package
from chromadb.embedding.types import Documents, Space
from chromadb.model.embeddings import Embeddings


class InstructorEmbeddingFunction(EmbeddingFunction[Documents]):
    """Texts to dense vectors by a model of the InstructorEmbedding package.

    model_name: a name on Hugging Face or a directory. device: cpu, cuda. instruction: what the vectors are for, put
    before each text; None gives the texts alone. Raises ValueError without the package.
    """

    def __init__(
        self, model_name: str = "hkunlp/instructor-base", device: str = "cpu", instruction: str | None = None
    ) -> None:
        self.model_name = model_name
        self.device = device
        self.instruction = instruction
        package = import_package("InstructorEmbedding", "InstructorEmbedding")
        self._model = package.INSTRUCTOR(model_name_or_path=model_name, device=device)

    def __call__(self, input: Documents) -> Embeddings:
        texts = list(input) if self.instruction is None else [[self.instruction, text] for text in input]
        return list(self._model.encode(texts, convert_to_numpy=True))

    @staticmethod
    def name() -> str:
        return "instructor"

    def default_space(self) -> Space:
        return "cosine"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> InstructorEmbeddingFunction:
        return InstructorEmbeddingFunction(
            **config_members("instructor", config, ("model_name", "device"), ("instruction",))
        )

    def get_config(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "device": self.device, "instruction": self.instruction}

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when ``config`` does not describe a function of this class."""
        validate_config_schema(config, "instructor")
