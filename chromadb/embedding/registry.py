"""Embedding functions by name: how a stored description becomes a function again.

A built-in function is one module and one line in a table below; the module is imported when its name is
first asked for. `known_embedding_functions` and `sparse_known_embedding_functions` are plain dictionaries of
name to class; the first look at one imports the built-in modules (but no vendor's library).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar, overload

from chromadb.embedding.protocol import EmbeddingFunction, SparseEmbeddingFunction

C = TypeVar("C", bound=type)

_BUILT_IN: dict[str, tuple[str, str]] = {
    "amazon_bedrock": ("chromadb.embedding.bedrock", "AmazonBedrockEmbeddingFunction"),
    "baseten": ("chromadb.embedding.remote.openai", "BasetenEmbeddingFunction"),
    "chroma-cloud-qwen": ("chromadb.embedding.remote.chroma_cloud", "ChromaCloudQwenEmbeddingFunction"),
    "chroma_langchain": ("chromadb.embedding.langchain", "ChromaLangchainEmbeddingFunction"),
    "cloudflare_workers_ai": ("chromadb.embedding.remote.cloudflare", "CloudflareWorkersAIEmbeddingFunction"),
    "cohere": ("chromadb.embedding.remote.cohere", "CohereEmbeddingFunction"),
    "default": ("chromadb.embedding.default", "DefaultEmbeddingFunction"),
    "google_gemini": ("chromadb.embedding.remote.google", "GoogleGeminiEmbeddingFunction"),
    "google_genai": ("chromadb.embedding.remote.google", "GoogleGeminiEmbeddingFunction"),
    "google_generative_ai": ("chromadb.embedding.remote.google", "GoogleGenerativeAiEmbeddingFunction"),
    "google_palm": ("chromadb.embedding.remote.google", "GooglePalmEmbeddingFunction"),
    "google_vertex": ("chromadb.embedding.remote.google", "GoogleVertexEmbeddingFunction"),
    "huggingface": ("chromadb.embedding.remote.huggingface", "HuggingFaceEmbeddingFunction"),
    "huggingface_server": ("chromadb.embedding.remote.huggingface", "HuggingFaceEmbeddingServer"),
    "instructor": ("chromadb.embedding.instructor", "InstructorEmbeddingFunction"),
    "jina": ("chromadb.embedding.remote.jina", "JinaEmbeddingFunction"),
    "mistral": ("chromadb.embedding.remote.mistral", "MistralEmbeddingFunction"),
    "morph": ("chromadb.embedding.remote.openai", "MorphEmbeddingFunction"),
    "nomic": ("chromadb.embedding.remote.nomic", "NomicEmbeddingFunction"),
    "ollama": ("chromadb.embedding.remote.ollama", "OllamaEmbeddingFunction"),
    "onnx_mini_lm_l6_v2": ("chromadb.embedding.default", "ONNXMiniLM_L6_V2"),
    "open_clip": ("chromadb.embedding.open_clip", "OpenCLIPEmbeddingFunction"),
    "openai": ("chromadb.embedding.remote.openai", "OpenAIEmbeddingFunction"),
    "perplexity": ("chromadb.embedding.remote.perplexity", "PerplexityEmbeddingFunction"),
    "roboflow": ("chromadb.embedding.remote.roboflow", "RoboflowEmbeddingFunction"),
    "sentence_transformer": ("chromadb.embedding.sentence_transformer", "SentenceTransformerEmbeddingFunction"),
    "text2vec": ("chromadb.embedding.text2vec", "Text2VecEmbeddingFunction"),
    "together_ai": ("chromadb.embedding.remote.together_ai", "TogetherAIEmbeddingFunction"),
    "voyageai": ("chromadb.embedding.remote.voyageai", "VoyageAIEmbeddingFunction"),
}
"""Name to module and class of each built-in dense function."""

_SPARSE_BUILT_IN: dict[str, tuple[str, str]] = {
    "bm25": ("chromadb.embedding.fastembed_sparse", "Bm25EmbeddingFunction"),
    "chroma-cloud-splade": ("chromadb.embedding.remote.chroma_cloud", "ChromaCloudSpladeEmbeddingFunction"),
    "chroma_bm25": ("chromadb.embedding.bm25", "ChromaBm25EmbeddingFunction"),
    "fastembed_sparse": ("chromadb.embedding.fastembed_sparse", "FastembedSparseEmbeddingFunction"),
    "huggingface_sparse": ("chromadb.embedding.huggingface_sparse", "HuggingFaceSparseEmbeddingFunction"),
}
"""Name to module and class of each built-in sparse function."""

known_embedding_functions: dict[str, type[EmbeddingFunction[Any]]]
sparse_known_embedding_functions: dict[str, type[SparseEmbeddingFunction[Any]]]

_known: dict[str, type[EmbeddingFunction[Any]]] = {}
_sparse_known: dict[str, type[SparseEmbeddingFunction[Any]]] = {}
_built_in_lock = threading.Lock()


def find_embedding_function(name: str) -> type[EmbeddingFunction[Any]] | None:
    """Return the class registered under a name, or None; imports only the module of that one."""
    found: type[EmbeddingFunction[Any]] | None = _find(name, _known, _BUILT_IN)
    return found


def find_sparse_embedding_function(name: str) -> type[SparseEmbeddingFunction[Any]] | None:
    """Return the sparse class registered under a name, or None; imports only the module of that one."""
    found: type[SparseEmbeddingFunction[Any]] | None = _find(name, _sparse_known, _SPARSE_BUILT_IN)
    return found


@overload
def register_embedding_function(ef_class: C) -> C: ...
@overload
def register_embedding_function(ef_class: None = None) -> Callable[[C], C]: ...
def register_embedding_function(ef_class: C | None = None) -> C | Callable[[C], C]:
    """Make a class known under its name, for this process; returns the class.

    Use it as `@register_embedding_function`, as `@register_embedding_function()` or as a call. A later class
    of the same name replaces an earlier one. Raises ValueError when the class has no static `name()` that
    returns a text.
    """
    return _register(ef_class, _known)


@overload
def register_sparse_embedding_function(ef_class: C) -> C: ...
@overload
def register_sparse_embedding_function(ef_class: None = None) -> Callable[[C], C]: ...
def register_sparse_embedding_function(ef_class: C | None = None) -> C | Callable[[C], C]:
    """Make a sparse class known under its name, for this process; see `register_embedding_function`."""
    return _register(ef_class, _sparse_known)


def config_to_embedding_function(config: dict[str, Any]) -> EmbeddingFunction[Any]:
    """Build a dense embedding function from `{"name": ..., "config": {...}}`.

    Raises ValueError without a name or with one that is not registered, and whatever the class raises.
    """
    if "name" not in config:
        raise ValueError("Config must contain a 'name' field.")
    name = config["name"]
    embedding_function_class = find_embedding_function(name)
    if embedding_function_class is None:
        raise ValueError(f"Unsupported embedding function: {name}")
    return embedding_function_class.build_from_config(config.get("config", {}))


def get_builtins() -> set[str]:
    """Return the class names of the built-in embedding functions, dense and sparse; imports none of them."""
    return {class_name for _, class_name in (*_BUILT_IN.values(), *_SPARSE_BUILT_IN.values())}


def _find(name: str, known: dict[str, Any], built_in: dict[str, tuple[str, str]]) -> Any:
    if name not in known and name in built_in:
        module_name, class_name = built_in[name]
        loaded = getattr(import_module(module_name), class_name)
        # A class that the user registered under a built-in name meanwhile stays.
        with _built_in_lock:
            known.setdefault(name, loaded)
    return known.get(name)


def _register(ef_class: C | None, known: dict[str, Any]) -> C | Callable[[C], C]:
    def register(registered: C) -> C:
        try:
            name = registered.name()  # type: ignore[attr-defined]
        except Exception as error:
            raise ValueError(f"Failed to register embedding function: {error}") from error
        # A class without a name has warned by now. It works where it is passed; nothing can find it again.
        if name is not NotImplemented:
            if not isinstance(name, str):
                raise ValueError(
                    f"Failed to register embedding function: expected name() to return a str, got {name!r}"
                )
            with _built_in_lock:
                known[name] = registered
        return registered

    return register if ef_class is None else register(ef_class)


def __getattr__(attribute: str) -> Any:
    if attribute == "known_embedding_functions":
        known: dict[str, Any] = _known
        built_in = _BUILT_IN
    elif attribute == "sparse_known_embedding_functions":
        known, built_in = _sparse_known, _SPARSE_BUILT_IN
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {attribute!r}")
    for name in built_in:
        _find(name, known, built_in)
    return known
