"""Fast codes: those that a scan of all rows compares, many at a time in SIMD registers.

They are products of quantisers of four dimensions and four bits each (Jegou, Douze and Schmid, TPAMI 2011; Andre,
Kermarrec and Le Scouarnec, VLDB 2015), learnt from a sample of the rows: comparing takes no arithmetic but sums of
table entries, four times as fast as RaBitQ's. A sample also shows which of four layouts serves:

    concentrated    where few directions hold most of what tells the rows apart, products of the principal components,
                    dealt out so that each quantiser gets strong and weak ones (after Ge, He, Ke and Sun, TPAMI 2014):
                    a third as many find as much, and a scan takes a third of the time
    spread          products of all dimensions of the rotated rows, one bit a dimension
    RaBitQ          where lengths differ much products may say less, for their steps do not grow with a vector
    grouped         where rows lie in groups, RaBitQ's of what tells each from the centre of its group: seen from one
                    centre of all, the rows of a group look alike, so that all vectors would be compared
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from chromadb.engine.index.comparable import Estimates, LocalRows, Queries
from chromadb.engine.index.kernels import faiss, metric
from chromadb.model.embeddings import Matrix

_DIMENSIONS_A_QUANTISER, _BITS_A_QUANTISER = 4, 4
_ROUNDS_OF_TRAINING = 6
_FEWEST_LEARNT_FROM = 64
_CONCENTRATED_QUANTISERS = (32, 64, 128, 256)
_CONCENTRATED_SHARE = 2 / 3
"""Of the quantisers that all dimensions take: with more, a scan would gain too little."""
_CONCENTRATED_VARIANCE = 0.9
"""Share of the rows' variance that components must hold to be tried."""
_FEWEST_CONCENTRATED_A_DIMENSION = 32
"""Rows below which looking for components takes too large a part of encoding them."""
_TRIALS, _RESULTS, _FEW_CANDIDATES, _CANDIDATES_A_ROW = 256, 10, 20, 1 / 40
"""Of a trial: queries, results of each, and the candidates that are looked at: a few, and some of each row."""
_TRUSTED_A_RESULT = 2
_SHARES_OF_QUERIES = (5, 20, 35, 50)
"""Percent of the queries, those with the least margins, at which margins are compared."""
_WORTH_THEIR_SPEED = 0.8
"""Share of what RaBitQ finds in the sample that products must find, to be scanned in its place."""
_GROUPS, _ROUNDS_OF_GROUPING, _FEWEST_A_GROUP = 64, 8, 16
_GROUPED_FIND = 1.2
"""How many times as many of the nearest rows groups must show among few candidates: then those that the others show say
little, and all vectors would be compared time and again."""


