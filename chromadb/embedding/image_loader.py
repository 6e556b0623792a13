"""Images behind URIs, which are paths or file: URIs, as arrays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np

from chromadb.embedding.sdk import import_package
from chromadb.embedding.types import URI, Image


class ImageLoader:
    """Loads images for a collection: `create_collection(..., data_loader=ImageLoader())`.

    max_workers: how many images are read at a time; as many as there are processors by default.
    Raises ValueError without pillow, and for max_workers below 1.
    """

    def __init__(self, max_workers: int = os.cpu_count() or 1) -> None:
        self._pillow = import_package("PIL.Image", "pillow", "PIL")
        if max_workers < 1:
            raise ValueError(f"Expected max_workers to be at least 1, got {max_workers}")
        self._max_workers = max_workers

    def __call__(self, uris: Sequence[URI | None]) -> list[Image | None]:
        """Return the image behind each path or file: URI, in the same order, None for None.

        Arrays are as the file says: uint8 of shape (height, width) or (height, width, channels).
        Raises OSError for a file that cannot be read, naming it, and ValueError for another kind of URI.
        """
        with ThreadPoolExecutor(max_workers=self._max_workers) as workers:
            return list(workers.map(self._load, uris))

    def _load(self, uri: URI | None) -> Image | None:
        if uri is None:
            return None
        with self._pillow.open(_path_of(uri)) as picture:
            return np.array(picture)


class ChromaLangchainPassthroughDataLoader:
    """Hands URIs on to LangChain's embeddings, which load images themselves."""

    def __call__(self, uri: Sequence[URI | None]) -> tuple[str, Sequence[Any]]:
        """Return the pair ("images", uris), which `ChromaLangchainEmbeddingFunction` understands."""
        return ("images", uri)


def _path_of(uri: URI) -> Path:
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(url2pathname(parts.path))
    if parts.scheme and "://" in uri:
        raise ValueError(f"Expected each uri to be a path or a file: URI, got {uri!r}")
    return Path(uri)
