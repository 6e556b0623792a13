"""Reciprocal rank fusion, written out in the arithmetic of `rank`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

from chromadb.model.expression.rank import Rank, Sum


@dataclass(frozen=True, slots=True)
class Rrf(Rank):
    """The fusion of several rankings: minus the sum of weight / (k + position).

    ranks: rankings, best first at 0: `Knn` with `return_rank=True`.  k: positive; a greater k flattens the
    advantage of the first positions.  weights: one non-negative number for each ranking (default 1.0 each).
    normalize: divide the weights by their sum.
    Raises when it is turned into JSON: TypeError for what is no `Rank` or no number, ValueError for values
    outside of these bounds.
    """

    ranks: list[Rank]
    k: int = 60
    weights: list[float] | None = None
    normalize: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the fusion as ``{"$mul": [{"$val": -1}, ...]}``."""
        return self.fused().to_dict()

    def fused(self) -> Rank:
        """Return the fusion in arithmetic; raises as ``to_dict``."""
        terms: list[Rank] = [
            weight / (self.k + rank) for weight, rank in zip(self._checked_weights(), self.ranks, strict=True)
        ]
        return -(terms[0] if len(terms) == 1 else Sum(terms))

    def _checked_weights(self) -> list[float]:
        if len(self.ranks) == 0:
            raise ValueError("RRF requires at least one rank")
        for rank in self.ranks:
            if not isinstance(rank, Rank):
                raise TypeError(f"RRF ranks must be Rank objects, got {type(rank).__name__}")
        weights = [1.0] * len(self.ranks) if self.weights is None else list(self.weights)
        numbers: list[tuple[str, Any]] = [("k", self.k), *(("weight", weight) for weight in weights)]
        for name, number in numbers:
            if isinstance(number, bool) or not isinstance(number, Real):
                raise TypeError(f"RRF {name} must be a number, got {type(number).__name__}")
        if self.k <= 0:
            raise ValueError(f"k must be positive, got {self.k}")
        if len(weights) != len(self.ranks):
            raise ValueError(f"Number of weights ({len(weights)}) must match number of ranks ({len(self.ranks)})")
        if not all(map(math.isfinite, [*weights, self.k])):
            raise ValueError(f"k and all weights must be finite numbers, got {self.k} and {weights}")
        if any(weight < 0 for weight in weights):
            raise ValueError("All weights must be non-negative")
        if not self.normalize:
            return weights
        total = sum(weights)
        if total <= 0:
            raise ValueError("Sum of weights must be positive when normalize=True")
        return [weight / total for weight in weights]
