"""Embedding functions that need no model."""

from __future__ import annotations

from typing import Any

import numpy as np

from chromadb.api.types import EmbeddingFunction


class Letters(EmbeddingFunction[Any]):
    """A text is how many letters "a", "b" and "c" it has, times ``scale``."""

    def __init__(self, scale: int = 1) -> None:
        self.scale = scale

    def __call__(self, input: Any) -> Any:
        return [np.array([text.count(letter) for letter in "abc"], dtype=np.float32) * self.scale for text in input]

    @staticmethod
    def name() -> str:
        return "conformance-letters"

    def get_config(self) -> dict[str, Any]:
        return {"scale": self.scale}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> EmbeddingFunction[Any]:
        return Letters(config["scale"])


class AskedLetters(Letters):
    """The same, but a query counts ten of each letter, so that one can tell the two apart."""

    def embed_query(self, input: Any) -> Any:
        return [vector * 10 for vector in self(input)]

    @staticmethod
    def name() -> str:
        return "conformance-asked-letters"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> EmbeddingFunction[Any]:
        return AskedLetters(config["scale"])


class Answering(EmbeddingFunction[Any]):
    """Answers every call with what it was made with."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer

    def __call__(self, input: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    @staticmethod
    def name() -> str:
        return "conformance-answering"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> EmbeddingFunction[Any]:
        return Answering()


class Legacy(EmbeddingFunction[Any]):
    """A function from before functions could describe themselves."""

    def __init__(self) -> None:
        pass

    def __call__(self, input: Any) -> Any:
        return [[float(len(text)), 0.0, 0.0] for text in input]
