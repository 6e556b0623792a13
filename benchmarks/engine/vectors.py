"""Vectors of several kinds, because an index that is right on one of them may fail on another.

``hard`` has a low intrinsic dimension and no clusters; ``clustered`` is a mixture of Gaussians of uneven sizes;
``anisotropic`` has a few dominant dimensions, an offset and uneven lengths. Real text is in texts.py.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from benchmarks import dataset

Matrix = npt.NDArray[np.float32]

Source = Callable[[int], Matrix]
"""Draws that many further vectors from one distribution; shape (count, dimension)."""

KINDS = ("hard", "clustered", "anisotropic")

_CLUSTERS = 256
_SPREAD = 0.6
_DECAY = 0.7
_DOMINANT_DIMENSIONS = 3
_DOMINANCE = 4.0
_LENGTH_DEVIATION = 0.2


def source(kind: str, dimension: int, seed: int = dataset.SEED) -> Source:
    """Return the source of vectors of a kind. Raises KeyError for an unknown one."""
    generator = np.random.default_rng(seed)
    return {"hard": _hard, "clustered": _clustered, "anisotropic": _anisotropic}[kind](generator, dimension)


def of_matrix(vectors: Matrix) -> Source:
    """Return a source that hands out the rows of a matrix in order, and no more than it has."""
    position = 0

    def draw(count: int) -> Matrix:
        nonlocal position
        if position + count > len(vectors):
            raise ValueError(f"{len(vectors)} vectors are too few: {position} are used, {count} more are needed")
        position += count
        return vectors[position - count : position]

    return draw


def _hard(generator: np.random.Generator, dimension: int) -> Source:
    basis = dataset.low_dimensional_basis(generator, dimension)
    return lambda count: dataset.low_dimensional(generator, basis, count)


def _clustered(generator: np.random.Generator, dimension: int) -> Source:
    centres = _unit(generator.normal(size=(_CLUSTERS, dimension)))
    sizes = generator.pareto(2.0, _CLUSTERS) + 0.2
    sizes /= sizes.sum()

    def draw(count: int) -> Matrix:
        chosen = generator.choice(_CLUSTERS, size=count, p=sizes)
        noise = generator.normal(size=(count, dimension)) * (_SPREAD / np.sqrt(dimension))
        return _unit(centres[chosen] + noise).astype(np.float32)

    return draw


def _anisotropic(generator: np.random.Generator, dimension: int) -> Source:
    scales = np.arange(1, dimension + 1) ** -_DECAY
    generator.shuffle(scales)
    dominant = generator.choice(dimension, size=_DOMINANT_DIMENSIONS, replace=False)
    offset = np.zeros(dimension)
    offset[dominant] = _DOMINANCE * np.sqrt((scales**2).sum() / dimension)

    def draw(count: int) -> Matrix:
        vectors = generator.normal(size=(count, dimension)) * scales + offset
        lengths = np.exp(_LENGTH_DEVIATION * generator.normal(size=(count, 1)))
        return np.asarray(vectors * lengths, dtype=np.float32)

    return draw


def _unit(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
