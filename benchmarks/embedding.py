"""Texts a second through the default model: ours, and the same model with every text padded to 256 tokens.

    python benchmarks/embedding.py

512 texts of 10 to 60 words, made from a fixed seed. The padded scheme is the official package's: batches of 32 in
the given order, every text padded to 256 tokens, ONNX Runtime's own threads. Runs alternate; the best of each counts.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

import chromadb.embedding.minilm as minilm

TEXTS = 512
PADDED_TOKENS = 256
PADDED_BATCH = 32

Matrix = npt.NDArray[np.float32]

WORDS = """
    the a of and to in is was for on with river city winter small large water people history between during
    several island music science government mountain bridge engine language market school village population
    century museum railway football player album species forest station northern building company university
    research family national released published designed located established produced
"""


def main() -> None:
    """Measure both, compare their vectors, print texts a second and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="times that each scheme embeds all texts")
    rounds = parser.parse_args().rounds

    texts = short_texts(TEXTS)
    folder = Path(minilm.__file__).parent / "all_minilm_l6_v2"
    started = time.perf_counter()
    minilm.embed_texts(["first"])
    print(f"load and first text: {time.perf_counter() - started:.2f} s")

    padded = padded_scheme(folder)
    seconds: dict[str, list[float]] = {"ours": [], "padded": []}
    vectors: dict[str, Matrix] = {}
    schemes: list[tuple[str, Callable[[list[str]], Matrix]]] = [("ours", minilm.embed_texts), ("padded", padded)]
    for _ in range(rounds):
        for name, scheme in schemes:
            started = time.perf_counter()
            vectors[name] = scheme(texts)
            seconds[name].append(time.perf_counter() - started)
    ours, theirs = (TEXTS / min(seconds[name]) for name in ("ours", "padded"))
    print(f"ours:                {ours:8.1f} texts/s")
    print(f"padded to 256:       {theirs:8.1f} texts/s")
    print(f"ratio:               {ours / theirs:8.1f}")
    print(f"largest difference:  {np.abs(vectors['ours'] - vectors['padded']).max():.1e}")


def short_texts(count: int) -> list[str]:
    """Return texts of 10 to 60 common words, the same each time."""
    words = WORDS.split()
    chance = random.Random(20240817)
    return [" ".join(chance.choices(words, k=chance.randint(10, 60))) for _ in range(count)]


def padded_scheme(folder: Path) -> Callable[[list[str]], Matrix]:
    """Return a function that embeds texts padded to 256 tokens, in batches of 32."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(PADDED_TOKENS)
    tokenizer.enable_padding(length=PADDED_TOKENS)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])

    def embed(texts: list[str]) -> Matrix:
        batches: list[Any] = []
        for start in range(0, len(texts), PADDED_BATCH):
            encodings = tokenizer.encode_batch(texts[start : start + PADDED_BATCH])
            ids = np.array([encoding.ids for encoding in encodings], np.int64)
            mask = np.array([encoding.attention_mask for encoding in encodings], np.int64)
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            batches.append(session.run(None, inputs)[0])
        return np.concatenate(batches)

    return embed


if __name__ == "__main__":
    main()
