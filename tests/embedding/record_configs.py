"""Writes `official_configs.json`: the configurations that embedding functions of the official package describe.

    python -m venv official && official/bin/pip install chromadb==1.5.9
    official/bin/python tests/embedding/record_configs.py > tests/embedding/official_configs.json

Packages of vendors are stood in for by mocks, for no function is called: only made, and asked to describe itself.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any
from unittest.mock import MagicMock

_MOCKED = (
    "openai", "cohere", "google", "ollama", "InstructorEmbedding", "mistralai", "voyageai", "text2vec",
    "sentence_transformers", "torch", "PIL", "fastembed", "vertexai", "nomic", "inference_sdk", "perplexity",
)  # fmt: skip
ARGUMENTS: dict[str, dict[str, Any]] = {
    "baseten": {"api_key": "a key", "api_base": "https://model.api.baseten.co/sync/v1"},
    "bm25": {},
    "chroma-cloud-qwen": {"model": "Qwen/Qwen3-Embedding-0.6B", "task": "nl_to_code"},
    "chroma-cloud-splade": {"include_tokens": True},
    "chroma_bm25": {"k": 1.5},
    "cloudflare_workers_ai": {"model_name": "@cf/m", "account_id": "a"},
    "cohere": {"model_name": "embed-multilingual-v3.0"},
    "default": {},
    "fastembed_sparse": {"model_name": "m", "task": "query"},
    "google_gemini": {},
    "google_generative_ai": {"task_type": "RETRIEVAL_QUERY"},
    "google_palm": {},
    "google_vertex": {"project_id": "p"},
    "huggingface": {"model_name": "m"},
    "huggingface_server": {"url": "http://localhost:8001/embed"},
    "huggingface_sparse": {"model_name": "m", "device": "cpu"},
    "instructor": {"instruction": "Represent this: "},
    "jina": {"task": "retrieval.passage", "dimensions": 64},
    "mistral": {"model": "mistral-embed"},
    "morph": {},
    "nomic": {"model": "m", "task_type": "search_document", "query_config": {"task_type": "search_query"}},
    "ollama": {"model_name": "nomic-embed-text", "timeout": 30},
    "onnx_mini_lm_l6_v2": {},
    "openai": {"model_name": "text-embedding-3-small", "dimensions": 64},
    "perplexity": {},
    "roboflow": {},
    "sentence_transformer": {"model_name": "m", "normalize_embeddings": True},
    "text2vec": {"model_name": "m"},
    "together_ai": {"model_name": "m"},
    "voyageai": {"model_name": "voyage-3"},
}


class _Mocks(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] in _MOCKED else None

    def create_module(self, spec: ModuleSpec) -> Any:
        module = MagicMock(name=spec.name)
        module.__path__, module.__spec__ = [], spec
        return module

    def exec_module(self, module: Any) -> None: ...


def main() -> None:
    warnings.simplefilter("ignore")
    # After those that find what is installed.
    sys.meta_path.append(_Mocks())
    from chromadb.utils import embedding_functions

    known = {
        **embedding_functions.known_embedding_functions,
        **embedding_functions.sparse_known_embedding_functions,
    }
    recorded = {}
    for name, arguments in ARGUMENTS.items():
        given = dict(arguments)
        if name == "chroma-cloud-qwen":
            given["model"] = embedding_functions.chroma_cloud_qwen_embedding_function.ChromaCloudQwenEmbeddingModel(
                given["model"]
            )
        # One variable that is asked for after another.
        for _ in range(5):
            try:
                function = known[name](**given)
                break
            except ValueError as error:
                variable = next(
                    (word.strip(".") for word in str(error).split() if word.strip(".").endswith("_KEY")), None
                )
                if variable is None:
                    raise
                os.environ[variable] = "a key"
        described = {"config": function.get_config()}
        if hasattr(function, "default_space"):
            described |= {"default_space": function.default_space(), "spaces": function.supported_spaces()}
        recorded[name] = described
    json.dump(recorded, sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
