from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from chromadb.embedding.default import DefaultEmbeddingFunction, ONNXMiniLM_L6_V2

GOLDEN = json.loads(Path(__file__).with_name("all_minilm_l6_v2_golden.json").read_text(encoding="utf-8"))
TEXTS = [entry["text"] for entry in GOLDEN]

Matrix = npt.NDArray[Any]


def embed(texts: list[str]) -> Matrix:
    return np.array(DefaultEmbeddingFunction()(texts))


def test_vectors_equal_the_published_model_in_float32() -> None:
    vectors = embed(TEXTS)

    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), 384)
    assert np.abs(vectors - np.array([entry["vector"] for entry in GOLDEN])).max() <= 2e-4
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_distances_equal_those_that_are_published_elsewhere() -> None:
    """The cookbook's keyword search page and the model's own page print these, made with the original weights."""
    query, freak, pace = embed([
        "technology", "He is a technology freak and he loves AI topics", "AI technology are advancing at a fast pace",
    ])  # fmt: skip
    weather, sunny, stadium = embed([
        "The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.",
    ])  # fmt: skip

    assert ((query - pace) ** 2).sum() == pytest.approx(1.052205477809135, abs=1e-4)
    assert ((query - freak) ** 2).sum() == pytest.approx(1.3074231535113972, abs=1e-4)
    assert weather @ sunny == pytest.approx(0.6660, abs=2e-4)
    assert weather @ stadium == pytest.approx(0.1046, abs=2e-4)
    assert sunny @ stadium == pytest.approx(0.1411, abs=2e-4)


def test_a_text_gets_the_same_vector_alone_and_in_any_company() -> None:
    alone = np.concatenate([embed([text]) for text in TEXTS])
    crowd = TEXTS + [f"{'filler ' * (number % 40)}{number}" for number in range(150)] + TEXTS[::-1]
    together = embed(crowd)

    assert np.abs(together[: len(TEXTS)] - alone).max() <= 1e-5
    assert np.abs(together[-len(TEXTS) :][::-1] - alone).max() <= 1e-5


def test_order_is_kept_across_chunks() -> None:
    words = ["red", "green", "blue", "sea", "sky"]
    texts = [words[number % 5] for number in range(2_500)]
    vectors = embed(texts)

    assert np.abs(vectors - embed(words)[np.arange(2_500) % 5]).max() <= 1e-5


def test_only_the_first_256_tokens_count() -> None:
    # Start and end take two; each of these words is one token.
    whole = embed(["house " * 254])

    assert np.array_equal(embed(["house " * 254 + "entirely different end"]), whole)
    assert np.abs(embed(["house " * 253 + "tree"]) - whole).max() > 1e-4


def test_texts_that_are_no_list_of_texts() -> None:
    function = DefaultEmbeddingFunction()

    assert np.array_equal(np.array(function("technology")), embed(["technology"]))  # type: ignore[arg-type]
    assert np.array_equal(np.array(function(("a", "b"))), embed(["a", "b"]))  # type: ignore[arg-type]
    for bad in (5, None, b"bytes"):
        with pytest.raises(ValueError, match=f"Expected document to be a str, got {bad!r}"):
            function(["fine", bad])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r"valid Unicode, got '\\ud800' at character 1"):
        function(["a\ud800"])
    with pytest.raises(ValueError, match="Expected Embeddings to be non-empty"):
        function([])


def test_threads_share_the_model() -> None:
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: embed(TEXTS[:6]), range(16)))

    assert all(np.array_equal(result, results[0]) for result in results)


def _embed_in_child(queue: Any) -> None:
    queue.put(embed(["technology", "child " * 300]).tolist())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_embeds() -> None:
    expected = embed(["technology", "child " * 300])
    fork = multiprocessing.get_context("fork")
    queue = fork.SimpleQueue()
    child = fork.Process(target=_embed_in_child, args=(queue,))

    child.start()
    child.join(60)

    assert child.exitcode == 0
    assert np.array_equal(np.array(queue.get(), np.float32), expected)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_forked_while_another_thread_loads_the_model_embeds() -> None:
    code = """
import os, signal, sys, threading, time, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from chromadb.embedding.default import DefaultEmbeddingFunction
embed = DefaultEmbeddingFunction()
threading.Thread(target=embed, args=(["parent"],)).start()
while "onnxruntime" not in sys.modules:
    time.sleep(0.001)
child = os.fork()
if child == 0:
    signal.alarm(30)
    os._exit(0 if len(embed(["child"])[0]) == 384 else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_first_use_prints_nothing_and_opens_no_connection() -> None:
    code = """
import socket, sys
import chromadb.embedding.default as default
def refuse(*arguments): raise AssertionError("network")
socket.socket.connect = socket.getaddrinfo = refuse
function = default.DefaultEmbeddingFunction()
assert "onnxruntime" not in sys.modules and "tokenizers" not in sys.modules
assert len(function(["some text"])[0]) == 384
assert "torch" not in sys.modules
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_what_is_stored_about_the_functions() -> None:
    default, onnx = DefaultEmbeddingFunction(), ONNXMiniLM_L6_V2()

    assert (default.name(), default.get_config(), default.default_space()) == ("default", {}, "l2")
    assert (onnx.name(), onnx.default_space()) == ("onnx_mini_lm_l6_v2", "cosine")
    assert onnx.get_config() == {"preferred_providers": None}
    assert default.max_tokens() == onnx.max_tokens() == 256
    for function in (default, onnx):
        assert function.supported_spaces() == ["cosine", "l2", "ip"]
        assert not function.is_legacy()
        function.validate_config(function.get_config())


class TestProviders:
    def test_the_named_provider_gives_the_same_vectors(self) -> None:
        onnx = ONNXMiniLM_L6_V2(preferred_providers=["CPUExecutionProvider"])

        assert np.abs(np.array(onnx(TEXTS)) - embed(TEXTS)).max() <= 1e-5

    @pytest.mark.parametrize(
        ("providers", "message"),
        [
            ([5], "Preferred providers must be a list of strings"),
            ("CPUExecutionProvider", "Preferred providers must be a list of strings"),
            (5, "Preferred providers must be a list of strings"),
            (["CPUExecutionProvider"] * 2, "Preferred providers must be unique"),
        ],
    )
    def test_what_is_no_list_of_distinct_names_is_refused_at_once(self, providers: Any, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            ONNXMiniLM_L6_V2(preferred_providers=providers)

    def test_a_provider_that_is_not_available_is_refused_at_the_first_text(self) -> None:
        onnx = ONNXMiniLM_L6_V2(preferred_providers=["NoSuchProvider"])

        with pytest.raises(ValueError) as caught:
            onnx(["text"])
        available = onnxruntime.get_available_providers()
        assert str(caught.value) == f"Preferred providers must be subset of available providers: {available}"
