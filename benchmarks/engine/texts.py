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
_LETTERS = 0.6
_NO_LETTER = re.compile(r"[\W\d_]+")
_SPARE = 2
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
    """Return that many different paragraphs of documentation, from files in an order that the seed decides."""
    chance = random.Random(dataset.SEED)
    folders = {Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")}
    paths = sorted(path for folder in folders for path in folder.rglob("*") if _is_documentation(path))
    chance.shuffle(paths)
    found: dict[str, str] = {}
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace")
        for part in _docstrings(text) if path.suffix == ".py" else [text]:
            for paragraph in _paragraphs(part):
                found.setdefault(paragraph.casefold(), paragraph)
        if len(found) >= _SPARE * count:
            break
    if len(found) < count:
        raise ValueError(f"the packages of this environment hold {len(found)} paragraphs, {count} are needed")
    return chance.sample(sorted(found.values()), count)


def _is_documentation(path: Path) -> bool:
    named = path.suffix in {".py", ".md", ".rst", ".txt"} or path.name == "METADATA"
    return named and path.is_file() and path.stat().st_size <= _FILE_BYTES_MAX


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
        if _SHORTEST <= len(joined) <= _LONGEST and len(_NO_LETTER.sub("", joined)) >= _LETTERS * len(joined):
            yield joined


def _embed(texts: list[str]) -> Matrix:
    from chromadb.utils.embedding_functions import DefaultEmbeddingFunction

    model = DefaultEmbeddingFunction()
    blocks = []
    for start in range(0, len(texts), _BATCH):
        blocks.append(np.asarray(model(texts[start : start + _BATCH]), dtype=np.float32))
        print(f"{min(start + _BATCH, len(texts))} of {len(texts)} texts embedded", file=sys.stderr, flush=True)
    return np.concatenate(blocks)
