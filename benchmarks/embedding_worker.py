"""Time one way of embedding texts, in an environment that has it; ``benchmarks.embedding`` starts it.

    python benchmarks/embedding_worker.py {ours,official,sentence-transformers,export} MODEL TEXTS.json OUT

MODEL: a folder as Sentence Transformers publishes it, with ``onnx/`` as the official package unpacks it; ``export``
makes the latter of the former. Imports nothing of this package but in "ours".
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

_SHORT_RUNS = 7
"""How often what takes less than _SHORT_SECONDS is done; the median counts."""
_SHORT_SECONDS = 2.0


def main() -> None:
    contender, model, texts, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
    if contender == "export":
        export(model)
        return
    embed = {"ours": ours, "official": official, "sentence-transformers": sentence_transformers}[contender](model)
    cases: dict[str, list[str]] = json.loads(texts.read_text())
    embed(["first"])
    seconds, vectors = {}, {}
    for name, case in cases.items():
        seconds[name], vectors[name] = timed(embed, case)
    np.savez(out.with_suffix(".npz"), **vectors)
    out.write_text(json.dumps(seconds))


def timed(embed: Callable[[list[str]], Any], texts: list[str]) -> tuple[float, Any]:
    """Return the median of the seconds that embedding took, and the vectors."""
    times: list[float] = []
    while not times or (len(times) < _SHORT_RUNS and times[0] < _SHORT_SECONDS):
        began = time.perf_counter()
        found = embed(texts)
        times.append(time.perf_counter() - began)
    return statistics.median(times), np.asarray(found, dtype=np.float32)


def ours(model: Path) -> Callable[[list[str]], Any]:
    from chromadb.utils.embedding_functions import DefaultEmbeddingFunction

    return DefaultEmbeddingFunction()


def official(model: Path) -> Callable[[list[str]], Any]:
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    # Where it would put what it downloads; it takes what lies there already.
    ONNXMiniLM_L6_V2.DOWNLOAD_PATH = model
    return ONNXMiniLM_L6_V2(preferred_providers=["CPUExecutionProvider"])


def sentence_transformers(model: Path) -> Callable[[list[str]], Any]:
    from sentence_transformers import SentenceTransformer

    loaded = SentenceTransformer(str(model), device="cpu")
    return lambda texts: loaded.encode(texts, convert_to_numpy=True)


def export(model: Path) -> None:
    """Write ``onnx/model.onnx`` with the hidden states of the last layer, and the tokenizer beside it."""
    import shutil

    import torch
    from transformers import AutoModel

    folder = model / "onnx"
    folder.mkdir(exist_ok=True)
    for name in ("config.json", "special_tokens_map.json", "tokenizer_config.json", "tokenizer.json", "vocab.txt"):
        shutil.copy(model / name, folder)
    loaded = AutoModel.from_pretrained(model, attn_implementation="eager").eval()

    class HiddenStates(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = loaded

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:
            return self.model(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state

    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(
        HiddenStates(),
        tuple(torch.ones((2, 8), dtype=torch.int64) for _ in names),
        folder / "model.onnx",
        input_names=names,
        output_names=["last_hidden_state"],
        dynamic_axes={name: {0: "batch", 1: "sequence"} for name in (*names, "last_hidden_state")},
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
