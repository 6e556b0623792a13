"""BM25 as a sparse embedding function: each distinct term of a text becomes a dimension, weighted by its frequency.

The frequency of terms among documents is not part of the vectors: an index with ``bm25=True`` multiplies each query by
it. Runs anywhere, without a model and without a download.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chromadb.embedding.bm25_terms import STOP_WORDS, term, tokens
from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.protocol import SparseEmbeddingFunction
from chromadb.embedding.types import Documents
from chromadb.model.sparse import SparseVector, SparseVectors


class ChromaBm25EmbeddingFunction(SparseEmbeddingFunction[Documents]):
    """English texts to sparse vectors whose products with those of queries rank as BM25 does.

    k: how soon repetition of a term stops to count. b: how much the length of a text counts, 0 to 1.
    avg_doc_length: the length in words that counts as usual. token_max_length: longer words are left out.
    stopwords: words to leave out, None for 179 frequent English ones. include_tokens: whether each dimension is
    labelled with the stem behind it.
    Raises ValueError when ``avg_doc_length`` is not above zero or a number is none.
    """

    def __init__(
        self,
        k: float = 1.2,
        b: float = 0.75,
        avg_doc_length: float = 256.0,
        token_max_length: int = 40,
        stopwords: Iterable[str] | None = None,
        include_tokens: bool = False,
    ) -> None:
        self.k = float(k)
        self.b = float(b)
        self.avg_doc_length = float(avg_doc_length)
        if not self.avg_doc_length > 0:
            raise ValueError(f"Expected avg_doc_length to be a number above 0, got {avg_doc_length}")
        self.token_max_length = int(token_max_length)
        self.stopwords = None if stopwords is None else list(stopwords)
        self.include_tokens = bool(include_tokens)
        self._stop_words = STOP_WORDS if self.stopwords is None else frozenset(map(str.lower, self.stopwords))

    def __call__(self, input: Documents | str) -> SparseVectors:
        """Return the vector of each text, an empty one for a text without terms.

        Raises ValueError for no texts at all, TypeError for an item that is no text.
        """
        texts: Any = [input] if isinstance(input, str) else input or []
        return [self._vector(text) for text in texts]

    def _vector(self, text: Any) -> SparseVector:
        if not isinstance(text, str):
            raise TypeError(f"Expected each document to be a str, got {type(text).__name__}")
        words = tokens(text, self._stop_words, self.token_max_length)
        frequencies: dict[int, int] = {}
        labels: dict[int, str] = {}
        for word in words:
            number, stem = term(word)
            frequencies[number] = frequencies.get(number, 0) + 1
            labels.setdefault(number, stem)
        damping = self.k * (1 - self.b + self.b * len(words) / self.avg_doc_length)
        indices = sorted(frequencies)
        values = [
            frequency * (self.k + 1) / (frequency + damping) for frequency in map(frequencies.__getitem__, indices)
        ]
        labelled = self.include_tokens and bool(words)
        return SparseVector(indices, values, [labels[index] for index in indices] if labelled else None)

    @staticmethod
    def name() -> str:
        return "chroma_bm25"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> ChromaBm25EmbeddingFunction:
        members = ("k", "b", "avg_doc_length", "token_max_length", "stopwords", "include_tokens")
        return ChromaBm25EmbeddingFunction(**{name: config[name] for name in members if name in config})

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            "k": self.k,
            "b": self.b,
            "avg_doc_length": self.avg_doc_length,
            "token_max_length": self.token_max_length,
            "include_tokens": self.include_tokens,
        }
        return config if self.stopwords is None else {**config, "stopwords": self.stopwords}

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when ``config`` does not describe a function of this class."""
        validate_config_schema(config, "chroma_bm25")
