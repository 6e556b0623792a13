from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chromadb.embedding.minilm_tokens as tokens

TOKENIZER = tokens.load_tokenizer(Path(tokens.__file__).parent / "all_minilm_l6_v2" / "tokenizer.json")


def whole(text: str) -> list[int]:
    ids: list[int] = TOKENIZER.encode(text).ids
    return ids if len(ids) <= 256 else [*ids[:255], ids[-1]]


@given(st.text(max_size=400))
@settings(deadline=None, max_examples=100)
def test_short_texts_read_as_a_whole(text: str) -> None:
    assert tokens.token_ids(TOKENIZER, text) == whole(text)


@pytest.mark.parametrize("seed", range(40))
def test_reading_only_the_start_of_a_long_text_gives_the_same_ids(seed: int) -> None:
    """Long runs of letters, spaces and marks fall over every cut that could be made too early."""
    chance = random.Random(seed)
    pieces = [
        "a",
        "supercalifragilistic",
        " ",
        "  ",
        "é",
        "e\u0301",
        "漢",
        "🚀",
        "한국어",
        ",",
        "[SEP]",
        "\n",
        "ß",
        "x1",
    ]
    runs = [1, 1, 2, 7, 90, 99, 100, 101, 600]
    text = "".join(chance.choice(pieces) * chance.choice(runs) for _ in range(300))

    assert tokens.token_ids(TOKENIZER, text) == whole(text)


@pytest.mark.parametrize("text", [" " * 100_000 + "end", "x" * 100_000, "x" * 1_999 + " y" * 1_000, ""])
def test_texts_whose_tokens_are_far_apart(text: str) -> None:
    assert tokens.token_ids(TOKENIZER, text) == whole(text)
