"""Inverted lists of sparse vectors: for each dimension the rows that have it, with their values. Immutable.

A dimension is called a term here, as it is in text search, whatever it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Rows = npt.NDArray[np.int32]
Terms = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int64]
Values = npt.NDArray[np.float32]


class Postings(Struct, frozen=True):
    """The inverted lists of rows 0 to ``count``.

    holders: rows that have a vector, ascending, be it empty. terms: uint32 (t,), ascending, each with at least one row.
    offsets: int64 (t + 1,), where the list of each term begins in ``rows`` and ``values`` (p,), rows ascending in each.
    largest, least: float32 (t,), of the values of each term.
    """

    count: int
    holders: Rows
    terms: Terms
    offsets: Offsets
    rows: Rows
    values: Values
    largest: Values
    least: Values

    @property
    def nbytes(self) -> int:
        """How much the arrays take, in bytes."""
        return sum(array.nbytes for array in self.arrays())

    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """Return the arrays, in the order of the fields."""
        return self.holders, self.terms, self.offsets, self.rows, self.values, self.largest, self.least

    def lengths(self) -> Offsets:
        """Return how many rows each term has, shape (t,)."""
        return np.diff(self.offsets)

    @classmethod
    def of_vectors(cls, vectors: Sequence[Any]) -> Postings:
        """Return the lists of rows given as stored JSON: tagged objects; whatever else a row has is no vector."""
        holders = [row for row, vector in enumerate(vectors) if isinstance(vector, dict)]
        held = [vectors[row] for row in holders]
        lengths = np.fromiter((len(vector["indices"]) for vector in held), dtype=np.int64, count=len(held))
        total = int(lengths.sum())
        terms = np.fromiter(chain.from_iterable(vector["indices"] for vector in held), np.uint32, total)
        values = np.fromiter(chain.from_iterable(vector["values"] for vector in held), np.float32, total)
        rows = np.repeat(np.array(holders, dtype=np.int32), lengths)
        # Sorting term and position as one number is several times as fast as a stable argsort of terms.
        keys = (terms.astype(np.uint64) << np.uint64(32)) | np.arange(total, dtype=np.uint64)
        keys.sort()
        order = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
        sorted_terms = terms[order]
        starts = np.flatnonzero(np.append(total > 0, sorted_terms[1:] != sorted_terms[:-1])[:total])
        offsets = np.append(starts, total)
        return _listed(
            len(vectors), np.array(holders, dtype=np.int32), sorted_terms[starts], offsets, rows[order], values[order]
        )


def joined(parts: Sequence[tuple[Postings, Rows]], count: int) -> Postings:
    """Return the lists of rows of several parts together.

    parts: each with the new number of each of its rows, -1 for one that is left out. count: of all rows.
    """
    moved = [_moved(postings, row_of) for postings, row_of in parts]
    holders = np.sort(np.concatenate([part.holders for part in moved])) if moved else np.empty(0, dtype=np.int32)
    terms = np.unique(np.concatenate([part.terms for part in moved])) if moved else np.empty(0, dtype=np.uint32)
    places = [np.searchsorted(terms, part.terms) for part in moved]
    lengths = np.zeros(len(terms), dtype=np.int64)
    for part, place in zip(moved, places, strict=True):
        lengths[place] += part.lengths()
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    rows, values = np.empty(offsets[-1], dtype=np.int32), np.empty(offsets[-1], dtype=np.float32)
    free = offsets[:-1].copy()
    for part, place in zip(moved, places, strict=True):
        sizes = part.lengths()
        target = np.repeat(free[place] - part.offsets[:-1], sizes) + np.arange(len(part.rows))
        rows[target], values[target] = part.rows, part.values
        free[place] += sizes
    descends = np.diff(rows) <= 0
    descends[offsets[1:-1] - 1] = False
    if descends.any():
        # The rows of one part lie between those of another.
        keys = (np.repeat(np.arange(len(terms)), lengths) << 32) | rows
        order = np.argsort(keys)
        rows, values = rows[order], values[order]
    return _listed(count, holders, terms, offsets, rows, values)


def _moved(postings: Postings, row_of: Rows) -> Postings:
    """Return lists with rows numbered anew, without those left out; ``count`` and the bounds stay what they were."""
    holders, rows = row_of[postings.holders], row_of[postings.rows]
    kept = rows >= 0
    if kept.all():
        terms, offsets, values = postings.terms, postings.offsets, postings.values
    else:
        counts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(kept)])[postings.offsets]
        used = np.diff(counts) > 0
        terms, offsets = postings.terms[used], np.append(counts[:-1][used], counts[-1])
        rows, values = rows[kept], postings.values[kept]
    return Postings(
        postings.count, holders[holders >= 0], terms, offsets, rows, values, postings.largest, postings.least
    )


def _listed(count: int, holders: Rows, terms: Terms, offsets: Offsets, rows: Rows, values: Values) -> Postings:
    """Return complete lists, with the bounds of their values."""
    if len(terms) == 0:
        empty = np.empty(0, dtype=np.float32)
        return Postings(count, holders, terms, offsets, rows, values, empty, empty)
    largest, least = (bound.reduceat(values, offsets[:-1]) for bound in (np.maximum, np.minimum))
    return Postings(count, holders, terms, offsets, rows, values, largest, least)
