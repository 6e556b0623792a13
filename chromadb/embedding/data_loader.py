"""Data loaders: what fetches the data behind URIs."""

from __future__ import annotations

from typing import Protocol

from chromadb.embedding.types import L, URIs


class DataLoader(Protocol[L]):
    """Anything that can be called with a list of URIs and returns what they point at, in the same order."""

    def __call__(self, uris: URIs) -> L:
        """Return one item for each URI."""
        ...
