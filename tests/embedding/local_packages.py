"""Stand-ins for packages that run models, in their documented shape: what they are called with is written down.

A vector tells which text it is of by the text's length; no model is involved.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest

Calls = list[tuple[str, tuple[Any, ...], dict[str, Any]]]


class Tensor:
    """As much of a torch tensor as encoders answer with."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values, dtype=np.float32)

    def to(self, device: str) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def to_dense(self) -> Tensor:
        return self

    def numpy(self) -> Any:
        return self.values


@dataclass
class SparseEmbedding:
    indices: Any
    values: Any


class _Recorded:
    calls: ClassVar[Calls] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.calls.append((type(self).__name__, args, kwargs))


class SentenceTransformer(_Recorded):
    def encode(self, texts: Any, **options: Any) -> Any:
        self.calls.append(("encode", (texts,), options))
        joined = ["".join(text) for text in texts]
        return np.array([[len(text), 1.0] for text in joined], dtype=np.float32)


class INSTRUCTOR(SentenceTransformer): ...


class SentenceModel(SentenceTransformer): ...


class SparseEncoder(_Recorded):
    def encode_document(self, texts: list[str]) -> list[Tensor]:
        return [Tensor([0, 1.5, 0, len(text)]) for text in texts]

    def encode_query(self, texts: list[str]) -> list[Tensor]:
        return [Tensor([len(text), 0, 0, 0]) for text in texts]


class SparseTextEmbedding(_Recorded):
    def embed(self, texts: list[str]) -> Iterator[SparseEmbedding]:
        return (SparseEmbedding(np.array([7, 2]), np.array([0.5, len(text)])) for text in texts)

    def query_embed(self, texts: list[str]) -> Iterator[SparseEmbedding]:
        return (SparseEmbedding(np.array([2]), np.array([1.0])) for _ in texts)


class Bm25(SparseTextEmbedding): ...


class Clip(_Recorded):
    def eval(self) -> Clip:
        return self

    def to(self, device: str) -> Clip:
        self.calls.append(("to", (device,), {}))
        return self

    def encode_text(self, tokens: Tensor) -> Tensor:
        return Tensor([[length, 0.0] for length in tokens.values])

    def encode_image(self, pixels: Tensor) -> Tensor:
        self.calls.append(("encode_image", pixels.values.shape, {}))
        return Tensor([[0.0, 1.0 + picture.mean()] for picture in pixels.values])


class LangChainEmbeddings: ...


class _NoGrad:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def install(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Put every stand-in where `import` finds it, until the test ends; returns what they will be called with."""
    calls: ClassVar[Calls] = []
    monkeypatch.setattr(_Recorded, "calls", calls)

    def create_model_and_transforms(**options: Any) -> Any:
        return Clip(**options), None, lambda picture: Tensor(np.asarray(picture))

    members: dict[str, dict[str, Any]] = {
        "sentence_transformers": {"SentenceTransformer": SentenceTransformer, "SparseEncoder": SparseEncoder},
        "InstructorEmbedding": {"INSTRUCTOR": INSTRUCTOR},
        "text2vec": {"SentenceModel": SentenceModel},
        "fastembed": {"SparseTextEmbedding": SparseTextEmbedding},
        "fastembed.sparse": {},
        "fastembed.sparse.bm25": {"Bm25": Bm25},
        "open_clip": {
            "create_model_and_transforms": create_model_and_transforms,
            "get_tokenizer": lambda **_: lambda texts: Tensor([len(text) for text in texts]),
        },
        "torch": {
            "no_grad": _NoGrad,
            "stack": lambda tensors: Tensor(np.stack([tensor.values for tensor in tensors])),
        },
        "langchain_core": {},
        "langchain_core.embeddings": {"Embeddings": LangChainEmbeddings},
    }
    for name, contents in members.items():
        module = ModuleType(name)
        vars(module).update(contents)
        monkeypatch.setitem(sys.modules, name, module)
    return calls


def uninstall(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Make `import name` fail as if it were not installed, until the test ends."""
    real = importlib.import_module

    def import_module(module: str, package: str | None = None) -> Any:
        if module.partition(".")[0] == name:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(module, package)

    monkeypatch.setattr("chromadb.embedding.sdk.import_module", import_module)