class FastCodes:
    """The fast codes of some rows, numbered from 0, in the order in which they are added.

    bytes_a_row: how many a scan reads.
    """

    def __init__(self, index: Any) -> None:
        library = faiss()
        self._index = index
        self._concentrated = isinstance(index, library.IndexPreTransform)
        self.bytes_a_row = int((library.downcast_index(index.index) if self._concentrated else index).code_size)

    @classmethod
    def learnt(cls, sample: Matrix, turned_sample: Matrix, plain: Any, count: int, space: str) -> FastCodes | None:
        """Return codes without rows for ``count`` rows like the sample; None where RaBitQ's serve better.

        turned_sample: the sample after the rotation. plain: an index of RaBitQ codes without rows.
        """
        if len(sample) < _FEWEST_LEARNT_FROM:
            return None
        trial = _Trial(sample, turned_sample, space)
        codes, outcome = _ungrouped(trial, trial.outcome_of_plain(plain), count)
        enough = _GROUPED_FIND * outcome.found
        if len(sample) >= _GROUPS * _FEWEST_A_GROUP and enough <= trial.most:
            grouped = cls(_grouped(turned_sample, space))
            if trial.outcome(grouped).found >= enough:
                return grouped
        return codes

    @classmethod
    def of_plain(cls, plain: Any) -> FastCodes:
        """Return the fast layout of RaBitQ codes with their rows."""
        return cls(faiss().IndexRaBitQFastScan(plain))

    @classmethod
    def open(cls, path: Path) -> FastCodes:
        """Map codes from a file, which the caller has verified."""
        library = faiss()
        return cls(library.read_index(str(path), library.IO_FLAG_MMAP_IFC))

    def write(self, path: Path) -> None:
        """Write the codes to a file."""
        faiss().write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, rows: Matrix, turned_rows: Matrix) -> None:
        """Append comparable rows, given as such and after the rotation."""
        self._index.add(self._input(rows, turned_rows))

    def search(self, queries: Queries, count: int) -> tuple[Estimates, LocalRows]:
        """Return estimates under the index's metric, and the rows they are of, the most promising first."""
        rows = queries.rows if self._concentrated else _padded(queries.turned, self._index.d)
        estimates, found = self._index.search(rows, count)
        return estimates, found

    def narrowed(self, allowed: npt.NDArray[np.bool_]) -> FastCodes | None:
        """Return a copy of the codes of the allowed rows, numbered anew; None where they cannot be taken apart."""
        library = faiss()
        if isinstance(self._index, (library.IndexRaBitQFastScan, library.IndexIVFRaBitQFastScan)):
            return None
        index = library.clone_index(self._index)
        index.remove_ids(library.IDSelectorBitmap(np.packbits(~allowed, bitorder="little")))
        return FastCodes(index)

    def _input(self, rows: Matrix, turned_rows: Matrix) -> Matrix:
        return rows if self._concentrated else _padded(turned_rows, self._index.d)


class _Outcome(Struct, frozen=True):
    """What codes did in a trial.

    found: how many of the nearest rows were among few candidates. margins: how far beyond the results the estimates of
    what many candidates leave out lie, in standard deviations of estimates, as a search asks for it (query/nearest.py):
    one number for each share of the queries.
    """

    found: int
    margins: npt.NDArray[np.float64]


