"""What spares a search of a large segment the scan of all its codes: a graph, or lists, kept where it is quicker.

It lies in a directory of its own, for it is made behind the segment, which serves meanwhile:

    graph or lists      FAISS index (see graph.py, lists.py); absent when the scan turned out to be quicker

Properties in the header: kind ("graph", "lists" or "none"), space, rows, calibration, scan_microseconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from msgspec import Struct

from chromadb.engine.index.calibration import Calibration, Finder, calibrate, sample_queries
from chromadb.engine.index.columns import Mask
from chromadb.engine.index.comparable import Estimates, LocalRows, Queries
from chromadb.engine.index.distances import nearest_between
from chromadb.engine.index.graph import Graph
from chromadb.engine.index.lists import ListOptions, Lists
from chromadb.engine.index.segment import Segment
from chromadb.engine.index.vectors import VectorRows
from chromadb.engine.store.segment_files import PartWriter, SegmentFolder
from chromadb.model.embeddings import Matrix

if TYPE_CHECKING:
    from chromadb.model.configuration import HnswConfiguration, SpannConfiguration

_LADDER = (1, 2, 4, 8)
"""Efforts that are tried, in multiples of what the configuration asks for."""
_LOST_SHARE = 0.01
"""Share of rows to which no links lead, beyond which a graph is taken for damaged; some there always are."""
_SCAN_CANDIDATES = 320
_SCANS_TIMED = 20
_ROWS_UNINTERRUPTED = 2_048
"""Rows linked in one call, for about a second, for which closing a client may have to wait."""


class VectorIndex(Struct, frozen=True):
    """An open graph or lists of a segment. index: None when scanning the codes is quicker."""

    name: UUID
    index: Graph | Lists | None
    calibration: Calibration | None

    def nearest(
        self, queries: Matrix, count: int, effort: int, breadth: int, allowed: Mask | None, threads: int
    ) -> tuple[LocalRows, Estimates]:
        """Return rows that look nearest and estimated distances, as the index itself does; there is one.

        count: of the candidates from lists, whose codes are coarse; a graph, whose codes are fine, returns as many as
        it has held on its way. effort: the least that the configuration asks for (ef_search, search_nprobe); more where
        calibration says so. breadth: ef_search of the graph over the centres of lists.
        """
        assert self.index is not None
        assert self.calibration is not None
        effort = max(effort, self.calibration.effort)
        if isinstance(self.index, Graph):
            return self.index.nearest(queries, effort, effort, allowed, threads)
        return self.index.nearest(queries, count, effort, breadth, allowed, threads)

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with its structure."""
        if isinstance(self.index, Graph) and (lost := self.index.unreachable()) > _LOST_SHARE * len(self.index):
            yield f"the graph {self.name} does not lead to {lost} of its {len(self.index)} rows"


def write_graph(
    folder: SegmentFolder,
    owner: UUID,
    segment: Segment,
    configuration: HnswConfiguration,
    interrupt: Callable[[], None],
) -> UUID:
    """Link the rows of a segment, measure whether that pays, and write what came out; return its name.

    interrupt: called now and then; what it raises ends the work.
    """

    def blocks() -> Iterator[Matrix]:
        for rows in segment.vectors.blocks():
            for start in range(0, len(rows), _ROWS_UNINTERRUPTED):
                interrupt()
                yield rows[start : start + _ROWS_UNINTERRUPTED]

    segment.vectors.verify(None)
    space, threads = configuration.space, configuration.num_threads
    graph = Graph.build(
        blocks, len(segment), space, configuration.max_neighbors, configuration.ef_construction, threads
    )
    ladder = [configuration.ef_search * factor for factor in _LADDER]

    def candidates(queries: Matrix, effort: int) -> LocalRows:
        interrupt()
        return graph.nearest(queries, effort, effort, None, 1)[0]

    return _written(folder, owner, segment, space, "graph", graph.write, candidates, ladder, always=False)


def write_lists(
    folder: SegmentFolder,
    owner: UUID,
    segment: Segment,
    configuration: SpannConfiguration,
    threads: int,
    interrupt: Callable[[], None],
) -> UUID:
    """Do what ``write_graph`` does with lists, which are kept whenever they find enough."""
    segment.vectors.verify(None)
    options = ListOptions(
        max_neighbors=configuration.max_neighbors,
        ef_construction=configuration.ef_construction,
        write_nprobe=configuration.write_nprobe,
        split_threshold=configuration.split_threshold,
        merge_threshold=configuration.merge_threshold,
        reassign_neighbor_count=configuration.reassign_neighbor_count,
    )
    space = configuration.space
    lists = Lists.build(segment.vectors.matrix, space, options, threads, interrupt)
    ladder = [configuration.search_nprobe * factor for factor in _LADDER]

    def candidates(queries: Matrix, effort: int) -> LocalRows:
        interrupt()
        return lists.nearest(queries, _SCAN_CANDIDATES, effort, configuration.ef_search, None, 1)[0]

    return _written(folder, owner, segment, space, "lists", lists.write, candidates, ladder, always=True)


def open_vector_index(folder: SegmentFolder, owner: UUID, name: UUID) -> VectorIndex:
    """Verify and map what was written; raises DamagedSegmentError, MissingSegmentError."""
    files = folder.open(owner, name)
    properties = files.header.properties
    kind, space, rows = properties["kind"], properties["space"], properties["rows"]
    index: Graph | Lists | None = None
    calibration = None
    if kind != "none":
        calibration = Calibration.from_json(properties["calibration"])
        with files.reading():
            files.map(kind)
            path = files.path(kind)
            index = Graph.open(path, space) if kind == "graph" else Lists.open(path, rows, space)
    return VectorIndex(name, index, calibration)


def _written(
    folder: SegmentFolder,
    owner: UUID,
    segment: Segment,
    space: str,
    kind: str,
    write: Callable[[Path], None],
    candidates: Finder,
    ladder: list[int],
    *,
    always: bool,
) -> UUID:
    rows = VectorRows(segment.vectors.matrix.shape[1])
    rows.attach(segment.vectors)

    def exact(queries: Matrix, count: int) -> LocalRows:
        found = nearest_between(queries, rows, segment.norms, 0, len(segment), None, count, space)
        return np.stack([slots for slots, _ in found])

    calibration = calibrate(segment.vectors.matrix, space, exact, candidates, ladder)
    scan = _scan_microseconds(segment, space, exact)
    kept = calibration is not None and (always or calibration.microseconds < scan)
    properties: dict[str, Any] = {
        "kind": kind if kept else "none",
        "space": space,
        "rows": len(segment),
        "calibration": None if calibration is None else calibration.to_json(),
        "scan_microseconds": scan,
    }
    parts: dict[str, PartWriter] = {kind: write} if kept else {}
    return folder.write(owner, properties, parts)


def _scan_microseconds(segment: Segment, space: str, exact: Finder) -> float:
    """Return how long it takes to scan the codes of a segment for one query, the median; infinite without codes."""
    if segment.codes is None:
        return float("inf")
    seconds = []
    for query in sample_queries(segment.vectors.matrix, space, exact)[:_SCANS_TIMED]:
        started = time.perf_counter()
        segment.codes.nearest(Queries(query[None], space), _SCAN_CANDIDATES, None, 1)
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds)) * 1e6
