"""Texts to vectors: all-MiniLM-L6-v2 on ONNX Runtime.

Owns the loaded model: one for each choice of execution providers, shared by all threads of the process, loaded under
a lock. A model has no threads of its own. A call with enough text for several batches spreads them over threads
that end with it, so a fork never inherits half a thread pool; a forked process loads its own copy when it embeds.

Texts are sorted by length and padded to the longest of their batch. A batch holds few tokens, so that what is
computed stays in the processor's caches; the same text gets the same vector (within 1e-5) in whatever company.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chromadb.embedding.minilm_tokens import load_tokenizer, token_ids
from chromadb.model.embeddings import Matrix

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DIMENSION = 384

_FOLDER = Path(__file__).parent / "all_minilm_l6_v2"
# Texts that are tokenised, sorted and embedded at a time: enough of each length, a few seconds of work.
_CHUNK_TEXTS = 1_024
# Measured on one core: 256 to 512 tokens embed fastest; 128 cost a few per cent, 4,096 a third.
_BATCH_TOKENS = 512
_BATCH_TOKENS_MIN = 128
_PROGRESS_TEXTS = 4_096


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model; safe to use from any number of threads."""

    tokenizer: Tokenizer
    run: Callable[[list[str] | None, dict[str, Any]], list[Any]]


_models: dict[tuple[str, ...], Model] = {}
_lock = threading.Lock()
_inherited: list[dict[tuple[str, ...], Model]] = []


def embed_texts(texts: Iterable[str], preferred_providers: Sequence[str] | None = None) -> Matrix:
    """Return float32 (texts, 384), unit vectors in the order of the texts; one text by itself gives one row.

    Tokens after the 256th of a text are ignored. preferred_providers: execution providers in order of preference.
    Raises ValueError for a provider that is not available, and for an item that is not valid text, before anything
    after its chunk is embedded. Shows progress on a terminal when there are thousands of texts.
    """
    documents = [texts] if isinstance(texts, str) else list(texts)
    vectors = np.empty((len(documents), DIMENSION), np.float32)
    if not documents:
        return vectors
    model = _shared_model(preferred_providers)
    with _Workers(_usable_processors()) as workers:
        for start in range(0, len(documents), _CHUNK_TEXTS):
            end = min(start + _CHUNK_TEXTS, len(documents))
            _embed_chunk(model, workers, documents[start:end], vectors[start:end])
            _show_progress(end, len(documents))
    return vectors
