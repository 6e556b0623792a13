"""Vectors as text and as lists: how they travel in JSON.

The text of a vector is the base64 (RFC 4648, with padding) of its values as consecutive little-endian binary32.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chromadb.model.embeddings import Embeddings, PyEmbedding, PyEmbeddings


def pack_embedding_safely(embedding: Sequence[float] | npt.NDArray[Any]) -> str:
    """Return a vector as text; values are rounded to binary32."""
    return base64.b64encode(np.asarray(embedding, dtype="<f4").tobytes()).decode("ascii")


def optional_embeddings_to_base64_strings(
    embeddings: Sequence[Sequence[float] | npt.NDArray[Any] | None] | None,
) -> list[str | None] | None:
    """Return vectors as texts; None stays None, as a whole and one by one."""
    if embeddings is None:
        return None
    return [None if embedding is None else pack_embedding_safely(embedding) for embedding in embeddings]


def optional_base64_strings_to_embeddings(texts: Sequence[str | None] | None) -> list[PyEmbedding | None] | None:
    """Return the vectors of texts as lists of floats; None stays None. Raises ValueError for what is no such text."""
    if texts is None:
        return None
    return [None if text is None else _unpacked(text) for text in texts]


def _unpacked(text: str) -> PyEmbedding:
    values: PyEmbedding = np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4").tolist()
    return values


def convert_np_embeddings_to_list(embeddings: Embeddings) -> PyEmbeddings:
    """Return arrays as lists of Python numbers."""
    return [embedding.tolist() for embedding in embeddings]


def convert_list_embeddings_to_np(embeddings: PyEmbeddings) -> list[npt.NDArray[Any]]:
    """Return lists of numbers as arrays."""
    return [np.array(embedding) for embedding in embeddings]