class _Trial:
    """Searches among the rows of a sample for the neighbours of some of these, as codes find them."""

    def __init__(self, sample: Matrix, turned_sample: Matrix, space: str) -> None:
        self._queries = Queries(np.ascontiguousarray(sample[:: max(1, len(sample) // _TRIALS)]), space)
        self.sample, self.turned, self.space = sample, turned_sample, space
        self._sign = 1 if space == "l2" else -1
        trusted = min(_RESULTS * _TRUSTED_A_RESULT, len(sample) - 1)
        distances, nearest = faiss().knn(self._queries.rows, sample, trusted + 1, metric=metric(space))
        self._distances, self._nearest = self._sign * distances[:, 1:].astype(np.float64), nearest[:, 1:]

    @property
    def most(self) -> int:
        """How many of the nearest rows there are to find."""
        return int(self._nearest[:, :_RESULTS].size)

    def outcome(self, codes: FastCodes) -> _Outcome:
        """Try codes without rows."""
        codes = FastCodes(faiss().clone_index(codes._index))
        codes.add(self.sample, self.turned)
        return self._outcome(codes)

    def outcome_of_plain(self, plain: Any) -> _Outcome:
        """Try the fast layout of RaBitQ codes. plain: without rows."""
        plain = faiss().clone_index(plain)
        plain.add(self.turned)
        return self._outcome(FastCodes.of_plain(plain))

    def _outcome(self, codes: FastCodes) -> _Outcome:
        scores, rows = codes.search(self._queries, len(self.sample))
        estimates = self._sign * scores.astype(np.float64)
        limits = estimates[:, max(self._nearest.shape[1], int(len(self.sample) * _CANDIDATES_A_ROW))]
        by_row = np.empty_like(estimates)
        np.put_along_axis(by_row, rows, estimates, axis=1)
        errors = np.take_along_axis(by_row, self._nearest, axis=1) - self._distances
        last = self._distances[:, min(_RESULTS, self._distances.shape[1]) - 1]
        beyond = limits - np.maximum(errors.mean(axis=1), 0) - last
        margins = beyond / np.maximum(errors.std(axis=1), np.finfo(np.float32).tiny)
        same = self._nearest[:, :_RESULTS, None] == rows[:, None, : _FEW_CANDIDATES + 1]
        return _Outcome(int(np.count_nonzero(same)), np.asarray(np.percentile(margins, _SHARES_OF_QUERIES)))


def _ungrouped(trial: _Trial, of_plain: _Outcome, count: int) -> tuple[FastCodes | None, _Outcome]:
    """Return which codes without rows serve where groups are not asked for, None: RaBitQ's; and what they did."""
    tried = []
    if count >= _FEWEST_CONCENTRATED_A_DIMENSION * trial.sample.shape[1]:
        for index in _concentrated(trial.sample, trial.space):
            outcome = trial.outcome(concentrated := FastCodes(index))
            if (outcome.margins >= of_plain.margins).all():
                return concentrated, outcome
            tried.append((concentrated, outcome))
    outcome = trial.outcome(spread := FastCodes(_products(trial.turned, trial.space)))
    if outcome.found < _WORTH_THEIR_SPEED * of_plain.found:
        return None, of_plain
    return next(((one, its) for one, its in tried if (its.margins >= outcome.margins).all()), (spread, outcome))


def _grouped(turned_sample: Matrix, space: str) -> Any:
    """Return an index without rows of RaBitQ codes by groups, all of which a search scans."""
    library = faiss()
    dimension = turned_sample.shape[1]
    clustering = library.Clustering(dimension, _GROUPS)
    clustering.niter = _ROUNDS_OF_GROUPING
    clustering.min_points_per_centroid = 1  # a small sample does, without a warning
    centres = library.IndexFlatL2(dimension)
    clustering.train(turned_sample, centres)
    index = library.IndexIVFRaBitQFastScan(centres, dimension, _GROUPS, metric(space))
    index.train(turned_sample)
    index.nprobe = _GROUPS
    return index


def _products(sample: Matrix, space: str) -> Any:
    """Return an index of product codes without rows."""
    sample = _padded(sample)
    dimension = sample.shape[1]
    quantisers = dimension // _DIMENSIONS_A_QUANTISER
    index = faiss().IndexPQFastScan(dimension, quantisers, _BITS_A_QUANTISER, metric(space))
    index.pq.cp.niter = _ROUNDS_OF_TRAINING
    index.pq.cp.min_points_per_centroid = 1  # few rows are learnt by heart, without a warning
    index.train(sample)
    return index


def _concentrated(sample: Matrix, space: str) -> Iterator[Any]:
    """Yield indexes without rows of product codes of more and more principal components, as far as these may do."""
    library = faiss()
    dimension = sample.shape[1]
    most = dimension // _DIMENSIONS_A_QUANTISER * _CONCENTRATED_SHARE
    if most < _CONCENTRATED_QUANTISERS[0]:
        return
    centred = sample - sample.mean(axis=0)
    variances, vectors = np.linalg.eigh(centred.T @ centred)
    held, components = np.cumsum(variances[::-1]), np.ascontiguousarray(vectors.T[::-1], dtype=np.float32)
    for quantisers in _CONCENTRATED_QUANTISERS:
        width = quantisers * _DIMENSIONS_A_QUANTISER
        if quantisers > most or held[width - 1] < _CONCENTRATED_VARIANCE * held[-1]:
            continue
        # Dealt out to and fro, so that what a quantiser gets of strong components is made up for by weak ones.
        dealt = components[:width].reshape(_DIMENSIONS_A_QUANTISER, quantisers, dimension)
        dealt = np.concatenate([one[:: 1 - number % 2 * 2, None] for number, one in enumerate(dealt)], axis=1)
        projection = library.LinearTransform(dimension, width, False)
        library.copy_array_to_vector(dealt.ravel(), projection.A)
        projection.is_trained = True
        yield library.IndexPreTransform(projection, _products(projection.apply(sample), space))


def _padded(rows: Matrix, width: int | None = None) -> Matrix:
    """Return rows with zeros behind them up to a width, or to a whole number of quantisers."""
    dimension = rows.shape[1]
    missing = -dimension % _DIMENSIONS_A_QUANTISER if width is None else width - dimension
    return np.pad(rows, ((0, 0), (0, missing))) if missing else rows
