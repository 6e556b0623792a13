"""OpenCLIP: texts and images in one space, so that either finds the other; run on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np

from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.embedding.sdk import config_members, import_package
from chromadb.embedding.types import Documents, Image, Images, Space
from chromadb.model.embeddings import Embeddings

_BATCH = 32


class OpenCLIPEmbeddingFunction(EmbeddingFunction[Documents | Images]):
    """Texts and images, also mixed, to float32 vectors of unit length by a model of the open_clip package.

    model_name, checkpoint: a pair that `open_clip.list_pretrained()` names. device: cpu, cuda; None leaves the model
    where it was loaded. Images are arrays of whole numbers from 0 to 255, of shape (height, width) or (height, width,
    channels). Raises ValueError without the packages, and TypeError for an item that is neither text nor array.
    """

    def __init__(
        self, model_name: str = "ViT-B-32", checkpoint: str = "laion2b_s34b_b79k", device: str | None = "cpu"
    ) -> None:
        self.model_name = model_name
        self.checkpoint = checkpoint
        self.device = device
        package = import_package("open_clip", "open-clip-torch")
        self._torch = import_package("torch", "torch")
        self._pillow = import_package("PIL.Image", "pillow", "PIL")
        model, _, self._preprocess = package.create_model_and_transforms(model_name=model_name, pretrained=checkpoint)
        model.eval()
        self._model = model if device is None else model.to(device)
        self._tokenizer = package.get_tokenizer(model_name=model_name)

    def __call__(self, input: Documents | Images) -> Embeddings:
        items: list[str | Image] = list(input)
        for item in items:
            if not isinstance(item, (str, np.ndarray)):
                raise TypeError(f"Expected each input to be a str or an image as numpy array, got {item!r}")
        vectors: Embeddings = []
        with self._torch.no_grad():
            for texts, run in groupby(items, key=lambda item: isinstance(item, str)):
                same = list(run)
                for start in range(0, len(same), _BATCH):
                    batch = same[start : start + _BATCH]
                    vectors.extend(self._texts(batch) if texts else self._images(batch))
        return vectors

    def _texts(self, texts: Sequence[Any]) -> Embeddings:
        return self._unit(self._model.encode_text(self._placed(self._tokenizer(texts))))

    def _images(self, images: Sequence[Any]) -> Embeddings:
        pixels = [self._preprocess(self._pillow.fromarray(_bytes_of(image))) for image in images]
        return self._unit(self._model.encode_image(self._placed(self._torch.stack(pixels))))

    def _placed(self, tensor: Any) -> Any:
        return tensor if self.device is None else tensor.to(self.device)

    def _unit(self, features: Any) -> Embeddings:
        matrix = np.asarray(features.cpu().numpy(), dtype=np.float32)
        return list(matrix / np.linalg.norm(matrix, axis=-1, keepdims=True))

    @staticmethod
    def name() -> str:
        return "open_clip"

    def default_space(self) -> Space:
        return "cosine"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> OpenCLIPEmbeddingFunction:
        return OpenCLIPEmbeddingFunction(
            **config_members("open_clip", config, ("model_name", "checkpoint"), ("device",))
        )

    def get_config(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "checkpoint": self.checkpoint, "device": self.device}

    def validate_config_update(self, old_config: dict[str, Any], new_config: dict[str, Any]) -> None:
        """Raise ValueError when the model or its checkpoint would change: stored vectors are of another space then."""
        for member in ("model_name", "checkpoint"):
            if member in new_config and new_config[member] != old_config.get(member):
                raise ValueError(
                    "The model name cannot be changed after the embedding function has been initialized: "
                    f"{member} is {old_config.get(member)!r}, got {new_config[member]!r}"
                )

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when ``config`` does not describe a function of this class."""
        validate_config_schema(config, "open_clip")


def _bytes_of(image: Image) -> Image:
    if image.dtype == np.uint8:
        return image
    if image.dtype.kind not in "iu" or image.size == 0 or image.min() < 0 or image.max() > 255:
        raise ValueError(
            f"Expected the pixels of an image to be whole numbers from 0 to 255, got an array of {image.dtype}"
        )
    return image.astype(np.uint8)
