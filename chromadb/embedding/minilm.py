"""Texts to vectors: all-MiniLM-L6-v2 on ONNX Runtime.

Owns the loaded model: one for each choice of execution providers, shared by all threads of the process, loaded under
a lock. A model has no threads of its own. A call with enough text for several batches spreads them over threads
that end with it, so a fork never inherits half a thread pool; a forked process loads its own copy when it embeds.

Texts are sorted by length and padded to the longest of their batch. A batch holds few tokens, so that what is
computed stays in the processor's caches; the same text gets the same vector (within 1e-5) in whatever company.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chromadb.embedding.minilm_tokens import load_tokenizer, token_ids
from chromadb.embedding.progress import show_progress
from chromadb.freed_memory import return_freed_memory
from chromadb.model.embeddings import Matrix
from chromadb.processors import usable_processors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DIMENSION = 384

_FOLDER = Path(__file__).parent / "all_minilm_l6_v2"
# Texts that are tokenised, sorted and embedded at a time: enough of each length, a few seconds of work.
_CHUNK_TEXTS = 1_024
# Measured on one core: 256 to 512 tokens embed fastest; 64 cost a tenth more, 2,048 a quarter, 4,096 a half.
_BATCH_TOKENS = 512
_BATCH_TOKENS_MIN = 128
_PROGRESS_TEXTS = 4_096


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model; safe to use from any number of threads."""

    tokenizer: Tokenizer
    run: Callable[[list[str] | None, dict[str, Any]], list[Any]]


_models: dict[tuple[str, ...], Model] = {}
# Reentrant, so that a load which itself forks a process does not wait for its own end.
_lock = threading.RLock()
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
    threads = usable_processors()
    executor = ThreadPoolExecutor(threads, thread_name_prefix="embedding")
    try:
        for start in range(0, len(documents), _CHUNK_TEXTS):
            ids = [token_ids(model.tokenizer, text) for text in documents[start : start + _CHUNK_TEXTS]]
            _embed_chunk(model, executor, threads, ids, vectors[start : start + len(ids)])
            if len(documents) >= _PROGRESS_TEXTS:
                show_progress(start + len(ids), len(documents))
    finally:
        # After an error or an interrupt only the batches that run now are waited for.
        executor.shutdown(cancel_futures=True)
    return vectors


def _embed_chunk(
    model: Model, executor: ThreadPoolExecutor, threads: int, ids: list[list[int]], vectors: Matrix
) -> None:
    """Write the vector of each text to its row of `vectors`."""

    def embed_batch(rows: list[int]) -> None:
        vectors[rows] = _run(model, [ids[row] for row in rows])

    batches = list(_batches(ids, threads))
    if len(batches) == 1:
        embed_batch(batches[0])
    else:
        for _ in executor.map(embed_batch, batches):
            pass


def _batches(ids: list[list[int]], threads: int) -> Iterator[list[int]]:
    """Yield rows of similar length, the longest first, so that no thread starts a long batch last."""
    share = sum(map(len, ids)) // threads
    budget = max(_BATCH_TOKENS_MIN, min(_BATCH_TOKENS, share))
    batch: list[int] = []
    longest = 0
    for row in sorted(range(len(ids)), key=lambda row: -len(ids[row])):
        if batch and (len(batch) + 1) * longest > budget:
            yield batch
            batch = []
        if not batch:
            longest = len(ids[row])
        batch.append(row)
    yield batch


def _run(model: Model, ids: list[list[int]]) -> Matrix:
    """Return the vectors of one batch; its first text is the longest."""
    input_ids = np.zeros((len(ids), len(ids[0])), np.int64)
    attention_mask = np.zeros_like(input_ids)
    for row, text_ids in enumerate(ids):
        input_ids[row, : len(text_ids)] = text_ids
        attention_mask[row, : len(text_ids)] = 1
    inputs = {
        "input_ids": input_ids,
        "attention_mask": attention_mask,
        "token_type_ids": np.zeros_like(input_ids),
    }
    vectors: Matrix = model.run(None, inputs)[0]
    return vectors


def _shared_model(preferred_providers: Sequence[str] | None) -> Model:
    key = tuple(preferred_providers or ())
    model = _models.get(key)
    if model is None:
        with _lock:
            model = _models.get(key)
            if model is None:
                model = _models[key] = _load_model(key)
    return model


def _load_model(preferred_providers: tuple[str, ...]) -> Model:
    if not _FOLDER.is_dir():
        raise ValueError(
            "chromadb-client holds no model: give vectors or an embedding_function, or `pip install chromadb` instead"
        )
    import onnxruntime

    available = onnxruntime.get_available_providers()
    if not set(preferred_providers) <= set(available):
        raise ValueError(f"Preferred providers must be subset of available providers: {available}")
    providers = [provider for provider in preferred_providers or available if provider != "CoreMLExecutionProvider"]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Plans of memory use pay off for one shape of input; here nearly every batch has its own.
    options.enable_mem_pattern = False
    session = onnxruntime.InferenceSession(str(_FOLDER / "model.onnx"), options, providers=providers)
    tokenizer = load_tokenizer(_FOLDER / "tokenizer.json")
    # About 50 MB: the file, and weights of half precision.
    return_freed_memory()
    return Model(tokenizer, session.run)


def _start_afresh_in_child() -> None:
    """Load again in a forked process: another thread may have been inside a model when the process was forked."""
    global _models
    # Kept, not destroyed: taking a model apart would touch the state that the other thread left behind.
    _inherited.append(_models)
    _models = {}
    _lock.release()


# A fork waits for a load to end: half an import or half a model is of no use to the child.
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_start_afresh_in_child)
