"""Sentence Transformers: thousands of published models, run on this machine."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.embedding.sdk import checked_options, config_members, import_package, stored_options
from chromadb.embedding.types import Documents, Space
from chromadb.model.embeddings import Embeddings


class SentenceTransformerEmbeddingFunction(EmbeddingFunction[Documents]):
    """Texts to dense vectors by a model of the sentence_transformers package.

    model_name: a name on Hugging Face or a directory. device: cpu, cuda, mps. normalize_embeddings: whether vectors get
    unit length. kwargs: further arguments of `SentenceTransformer`; an access token among them is never stored.
    A model is loaded once a process for each set of arguments.
    Raises ValueError without the package, and for an argument that JSON cannot hold.
    """

    models: ClassVar[dict[str, Any]] = {}
    """The loaded models, by everything they were loaded with but access tokens."""

    _loading: ClassVar[threading.Lock] = threading.Lock()

    def __init__(
        self,
        model_name: str = "all-MiniLM-L6-v2",
        device: str = "cpu",
        normalize_embeddings: bool = False,
        **kwargs: Any,
    ) -> None:
        self.kwargs = checked_options(kwargs)
        self.model_name = model_name
        self.device = device
        self.normalize_embeddings = normalize_embeddings
        package = import_package("sentence_transformers", "sentence_transformers")
        key = repr((model_name, device, sorted(stored_options(self.kwargs).items())))
        with self._loading:
            if key not in self.models:
                self.models[key] = package.SentenceTransformer(
                    model_name_or_path=model_name, device=device, **self.kwargs
                )
            self._model = self.models[key]

    def __call__(self, input: Documents) -> Embeddings:
        encoded = self._model.encode(
            list(input), convert_to_numpy=True, normalize_embeddings=self.normalize_embeddings, show_progress_bar=False
        )
        return list(encoded)

    @staticmethod
    def name() -> str:
        return "sentence_transformer"

    def default_space(self) -> Space:
        return "cosine"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> SentenceTransformerEmbeddingFunction:
        return SentenceTransformerEmbeddingFunction(
            **config_members("sentence_transformer", config, ("model_name", "device", "normalize_embeddings"))
        )

    def get_config(self) -> dict[str, Any]:
        return {
            "model_name": self.model_name,
            "device": self.device,
            "normalize_embeddings": self.normalize_embeddings,
            "kwargs": stored_options(self.kwargs),
        }

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when ``config`` does not describe a function of this class."""
        validate_config_schema(config, "sentence_transformer")
