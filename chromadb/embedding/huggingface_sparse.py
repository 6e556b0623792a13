"""Sparse encoders of Sentence Transformers (SPLADE and the like), run on this machine."""

from __future__ import annotations

from typing import Any

import numpy as np

from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.protocol import SparseEmbeddingFunction
from chromadb.embedding.sdk import (
    Task,
    checked_options,
    checked_task,
    config_members,
    import_package,
    query_task,
    stored_options,
)
from chromadb.embedding.types import Documents
from chromadb.model.sparse import SparseVector, SparseVectors


class HuggingFaceSparseEmbeddingFunction(SparseEmbeddingFunction[Documents]):
    """Texts to sparse vectors by a `SparseEncoder` of the sentence_transformers package: its entries that are not zero.

    model_name: a name on Hugging Face or a directory. device: cpu, cuda, mps. task: document or query, how texts are
    encoded. query_config: `{"task": ...}` for queries. kwargs: further arguments of `SparseEncoder`; an access token
    among them is never stored. Raises ValueError without the package, and for arguments other than these.
    """

    def __init__(
        self,
        model_name: str,
        device: str,
        task: Task | None = "document",
        query_config: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.kwargs = checked_options(kwargs)
        self.model_name = model_name
        self.device = device
        self.task = checked_task(task)
        self.query_config = query_config
        self._query_task = query_task(query_config, self.task)
        package = import_package("sentence_transformers", "sentence_transformers")
        self._model = package.SparseEncoder(model_name_or_path=model_name, device=device, **self.kwargs)

    def __call__(self, input: Documents) -> SparseVectors:
        return self._encoded(input, self.task)

    def embed_query(self, input: Documents) -> SparseVectors:
        return self._encoded(input, self._query_task)

    def _encoded(self, texts: Documents, task: Task) -> SparseVectors:
        encode = self._model.encode_query if task == "query" else self._model.encode_document
        return [_sparse(row) for row in encode(list(texts))]

    @staticmethod
    def name() -> str:
        return "huggingface_sparse"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> HuggingFaceSparseEmbeddingFunction:
        return HuggingFaceSparseEmbeddingFunction(
            **config_members("huggingface_sparse", config, ("model_name", "device"), ("task", "query_config"))
        )

    def get_config(self) -> dict[str, Any]:
        return {
            "model_name": self.model_name,
            "device": self.device,
            "task": self.task,
            "query_config": self.query_config,
            "kwargs": stored_options(self.kwargs),
        }

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when ``config`` does not describe a function of this class."""
        validate_config_schema(config, "huggingface_sparse")


def _sparse(row: Any) -> SparseVector:
    # A tensor of torch; a device's memory is not NumPy's.
    dense = np.asarray(row.to_dense().cpu().numpy())
    indices = np.flatnonzero(dense)
    return SparseVector(indices.tolist(), dense[indices].astype(np.float64).tolist())
