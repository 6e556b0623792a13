"""BM25 vectors: those of Chroma 1.5.9 (``record_bm25.py``), and what is refused."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from chromadb import SparseVector
from chromadb.embedding.bm25_terms import term
from chromadb.embedding.murmur3 import murmur3_32
from chromadb.embedding.registry import sparse_known_embedding_functions
from chromadb.utils.embedding_functions import ChromaBm25EmbeddingFunction

GOLDEN = json.loads(Path(__file__).with_name("bm25_golden.json").read_text(encoding="utf-8"))


def named(case: Any) -> str:
    return f"{case['options']} {case.get('text', 'config')[:30]!a}"


@pytest.mark.parametrize("case", [case for case in GOLDEN if "text" in case], ids=named)
def test_vectors_are_those_of_the_original(case: Any) -> None:
    indices, values, labels = case["vector"]
    assert ChromaBm25EmbeddingFunction(**case["options"])([case["text"]]) == [SparseVector(indices, values, labels)]


@pytest.mark.parametrize("case", [case for case in GOLDEN if "config" in case], ids=named)
def test_configurations_are_those_of_the_original_and_build_the_same_function(case: Any) -> None:
    function = ChromaBm25EmbeddingFunction(**case["options"])
    config = function.get_config()
    texts = ["The fox jumped over foxes", "zebra"]

    assert config == case["config"]
    ChromaBm25EmbeddingFunction.validate_config(config)
    assert sparse_known_embedding_functions["chroma_bm25"].build_from_config(config)(texts) == function(texts)


def test_published_values() -> None:
    (vector,) = ChromaBm25EmbeddingFunction()(["The quick brown foxes are jumping!"])
    assert vector == SparseVector([741580288, 771291085, 1621867415, 1913189942], [1.6741973840665876] * 4)


def test_queries_are_embedded_like_documents_and_a_lone_text_is_one_document() -> None:
    function = ChromaBm25EmbeddingFunction()
    assert function.embed_query(["the foxes"]) == function(["the foxes"]) == function("the foxes")


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"", 0), (b"test", 0xBA6BD213), (b"Hello, world!", 0xC0363E43), (b"aaa", 0xB4D05FB7), (b"a", 0x3C2569B2)],
)
def test_the_hash_is_murmur3(data: bytes, expected: int) -> None:
    assert murmur3_32(data) == expected


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"avg_doc_length": 0}, ValueError, "Expected avg_doc_length to be a number above 0, got 0"),
        ({"avg_doc_length": float("nan")}, ValueError, "Expected avg_doc_length to be a number above 0, got nan"),
        ({"k": "x"}, ValueError, "could not convert string to float: 'x'"),
    ],
)
def test_bad_options_are_refused(options: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=f"^{message}$"):
        ChromaBm25EmbeddingFunction(**options)


@pytest.mark.parametrize("config", [{"k": "x"}, {"k": 1.2, "zz": 1}, {"stopwords": "the"}])
def test_bad_configurations_are_refused(config: Any) -> None:
    with pytest.raises(jsonschema.ValidationError, match=r"^Config validation failed for schema 'chroma_bm25': "):
        ChromaBm25EmbeddingFunction.validate_config(config)


def test_what_is_no_list_of_texts_is_refused() -> None:
    function = ChromaBm25EmbeddingFunction()
    with pytest.raises(TypeError, match=r"^Expected each document to be a str, got int$"):
        function(["a", 3])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r"^Expected sparse vectors to be a non-empty list, got 0 sparse vectors$"):
        function([])


def test_threads_share_one_stemmer() -> None:
    words = [
        f"{stem}{suffix}" for stem in ("relat", "gener", "hop", "adjust") for suffix in ("ional", "ing", "ed", "s")
    ]
    term.cache_clear()
    alone = [term(word) for word in words]
    term.cache_clear()
    found: list[list[tuple[int, str]]] = []
    threads = [threading.Thread(target=lambda: found.append([term(word) for word in words])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 8
