"""The records that the embedded benchmark stores, and the questions it asks of them.

Everything follows from a seed. Vectors lie near a subspace of low dimension, without clusters, as text
embeddings do: unlike well separated clusters, such data is hard for approximate indexes.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SEED = 7
_LATENT_DIMENSIONS = 32
_NOISE = 0.15
_WORDS_A_DOCUMENT = 35
_QUERIES = 200

_CATEGORIES = [f"category-{number}" for number in range(10)]
_SYLLABLES = ["ba", "co", "di", "fe", "gu", "ha", "jo", "ki", "le", "mu", "na", "po", "ri", "so", "ta", "vu"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where the data lies on disk, for both packages to read.

    folder: vectors.npy float32 (records, dimension), queries.npy float32 (200, dimension), documents.json,
    metadatas.json and plan.json (filters, patterns and ids to ask for).
    """

    folder: Path
    records: int
    dimension: int


def make(folder: Path, records: int, dimension: int) -> Dataset:
    """Write the data set into the folder."""
    generator = np.random.default_rng(SEED)
    basis = low_dimensional_basis(generator, dimension)
    np.save(folder / "vectors.npy", low_dimensional(generator, basis, records))
    np.save(folder / "queries.npy", low_dimensional(generator, basis, _QUERIES))
    words = random.Random(SEED)
    known = vocabulary(words)
    _write(folder / "documents.json", [document(words, known, row) for row in range(records)])
    _write(folder / "metadatas.json", [metadata(words, records) for _ in range(records)])
    _write(folder / "plan.json", plan(records))
    return Dataset(folder, records, dimension)


def plan(records: int) -> dict[str, Any]:
    """Return the filters by name, as the two keyword arguments take them, and the rows to read and write."""
    return {
        "where": {
            "0.1 %": {"number": 7},
            "1 %": {"number": {"$in": list(range(100, 110))}},
            "10 %": {"category": "category-3"},
            "50 %": {"flag": True},
            "range 5 %": {"$and": [{"score": {"$gte": 0.4}}, {"score": {"$lt": 0.45}}]},
            "one user": {"user": "user-00042"},
            "two keys 5 %": {"$and": [{"category": "category-3"}, {"flag": True}]},
        },
        "where_document": {
            "$contains rare (0.1 %)": {"$contains": "quasar"},
            "$contains common (25 %)": {"$contains": "market"},
            "$regex rare (0.1 %)": {"$regex": r"quasar [A-Z]\d{3}"},
            "$regex common (25 %)": {"$regex": r"\bmark(et|up)\b"},
        },
        "page": {"limit": min(1000, records), "offset": records // 2},
        "rows": random.Random(SEED).sample(range(records), min(1000, records)),
    }


def nearest(dataset: Dataset, count: int, rows: npt.NDArray[np.intp] | None = None) -> npt.NDArray[np.intp]:
    """Return the exact nearest rows of each query by squared distance; shape (queries, count).

    rows: the rows that count; None for all.
    """
    vectors = np.load(dataset.folder / "vectors.npy", mmap_mode="r")
    queries = np.load(dataset.folder / "queries.npy")
    candidates = np.arange(len(vectors)) if rows is None else rows
    chosen = np.asarray(vectors[candidates])
    distances = (chosen**2).sum(1)[None, :] - 2.0 * (queries @ chosen.T)
    return np.asarray(candidates[np.argsort(distances, axis=1, kind="stable")[:, :count]])


def low_dimensional_basis(generator: np.random.Generator, dimension: int) -> npt.NDArray[np.float64]:
    """Draw the directions of a subspace of low dimension; shape (32, dimension)."""
    return generator.normal(size=(_LATENT_DIMENSIONS, dimension))


def low_dimensional(
    generator: np.random.Generator, basis: npt.NDArray[np.float64], count: int
) -> npt.NDArray[np.float32]:
    """Draw unit vectors near the subspace; shape (count, dimension)."""
    latent = generator.normal(size=(count, len(basis)))
    vectors = latent @ basis / np.sqrt(len(basis)) + _NOISE * generator.normal(size=(count, basis.shape[1]))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors, dtype=np.float32)


def vocabulary(words: random.Random) -> list[str]:
    """Make up 3,000 words."""
    return ["".join(words.choices(_SYLLABLES, k=words.randint(2, 4))) for _ in range(3000)]


def document(words: random.Random, vocabulary: list[str], row: int) -> str:
    """Make up the document of a row: 35 words, every fourth with "market", every thousandth with "quasar"."""
    chosen = words.choices(vocabulary, k=_WORDS_A_DOCUMENT)
    if row % 4 == 0:
        chosen[words.randrange(_WORDS_A_DOCUMENT)] = "market"
    if row % 1000 == 500:
        chosen[words.randrange(_WORDS_A_DOCUMENT)] = f"quasar X{words.randrange(1000):03}"
    return " ".join(chosen)


def metadata(words: random.Random, records: int) -> dict[str, int | float | str | bool]:
    """Draw the five metadata values of a record."""
    return {
        "number": words.randrange(1000),
        "score": words.random(),
        "category": words.choice(_CATEGORIES),
        "user": f"user-{words.randrange(max(1, records // 10)):05}",
        "flag": words.random() < 0.5,
    }


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
