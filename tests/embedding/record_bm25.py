"""Write ``bm25_golden.json``: what the official BM25 function answers for texts of many kinds.

    VENV/bin/python tests/embedding/record_bm25.py

VENV is a virtual environment with chromadb==1.5.9, snowballstemmer and mmh3. Run as a file, so that the repository's
own `chromadb` is not on the path.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OPTIONS: list[dict[str, Any]] = [
    {"include_tokens": True},
    {},
    {"k": 0.9, "b": 0.4, "avg_doc_length": 20.0, "include_tokens": True},
    {"k": 0, "b": 0},
    {"token_max_length": 4, "include_tokens": True},
    {"stopwords": ["Fox", "the"], "include_tokens": True},
    {"stopwords": []},
]
TEXTS = [
    "",
    "   \t\n",
    "the and of",
    "!!! ... --- ???",
    "The quick brown foxes are jumping!",
    "running runs run ran",
    "Fox FOX fox foxes the zebra",
    "The dog's don't U.S.A. e-mail foo_bar 3.14 O'Neill's __init__ C++ C#",
    "generously generation generate general skies sky dying die lying tying news innings exceed proceeding succeed",
    "hopping hoped relational conditional rationally vietnamization electricity formalize adjustable controller",
    "\u0130stanbul na\u00efve \ufb01ne \u03a3\u0391\u03a3 stra\u00dfe \u1e9e caf\u00e9 cafe\u0301 \u00c6sir",
    "\u4f60\u597d \u4e16\u754c\u3002\u6570\u636e\u5e93 "
    "\u3053\u3093\u306b\u3061\u306f\u3001\u4e16\u754c \ud55c\uad6d\uc5b4",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e "
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645 \u05e9\u05dc\u05d5\u05dd",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440! \u041a\u043e\u0440\u043e\u043b\u0435\u0432\u0430",
    "a\u200bb x\u00a0y z\u2003w line\u2028break tab\tbed \x1cfile\x1fsep nul\x00byte",
    "emoji \U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f "
    "\u00bd \u00b2 \u2460 \u2163 \u0661\u0662\u0663",
    "lone \ud800 surrogate",
    "bhxjt bbxjw bhxjt btpqd bgrkt",
    "x" * 40 + " " + "y" * 41 + " " + "z" * 39,
    "one two three four five " * 200,
    "https://example.org/a/b?c=d&e=f user@example.com 2024-01-02T03:04:05Z $1,000.00 50%",
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness",
    "Zwei flinke Boxer jagen die quirlige Eva und ihren Mops durch Sylt.",
    "Le c\u0153ur d\u00e9\u00e7u mais l'\u00e2me plut\u00f4t na\u00efve, "
    "Lou\u00ffs r\u00eava de crapa\u00fcter en cano\u00eb",
    "i\u0307 \u0130 I \u0131 \u01c5 \u1fb3 \u0390",
]


def main() -> int:
    """Record the answers; returns the exit status."""
    import chromadb
    from chromadb.utils.embedding_functions import ChromaBm25EmbeddingFunction

    if chromadb.__version__ != "1.5.9":
        print(f"answers are those of chromadb 1.5.9, not of {chromadb.__version__}", file=sys.stderr)
        return 2
    lines = []
    for options in OPTIONS:
        function = ChromaBm25EmbeddingFunction(**options)
        for text, vector in zip(TEXTS, function(TEXTS), strict=True):
            answer = [vector.indices, vector.values, vector.labels]
            lines.append(json.dumps({"options": options, "text": text, "vector": answer}))
        lines.append(json.dumps({"options": options, "config": function.get_config()}))
    content = ",\n".join(lines)
    Path(__file__).with_name("bm25_golden.json").write_text(f"[\n{content}\n]\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
