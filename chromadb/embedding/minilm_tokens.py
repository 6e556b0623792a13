"""Texts to the token ids that all-MiniLM-L6-v2 reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENS_MAX = 256
"""Tokens of a text that count, the two that mark its ends included; the rest is cut off."""

_START, _END = 101, 102
_PREFIX_CHARACTERS = 2_000
# The tokenizer turns a word of more than 100 characters into one unknown token, so that no word has more.
_WORD_TOKENS_MAX = 100


def load_tokenizer(path: Path) -> Tokenizer:
    """Read the tokenizer's JSON file."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))


def token_ids(tokenizer: Tokenizer, text: str) -> list[int]:
    """Return the ids of a text's first tokens between start and end marks, at most TOKENS_MAX.

    Costs time for the part of the text that counts, not for all of it. Raises ValueError for what is not a text or
    holds a lone surrogate where it is read.
    """
    if not isinstance(text, str):
        raise ValueError(f"Expected document to be a str, got {text!r}")
    length = _PREFIX_CHARACTERS
    while True:
        start = text[:length]
        try:
            start.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"Expected document to be valid Unicode, got {start[error.start]!r} at character {error.start}"
            ) from error
        # One text a call: the tokenizer's own threads for batches do not survive a fork of the process.
        ids = tokenizer.encode(start, add_special_tokens=False).ids
        # A word that the cut falls into may read otherwise than the whole word would: it must not count.
        if length >= len(text) or len(ids) >= TOKENS_MAX - 2 + _WORD_TOKENS_MAX:
            return [_START, *ids[: TOKENS_MAX - 2], _END]
        length *= 4
