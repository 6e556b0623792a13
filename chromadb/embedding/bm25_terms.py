"""From a text to the terms of BM25: words in lower case, without the most frequent ones, reduced to their stems.

A term's number is a hash of its stem, so that there is no vocabulary to keep.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Any

from chromadb.embedding.murmur3 import murmur3_32

_ENGLISH = """
a about above after again against ain all am an and any are aren aren't as at be because been before being below
between both but by can couldn couldn't d did didn didn't do does doesn doesn't doing don don't down during each
few for from further had hadn hadn't has hasn hasn't have haven haven't having he her here hers herself him
himself his how i if in into is isn isn't it it's its itself just ll m ma me mightn mightn't more most mustn
mustn't my myself needn needn't no nor not now o of off on once only or other our ours ourselves out over own re
s same shan shan't she she's should should've shouldn shouldn't so some such t than that that'll the their
theirs them themselves then there these they this those through to too under until up ve very was wasn wasn't we
were weren weren't what when where which while who whom why will with won won't wouldn wouldn't y you you'd
you'll you're you've your yours yourself yourselves
"""
STOP_WORDS = frozenset(_ENGLISH.split())
"""The English stop words of NLTK, as the original uses them. Those with an apostrophe never meet a token."""

_NO_WORD = re.compile(r"[^\w\s]+")
_TERMS_KEPT = 1 << 16
_stemming = threading.Lock()


def tokens(text: str, stop_words: Collection[str], longest: int) -> list[str]:
    """Return the words of a text in lower case, without stop words and words of more than ``longest`` characters."""
    words = _NO_WORD.sub(" ", text).lower().split()
    return [word for word in words if word not in stop_words and len(word) <= longest]


@lru_cache(maxsize=_TERMS_KEPT)
def term(token: str) -> tuple[int, str]:
    """Return the number of a token's term, 0 to 2^31, and its stem.

    Raises ValueError, naming the package, when there is no stemmer.
    """
    with _stemming:
        stem: str = _stemmer().stemWord(token)
    hashed = murmur3_32(stem.encode())
    return (hashed if hashed < 1 << 31 else (1 << 32) - hashed), stem


@cache
def _stemmer() -> Any:
    try:
        import snowballstemmer
    except ImportError as error:
        raise ValueError(
            "The snowballstemmer python package is not installed. Please install it with `pip install snowballstemmer`"
        ) from error
    return snowballstemmer.stemmer("english")
