"""Sparse vectors made from texts, as a collection's schema says: on writing from the source key, for queries by key.

Embedding functions belong to clients: the database stores what they return.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from chromadb.client.embedding_description import KNOWN, rebuild
from chromadb.embedding.protocol import SparseEmbeddingFunction
from chromadb.model.metadata import Metadata
from chromadb.model.schema_values import DOCUMENT_KEY
from chromadb.model.sparse import SparseVector, SparseVectors, validate_sparse_vectors


class _SparseIndex(Struct, frozen=True):
    """An enabled sparse vector index: the key of its vectors, where their texts come from, how they are embedded.

    source_key: a metadata key, "#document", or None where vectors are always given. description: of the embedding
    function, None where there is none.
    """

    key: str
    source_key: str | None
    description: Mapping[str, Any] | None


class SparseEmbedding:
    """The sparse embedding functions of one collection, built when they are first needed.

    serialized_schema: the collection's schema as the database shows it, None for one without.
    """

    def __init__(self, serialized_schema: Mapping[str, Any] | None) -> None:
        self._indexes = {index.key: index for index in _indexes(serialized_schema or {})}
        self._functions: dict[str, SparseEmbeddingFunction[Any]] = {}

    def function(self, key: str) -> SparseEmbeddingFunction[Any] | None:
        """Return the function of a key's index, None when it has none.

        Raises ValueError when the function's name is not registered in this process or it cannot be built.
        """
        index = self._indexes.get(key)
        if index is None or index.description is None:
            return None
        if key not in self._functions:
            self._functions[key] = rebuild(index.description, sparse=True)
        return self._functions[key]

    def filled(
        self,
        metadatas: Sequence[Metadata | None] | None,
        documents: Sequence[str | None] | None,
        *,
        merges: bool = False,
    ) -> Sequence[Metadata | None] | None:
        """Return the metadata of some records with the vectors added that their source texts give.

        A vector that is given (None, too: it deletes) stays; a record without a text under the source key gets none.
        merges: whether the metadata goes into that of existing records; then the vector goes away with its text.
        Raises as ``function``, and whatever it raises.
        """
        count = len(metadatas or documents or ())
        result: list[dict[str, Any]] | None = None
        for index in self._indexes.values():
            if index.source_key is None or index.description is None:
                continue
            texts = _missing(index, metadatas or [None] * count, documents)
            made: dict[int, SparseVector | None] = {}
            if merges:
                made.update(dict.fromkeys(_outdated(index.key, index.source_key, metadatas or ())))
            if texts:
                function = self.function(index.key)
                assert function is not None
                made.update(zip(texts, _embedded(function, list(texts.values())), strict=True))
            if not made:
                continue
            if result is None:
                result = [dict(metadata or {}) for metadata in metadatas or [None] * count]
            for position, vector in made.items():
                result[position][index.key] = vector
        return metadatas if result is None else [metadata or None for metadata in result]


def _indexes(schema: Mapping[str, Any]) -> list[_SparseIndex]:
    found = []
    for key, types in (schema.get("keys") or {}).items():
        index = (types.get("sparse_vector") or {}).get("sparse_vector_index") or {}
        if index.get("enabled"):
            config = index.get("config") or {}
            description = config.get("embedding_function")
            known = description is not None and description.get("type") == KNOWN
            found.append(_SparseIndex(key, config.get("source_key"), description if known else None))
    return found


def _missing(
    index: _SparseIndex, metadatas: Sequence[Metadata | None], documents: Sequence[str | None] | None
) -> dict[int, str]:
    """Return position to text of the records that lack the vector and have a text for it."""
    texts: Sequence[Any] = documents or ()
    if index.source_key is not None and index.source_key != DOCUMENT_KEY:
        texts = [(metadata or {}).get(index.source_key) for metadata in metadatas]
    return {
        position: text
        for position, (text, metadata) in enumerate(zip(texts, metadatas, strict=False))
        if isinstance(text, str) and index.key not in (metadata or {})
    }


def _outdated(key: str, source: str, metadatas: Sequence[Metadata | None]) -> list[int]:
    """Return the positions of the records whose source becomes something else than a text, without a vector given."""
    return [
        position
        for position, metadata in enumerate(metadatas)
        if metadata is not None and source in metadata and not isinstance(metadata[source], str) and key not in metadata
    ]


def _embedded(function: Callable[[list[str]], Any], texts: list[str]) -> SparseVectors:
    vectors = validate_sparse_vectors(function(texts))
    if len(vectors) != len(texts):
        raise ValueError(
            f"Expected the sparse embedding function to return one vector for each of the {len(texts)} texts, "
            f"got {len(vectors)}"
        )
    return vectors
