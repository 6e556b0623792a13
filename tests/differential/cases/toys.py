"""Embedding functions that need no model."""

from __future__ import annotations

from typing import Any

import numpy as np

from chromadb.api.types import EmbeddingFunction


class Toy(EmbeddingFunction):  # type: ignore[type-arg]
    """Embed a text as its length, its words and its letters "a"; a query counts one word more."""

    def __init__(self, scale: int = 1) -> None:
        self.scale = scale

    def __call__(self, input: Any) -> Any:
        return [
            np.array([len(text), len(text.split()), text.count("a")], dtype=np.float32) * self.scale for text in input
        ]

    def embed_query(self, input: Any) -> Any:
        return [vector + np.array([0, 1, 0], dtype=np.float32) for vector in self(input)]

    @staticmethod
    def name() -> str:
        return "toy"

    def get_config(self) -> dict[str, Any]:
        return {"scale": self.scale}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> EmbeddingFunction:  # type: ignore[type-arg]
        return Toy(config["scale"])


class OtherToy(Toy):
    """The same under another name, for conflicts."""

    @staticmethod
    def name() -> str:
        return "other-toy"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> EmbeddingFunction:  # type: ignore[type-arg]
        return OtherToy(config["scale"])


class CosineToy(Toy):
    """A function that asks for cosine and supports nothing else."""

    @staticmethod
    def name() -> str:
        return "cosine-toy"

    def default_space(self) -> Any:
        return "cosine"

    def supported_spaces(self) -> Any:
        return ["cosine"]

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> EmbeddingFunction:  # type: ignore[type-arg]
        return CosineToy(config["scale"])


class LegacyToy(EmbeddingFunction):  # type: ignore[type-arg]
    """A function that cannot be described, as they were written before 1.0."""

    def __init__(self) -> None:
        pass

    def __call__(self, input: Any) -> Any:
        return [[float(len(text)), 0.0, 0.0] for text in input]


class Answering(Toy):
    """A function that answers whatever it was made with."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def __call__(self, input: Any) -> Any:
        return self.answer

    @staticmethod
    def name() -> str:
        return "answering"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> EmbeddingFunction:  # type: ignore[type-arg]
        return Answering(None)


class Failing(Toy):
    """A function that raises."""

    def __call__(self, input: Any) -> Any:
        raise RuntimeError("the model is out")

    @staticmethod
    def name() -> str:
        return "failing"
