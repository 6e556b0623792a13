"""Sparse models of FastEmbed (SPLADE, BM42, BM25), run on this machine on ONNX Runtime."""

from __future__ import annotations

import warnings
from typing import Any

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

_MODEL_OPTIONS = ("cache_dir", "threads", "cuda", "device_ids", "lazy_load")
_BM25_OPTIONS = (
    "cache_dir", "k", "b", "avg_len", "language", "token_max_length", "disable_stemmer", "specific_model_path",
)  # fmt: skip
_BM25_MODEL = "Qdrant/bm25"


class FastembedSparseEmbeddingFunction(SparseEmbeddingFunction[Documents]):
    """Texts to sparse vectors by a model of the fastembed package.

    model_name: one that `SparseTextEmbedding.list_supported_models()` names. task: document or query, how texts are
    embedded. cache_dir, threads, cuda, device_ids, lazy_load, kwargs: arguments of `SparseTextEmbedding`.
    query_config: `{"task": ...}` for queries. Raises ValueError without the package, and for other arguments.
    """

    def __init__(
        self,
        model_name: str,
        task: Task | None = "document",
        cache_dir: str | None = None,
        threads: int | None = None,
        cuda: bool | None = None,
        device_ids: list[int] | None = None,
        lazy_load: bool | None = None,
        query_config: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.kwargs = checked_options(kwargs)
        self.model_name = model_name
        self.task = checked_task(task)
        self.query_config = query_config
        self._query_task = query_task(query_config, self.task)
        self._options = dict(zip(_MODEL_OPTIONS, (cache_dir, threads, cuda, device_ids, lazy_load), strict=True))
        package = import_package("fastembed", "fastembed")
        given = {name: value for name, value in self._options.items() if value is not None}
        self._model = package.SparseTextEmbedding(model_name, **given, **self.kwargs)

    def __call__(self, input: Documents) -> SparseVectors:
        return _embedded(self._model, input, self.task)

    def embed_query(self, input: Documents) -> SparseVectors:
        return _embedded(self._model, input, self._query_task)

    @staticmethod
    def name() -> str:
        return "fastembed_sparse"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> FastembedSparseEmbeddingFunction:
        return FastembedSparseEmbeddingFunction(
            **config_members("fastembed_sparse", config, ("model_name",), ("task", "query_config", *_MODEL_OPTIONS))
        )

    def get_config(self) -> dict[str, Any]:
        return {
            "model_name": self.model_name,
            "task": self.task,
            "query_config": self.query_config,
            **self._options,
            "kwargs": stored_options(self.kwargs),
        }

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when ``config`` does not describe a function of this class."""
        validate_config_schema(config, "fastembed_sparse")


class Bm25EmbeddingFunction(SparseEmbeddingFunction[Documents]):
    """BM25 of the fastembed package; deprecated, `ChromaBm25EmbeddingFunction` needs no package and no download.

    avg_len, k, b, language, token_max_length, disable_stemmer, specific_model_path, cache_dir, kwargs: arguments of
    fastembed's `Bm25`. task, query_config: as of `FastembedSparseEmbeddingFunction`. Raises ValueError without the
    package, and for arguments other than these.
    """

    def __init__(
        self,
        avg_len: float | None = None,
        task: Task | None = "document",
        cache_dir: str | None = None,
        k: float | None = None,
        b: float | None = None,
        language: str | None = None,
        token_max_length: int | None = None,
        disable_stemmer: bool | None = None,
        specific_model_path: str | None = None,
        query_config: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        warnings.warn(
            "Bm25EmbeddingFunction is deprecated. Please use ChromaBm25EmbeddingFunction instead.",
            DeprecationWarning,
            stacklevel=2,
        )
        self.kwargs = checked_options(kwargs)
        self.task = checked_task(task)
        self.query_config = query_config
        self._query_task = query_task(query_config, self.task)
        values = (cache_dir, k, b, avg_len, language, token_max_length, disable_stemmer, specific_model_path)
        self._options: dict[str, Any] = dict(zip(_BM25_OPTIONS, values, strict=True))
        module = import_package("fastembed.sparse.bm25", "fastembed", "fastembed")
        given = {name: value for name, value in self._options.items() if value is not None}
        self._model = module.Bm25(model_name=_BM25_MODEL, **given, **self.kwargs)

    def __call__(self, input: Documents) -> SparseVectors:
        return _embedded(self._model, input, self.task)

    def embed_query(self, input: Documents) -> SparseVectors:
        return _embedded(self._model, input, self._query_task)

    @staticmethod
    def name() -> str:
        return "bm25"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Bm25EmbeddingFunction:
        return Bm25EmbeddingFunction(**config_members("bm25", config, (), ("task", "query_config", *_BM25_OPTIONS)))

    def get_config(self) -> dict[str, Any]:
        return {
            "task": self.task,
            "query_config": self.query_config,
            **self._options,
            "kwargs": stored_options(self.kwargs),
        }

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when ``config`` does not describe a function of this class."""
        validate_config_schema(config, "bm25")


def _embedded(model: Any, texts: Documents, task: Task) -> SparseVectors:
    embed = model.query_embed if task == "query" else model.embed
    vectors: SparseVectors = []
    for vector in embed(list(texts)):
        pairs = sorted(zip(vector.indices.tolist(), vector.values.tolist(), strict=True))
        vectors.append(SparseVector([index for index, _ in pairs], [float(value) for _, value in pairs]))
    return vectors
