"""A sealed segment: the vectors of some records in a form that never changes, and what finds the nearest among them.

Parts (all numbers little-endian; n rows of d dimensions):

    vectors     float32 (n, d), as they were given
    blocks      uint32, CRC-32 of each block of rows of ``vectors``, so that rows are verified where they are read
    rows        int64 (n,), ascending: which record of the collection each row belongs to (record number without the
                collection's bits, so that a fork may share the segment)
    norms       float32 (n,), squared lengths
    codes.fast, codes.plain
                FAISS indexes of codes (see codes.py), absent below the smallest dimension that has codes, and where
                the schema switches the vector index off
    columns     metadata columns that had been filled when the segment was written (see column_file.py)
    postings    inverted lists of sparse vectors (see sparse_file.py), absent where there are none

Properties in the header: dimension, space, rows, block_rows (of a block; 32 where it is absent). A graph or lists lie
beside it (vector_index.py). Whatever but ``vectors`` and ``rows`` is derived from these two and the records, and is
built anew when it turns out to be damaged.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from msgspec import Struct, field
from msgspec.structs import replace

from chromadb.engine.index.codes import SMALLEST_DIMENSION, Codes
from chromadb.engine.index.column_file import SavedColumns, write_columns
from chromadb.engine.index.columns import Column
from chromadb.engine.index.distances import Distances
from chromadb.engine.index.sparse_column import SparseColumn
from chromadb.engine.index.sparse_file import SavedPostings, write_postings
from chromadb.engine.index.vectors import Slots
from chromadb.engine.store.records import Numbers
from chromadb.engine.store.segment_files import DamagedSegmentError, Part, PartWriter, SegmentFiles, SegmentFolder
from chromadb.model.embeddings import Matrix

_BLOCK_BYTES = 16_384
"""Of the vectors that are verified together: a query that finds the file unread reads a block for each candidate."""
_BLOCK_ROWS_UNSAID = 32
_ROWS_AT_ONCE = 16_384
_COLUMNS = "columns"
"""The part that may be written again."""
_LARGEST_CODED = 1e30
"""Squared length beyond which estimates would leave the range of binary32."""

_logger = logging.getLogger(__name__)


class MappedVectors:
    """The float32 rows of a segment, verified block by block when they are first read.

    block_rows: how many each of the checksums is of.
    """

    def __init__(self, matrix: Matrix, checksums: npt.NDArray[np.uint32], block_rows: int, where: str) -> None:
        self.matrix = matrix
        self._block_rows = block_rows
        self._checksums = checksums
        self._where = where
        self._verified = np.zeros(len(checksums), dtype=np.bool_)
        self._all_verified = False

    def verify(self, rows: Slots | None) -> None:
        """Raise DamagedSegmentError if one of the rows (None: any) is not what was written."""
        if self._all_verified:
            return
        if rows is None:
            blocks = np.flatnonzero(~self._verified)
        else:
            blocks = rows // self._block_rows
            if self._verified[blocks].all():
                return
            blocks = blocks[~self._verified[blocks]]
        for block in set(blocks.tolist()):
            vectors = self._block(block)
            if _checksum(vectors) != self._checksums[block]:
                first = block * self._block_rows
                last = first + len(vectors) - 1
                raise DamagedSegmentError(
                    f"the vectors in {self._where}, rows {first} to {last}, are damaged; client.check() lists the "
                    "records that this concerns, and adding these anew by upsert heals them"
                )
            self._verified[block] = True
        self._all_verified = bool(self._verified.all())

    def blocks(self) -> Iterator[Matrix]:
        """Yield all rows in order, not verified, without copying them."""
        for first in range(0, len(self.matrix), _ROWS_AT_ONCE):
            yield self.matrix[first : first + _ROWS_AT_ONCE]

    def damaged_rows(self) -> Numbers:
        """Return the rows in blocks that are not what was written, reading all of them."""
        found = []
        for block in range(len(self._checksums)):
            rows = self._block(block)
            if _checksum(rows) != self._checksums[block]:
                first = block * self._block_rows
                found.append(np.arange(first, first + len(rows)))
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)

    def _block(self, number: int) -> Matrix:
        return self.matrix[number * self._block_rows : (number + 1) * self._block_rows]


class Segment(Struct, frozen=True):
    """An open sealed segment of n rows of d dimensions.

    rows: int64 (n,), ascending. norms: float32 (n,), squared. codes: None of one without.
    columns, postings: None when none could be read or there are none. problems: what was found damaged; such a segment
    is to be written again. parts: size and checksum of its files but the columns.
    bad_rows: those whose vectors were found damaged.
    """

    name: UUID
    vectors: MappedVectors
    rows: Numbers
    norms: Distances
    codes: Codes | None
    columns: SavedColumns | None
    postings: SavedPostings | None
    problems: tuple[str, ...]
    parts: Mapping[str, Part]
    bad_rows: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.rows)

    def inspected(self) -> Segment:
        """Return the segment with all its damaged rows noted."""
        bad_rows = self.vectors.damaged_rows()
        if len(bad_rows) == 0:
            return self
        return replace(self, problems=(*self.problems, f"{len(bad_rows)} vectors are damaged"), bad_rows=bad_rows)

    def column(self, key: str) -> Column | None:
        """Return the metadata column of a key, None if it was not saved."""
        return None if self.columns is None else self.columns.get(key)

    def sparse_column(self, key: str) -> SparseColumn | None:
        """Return the sparse vectors under a key, None if they were not saved."""
        return None if self.postings is None else self.postings.get(key)


def squared_norms(rows: Matrix) -> Distances:
    """Return the squared length of each row; above zero for every row that is not zero."""
    squares: Distances = np.einsum("ij,ij->i", rows, rows)
    if not squares.all():
        # Only a zero vector has the length 0, however small the squares of another are.
        squares[(squares == 0) & rows.any(axis=1)] = np.finfo(np.float32).tiny
    return squares


def codeable(dimension: int, norms: Distances) -> bool:
    """Return whether codes say enough of such vectors, whose squared lengths are given."""
    return dimension >= SMALLEST_DIMENSION and float(norms.max(initial=0)) < _LARGEST_CODED


def write_segment(
    folder: SegmentFolder,
    owner: UUID,
    space: str,
    rows: Numbers,
    norms: Distances,
    blocks: Callable[[], Iterator[Matrix]],
    columns: Mapping[str, Column],
    sparse_columns: Mapping[str, SparseColumn],
    coded: bool,
) -> UUID:
    """Write a segment and return its name.

    rows: ascending. blocks: gives their vectors in that order, in matrices of any number of rows, each time it is
    called. columns, sparse_columns: metadata of the rows. coded: whether it gets codes, where these say enough.
    """
    dimension = next(blocks()).shape[1]
    block_rows = max(1, _BLOCK_BYTES // (4 * dimension))

    def write_vectors(path: Path) -> None:
        with open(path, "wb") as file:
            for matrix in blocks():
                file.write(np.ascontiguousarray(matrix, dtype="<f4").data)

    def write_checksums(path: Path) -> None:
        vectors = np.memmap(path.with_name("vectors"), dtype="<f4", mode="r").reshape(-1, dimension)
        sums = [_checksum(vectors[first : first + block_rows]) for first in range(0, len(vectors), block_rows)]
        np.array(sums, dtype="<u4").tofile(path)

    parts: dict[str, PartWriter] = {
        "vectors": write_vectors,
        "blocks": write_checksums,
        "rows": rows.astype("<i8").tofile,
        "norms": norms.astype("<f4").tofile,
        _COLUMNS: partial(write_columns, columns),
    }
    if sparse_columns:
        parts["postings"] = partial(write_postings, sparse_columns)
    if coded and codeable(dimension, norms):
        codes = Codes.build(blocks, len(rows), space)
        parts["codes.fast"] = codes.write_fast
        parts["codes.plain"] = codes.write_plain
    properties = {"dimension": dimension, "space": space, "rows": len(rows), "block_rows": block_rows}
    return folder.write(owner, properties, parts)


def write_with_columns(folder: SegmentFolder, owner: UUID, name: UUID, columns: Mapping[str, Column]) -> UUID:
    """Write a segment with other metadata columns than one has, and the same files for the rest; return its name."""
    return folder.write_changed(owner, name, {_COLUMNS: partial(write_columns, columns)})


def open_segment(folder: SegmentFolder, owner: UUID, name: UUID, held: Iterable[Segment] = ()) -> Segment:
    """Map a segment and verify all of it but the vectors, which are verified where they are read.

    held: open segments. Of one that differs in its columns alone everything else is taken over, with what is verified.
    Raises DamagedSegmentError, MissingSegmentError when vectors or rows cannot be used.
    """
    files = folder.open(owner, name)
    parts = {part: its for part, its in files.header.parts.items() if part != _COLUMNS}
    with files.reading():
        for one in held:
            if one.parts == parts and not one.problems:
                with suppress(DamagedSegmentError):
                    return replace(one, name=name, columns=SavedColumns(files.map(_COLUMNS)))
        segment = _opened(name, files, parts)
    if segment.problems:
        files.check_present()
    return segment


def _opened(name: UUID, files: SegmentFiles, parts: Mapping[str, Part]) -> Segment:
    properties = files.header.properties
    dimension, count, space = properties["dimension"], properties["rows"], properties["space"]
    matrix = files.map("vectors", verify=False).view("<f4").reshape(count, dimension)
    block_rows = properties.get("block_rows", _BLOCK_ROWS_UNSAID)
    vectors = MappedVectors(matrix, files.map("blocks").view("<u4"), block_rows, str(files.directory))
    problems: list[str] = []

    def derived(parts: tuple[str, ...], use: Callable[[], Any], make: Callable[[], Any]) -> Any:
        try:
            for part in parts:
                files.map(part)
            return use()
        except (DamagedSegmentError, RuntimeError) as error:
            problems.append(str(error))
            _logger.warning("%s; it is made anew from the vectors", error)
            return make()

    def verified_blocks() -> Iterator[Matrix]:
        vectors.verify(None)
        return vectors.blocks()

    norms = derived(
        ("norms",),
        lambda: files.map("norms", verify=False).view("<f4"),
        lambda: np.concatenate([squared_norms(rows) for rows in verified_blocks()]),
    )
    codes = None
    if "codes.fast" in files.header.parts:
        codes = derived(
            ("codes.fast", "codes.plain"),
            lambda: Codes.open(files.path("codes.fast"), files.path("codes.plain"), space),
            lambda: Codes.build(verified_blocks, count, space),
        )
    columns = derived((_COLUMNS,), lambda: SavedColumns(files.map(_COLUMNS, verify=False)), lambda: None)
    postings = None
    if "postings" in files.header.parts:
        postings = derived(("postings",), lambda: SavedPostings(files.map("postings", verify=False)), lambda: None)
    rows = files.map("rows").view("<i8")
    return Segment(name, vectors, rows, norms, codes, columns, postings, tuple(problems), parts)


def _checksum(rows: Matrix) -> int:
    return zlib.crc32(rows.data)
