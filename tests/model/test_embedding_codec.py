"""Vectors as text and lists; the texts are those of the HTTP API's description."""

from __future__ import annotations

import numpy as np
import pytest

from chromadb.api.types import (
    convert_list_embeddings_to_np,
    convert_np_embeddings_to_list,
    optional_base64_strings_to_embeddings,
    optional_embeddings_to_base64_strings,
    pack_embedding_safely,
)


def test_a_vector_is_the_base64_of_its_binary32_values() -> None:
    assert pack_embedding_safely([1, 2, 3]) == "AACAPwAAAEAAAEBA"
    assert pack_embedding_safely(np.array([0.1, 0.2, 0.3])) == "zczMPc3MTD6amZk+"


def test_none_stays_none_on_both_ways() -> None:
    texts = optional_embeddings_to_base64_strings([[1.0, 2.0], None])
    assert texts == ["AACAPwAAAEA=", None]
    assert optional_base64_strings_to_embeddings(texts) == [[1.0, 2.0], None]
    assert optional_embeddings_to_base64_strings(None) is None
    assert optional_base64_strings_to_embeddings(None) is None


def test_what_is_no_such_text_is_refused() -> None:
    with pytest.raises(ValueError, match="base64"):
        optional_base64_strings_to_embeddings(["!"])
    with pytest.raises(ValueError, match="buffer size"):
        optional_base64_strings_to_embeddings(["AAAA"])


def test_arrays_and_lists() -> None:
    assert convert_np_embeddings_to_list([np.array([1, 2], dtype=np.float32)]) == [[1.0, 2.0]]
    assert [array.tolist() for array in convert_list_embeddings_to_np([[1, 2]])] == [[1, 2]]
