"""Real text of the machine the benchmark runs on, as vectors of the default model.

Paragraphs come from the documentation inside installed Python packages and the standard library, so that no data
set needs to be fetched. Which texts there are depends on the environment; their number is stated with the results.
"""

from __future__ import annotations

import ast
import random
import re
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import dataset
from benchmarks.engine.vectors import Matrix

_SHORTEST = 40
_LONGEST = 400
_LETTERS = 0.75
_BATCH = 512
_FILE_BYTES_MAX = 2_000_000


def vectors(count: int, kept: Path | None) -> Matrix:
    """Embed that many texts with the default model; shape (count, 384), in random but repeatable order.

    kept: a .npy file to take the vectors from where it exists with enough rows, and to write otherwise.
    Raises ValueError where the environment holds too little documentation.
    """
    if kept is not None and kept.exists():
        known: Matrix = np.load(kept)
        if len(known) >= count:
            return known[:count]
    embedded = _embed(paragraphs(count))
    if kept is not None:
        np.save(kept, embedded)
    return embedded


def paragraphs(count: int) -> list[str]:
    """Return that many different paragraphs of documentation, chosen by the seed."""
    found = sorted({text.casefold(): text for text in _documentation()}.values())
    if len(found) < count:
        raise ValueError(f"the packages of this environment hold {len(found)} paragraphs, {count} are needed")
    return random.Random(dataset.SEED).sample(found, count)


def _documentation() -> Iterator[str]:
    folders = {Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")}
    for folder in sorted(folders):
        for path in sorted(folder.rglob("*")):
            if path.suffix not in {".py", ".md", ".rst", ".txt"} and path.name != "METADATA":
                continue
            if path.is_file() and path.stat().st_size <= _FILE_BYTES_MAX:
                text = path.read_text(encoding="utf-8", errors="replace")
                for part in _docstrings(text) if path.suffix == ".py" else [text]:
                    yield from _paragraphs(part)


def _docstrings(source: str) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(module):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield ast.get_docstring(node) or ""


def _paragraphs(text: str) -> Iterator[str]:
    for part in re.split(r"\n\s*\n", text):
        joined = " ".join(part.split())
        if _SHORTEST <= len(joined) <= _LONGEST and sum(map(_ordinary, joined)) >= _LETTERS * len(joined):
            yield joined


def _ordinary(character: str) -> bool:
    return character.isalpha() or character == " "


def _embed(texts: list[str]) -> Matrix:
    from chromadb.utils.embedding_functions import DefaultEmbeddingFunction

    model = DefaultEmbeddingFunction()
    blocks = []
    for start in range(0, len(texts), _BATCH):
        blocks.append(np.asarray(model(texts[start : start + _BATCH]), dtype=np.float32))
        print(f"{min(start + _BATCH, len(texts))} of {len(texts)} texts embedded", file=sys.stderr, flush=True)
    return np.concatenate(blocks)
