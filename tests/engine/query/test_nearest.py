"""What a query finds in collections large enough for codes: the nearest, whatever the vectors, filters and changes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import chromadb
from chromadb.client import embedded
from chromadb.engine import compaction
from chromadb.engine.compaction import CompactionOptions
from chromadb.engine.database import DatabaseOptions
from chromadb.engine.index import vector_index

Vectors = npt.NDArray[np.float32]

_RECORDS, _DIMENSION = 12_000, 128
_QUERIES = 20


def latent(rng: np.random.Generator, count: int) -> Vectors:
    basis = np.random.default_rng(1).standard_normal((16, _DIMENSION))
    return rng.standard_normal((count, 16)) @ basis + 0.1 * rng.standard_normal((count, _DIMENSION))


def clustered(rng: np.random.Generator, count: int) -> Vectors:
    centres = np.random.default_rng(1).standard_normal((60, _DIMENSION))
    return centres[rng.integers(0, 60, count)] + 0.3 * rng.standard_normal((count, _DIMENSION))


def anisotropic(rng: np.random.Generator, count: int) -> Vectors:
    return rng.standard_normal((count, _DIMENSION)) * np.arange(1, _DIMENSION + 1) ** -0.7 + 0.5


def noise(rng: np.random.Generator, count: int) -> Vectors:
    return rng.standard_normal((count, _DIMENSION))


def distances(vectors: Vectors, query: Vectors, space: str) -> Any:
    rows, one = vectors.astype(np.float64), query.astype(np.float64)
    if space == "l2":
        return ((rows - one) ** 2).sum(axis=1)
    products = rows @ one
    if space == "ip":
        return 1 - products
    return 1 - products / (np.linalg.norm(rows, axis=1) * np.linalg.norm(one))


def recall(collection: Any, vectors: Vectors, queries: Vectors, space: str, allowed: Any, **condition: Any) -> float:
    """Return recall@10 among the allowed rows, whose numbers are the ids; every answer has as many as there are."""
    answer = collection.query(query_embeddings=queries, n_results=10, include=["distances"], **condition)
    rows = np.flatnonzero(allowed)
    found = 0
    for query, ids, its_distances in zip(queries, answer["ids"], answer["distances"], strict=True):
        exact = distances(vectors[rows], query, space)
        assert len(ids) == min(10, len(rows))
        assert np.isin([int(id_) for id_ in ids], rows).all()
        assert its_distances == sorted(its_distances)
        limit = np.sort(exact)[: len(ids)].max(initial=0)
        found += int((np.array(its_distances) <= limit + 1e-4 * abs(limit) + 1e-6).sum())
    return found / (min(10, len(rows)) * len(queries)) if len(rows) else 1.0


def opened(where: str, directory: Path) -> Any:
    return chromadb.EphemeralClient() if where == "memory" else chromadb.PersistentClient(directory)


@pytest.mark.parametrize(
    ("where", "kind", "space"),
    [
        ("directory", latent, "l2"),
        ("directory", clustered, "cosine"),
        ("directory", anisotropic, "cosine"),
        ("directory", latent, "ip"),
        ("memory", noise, "cosine"),
        ("memory", clustered, "l2"),
    ],
)
def test_codes_find_the_nearest_under_filters_and_after_changes(
    where: str, kind: Any, space: str, tmp_path: Path
) -> None:
    with opened(where, tmp_path) as client:
        check_codes(client, kind, space)
        client.delete_collection("things")


def check_codes(client: Any, kind: Any, space: str) -> None:
    rng = np.random.default_rng(2)
    vectors = kind(rng, _RECORDS + 2_000).astype(np.float32)
    queries = kind(rng, _QUERIES).astype(np.float32)
    collection = client.create_collection("things", configuration={"hnsw": {"space": space}}, embedding_function=None)
    group = rng.integers(0, 10, len(vectors))
    # A key that goes with the vectors, and so selects a region.
    side = vectors[:, 0] > np.median(vectors[:, 0])
    for start in range(0, len(vectors), 5_000):
        rows = range(start, min(start + 5_000, len(vectors)))
        collection.add(
            ids=[str(row) for row in rows],
            embeddings=vectors[rows.start : rows.stop],
            metadatas=[{"group": int(group[row]), "side": bool(side[row])} for row in rows],
        )
        if rows.stop == 10_000:
            client.compact()
    # Dead rows and replaced vectors among the sealed ones, and a tail behind them.
    alive = np.ones(len(vectors), dtype=bool)
    alive[500:1_500] = False
    collection.delete(ids=[str(row) for row in range(500, 1_500)])
    vectors[2_000:3_000] = kind(rng, 1_000).astype(np.float32)
    collection.update(ids=[str(row) for row in range(2_000, 3_000)], embeddings=vectors[2_000:3_000])

    for moment in ("before", "after"):
        assert recall(collection, vectors, queries, space, alive) >= 0.99, moment
        for where, mask in (
            ({"side": True}, side),
            ({"side": False}, ~side),
            ({"group": {"$lt": 9}}, group < 9),
            ({"group": 3}, group == 3),
            ({"$and": [{"group": 3}, {"side": True}]}, (group == 3) & side),
            ({"group": 99}, group == 99),
        ):
            assert (
                recall(collection, vectors, queries, space, alive & mask, where=where) >= 0.99
                or not (alive & mask).any()
            ), (moment, where)
        client.compact()
    assert client.check().ok


def test_explain_tells_how_a_query_is_answered(tmp_path: Path) -> None:
    client = opened("directory", tmp_path)
    rng = np.random.default_rng(3)
    vectors = latent(rng, _RECORDS).astype(np.float32)
    # Else the tail may be sealed before it is looked at.
    late = {"hnsw": {"sync_threshold": 50_000}}
    collection = client.create_collection("things", embedding_function=None, configuration=late)
    for start in range(0, _RECORDS, 4_000):
        collection.add(
            ids=[str(row) for row in range(start, start + 4_000)],
            embeddings=vectors[start : start + 4_000],
            metadatas=[{"number": row} for row in range(start, start + 4_000)],
        )

    assert collection.explain(query_embeddings=vectors[:1]).plan == "exact"
    client.compact()
    few = collection.explain(query_embeddings=vectors[:1], where={"number": {"$lt": 50}})
    assert (few.plan, few.matches, few.slots) == ("exact", 50, _RECORDS)
    assert {"filter", "exact", "records"} <= {stage.name for stage in few.stages}
    assert all(stage.milliseconds >= 0 for stage in few.stages)
    assert "plan: exact" in str(few)
    client.close()


def test_sealed_rows_are_scanned_by_codes_and_the_tail_exactly(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    vectors = latent(rng, _RECORDS + 1_000).astype(np.float32)
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.create_collection("things", embedding_function=None)
        collection.add(
            ids=[str(row) for row in range(_RECORDS)],
            embeddings=vectors[:_RECORDS],
            metadatas=[{"fifth": row % 5} for row in range(_RECORDS)],
        )
        client.compact()
        assert collection.explain(query_embeddings=vectors[:1]).plan == "scan"
        collection.add(ids=["new"], embeddings=vectors[-1:])
        told = collection.explain(query_embeddings=vectors[:1])
        assert {stage.name: stage.rows for stage in told.stages}["exact"] == 1
        assert told.plan == "exact + scan"
        assert collection.query(query_embeddings=vectors[-1:], n_results=1)["ids"] == [["new"]]
        told = collection.explain(query_embeddings=vectors[:1], where={"fifth": {"$lt": 4}})
        assert told.plan.endswith("scan")


def test_a_segment_with_short_codes_is_scanned_where_others_have_a_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = CompactionOptions(graph_rows=33_000)
    monkeypatch.setattr(embedded, "DatabaseOptions", partial(DatabaseOptions, compaction=options))
    monkeypatch.setattr(compaction, "write_graph", lambda *_: pytest.fail("a graph was made"))
    rng = np.random.default_rng(5)
    basis = rng.standard_normal((32, 256))
    vectors = (rng.standard_normal((34_100, 32)) @ basis).astype(np.float32)
    vectors, queries = vectors[100:], vectors[:100]
    with chromadb.PersistentClient(tmp_path) as client:
        configuration = {"hnsw": {"space": "cosine"}}
        collection = client.create_collection("things", configuration=configuration, embedding_function=None)
        for start in range(0, len(vectors), 5_000):
            rows = range(start, min(start + 5_000, len(vectors)))
            collection.add(ids=[str(row) for row in rows], embeddings=vectors[rows.start : rows.stop])
        client.compact()
        assert collection.explain(query_embeddings=queries[:1]).plan == "scan"
        assert recall(collection, vectors, queries, "cosine", np.ones(len(vectors), dtype=bool)) >= 0.99


@pytest.mark.parametrize("kind", ["hnsw", "spann"])
def test_large_segments_are_searched_through_a_graph_or_lists(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = CompactionOptions(graph_rows=5_000, list_rows=5_000)
    monkeypatch.setattr(embedded, "DatabaseOptions", partial(DatabaseOptions, compaction=options))
    # Which of the two is quicker at this size depends on the machine.
    monkeypatch.setattr(vector_index, "_scan_microseconds", lambda *_: float("inf"))
    rng = np.random.default_rng(5)
    vectors = clustered(rng, _RECORDS).astype(np.float32)
    queries = clustered(rng, _QUERIES).astype(np.float32)
    alive = np.ones(_RECORDS, dtype=bool)
    plan = {"hnsw": "graph", "spann": "lists"}[kind]
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.create_collection("things", configuration={kind: {"space": "l2"}}, embedding_function=None)
        collection.add(
            ids=[str(row) for row in range(_RECORDS)],
            embeddings=vectors,
            metadatas=[{"tenth": row % 10} for row in range(_RECORDS)],
        )
        client.compact()
        assert collection.explain(query_embeddings=queries[:1]).plan == plan
        collection.delete(ids=[str(row) for row in range(0, _RECORDS, 12)])
        alive[::12] = False
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.get_collection("things", embedding_function=None)
        assert collection.explain(query_embeddings=queries[:1]).plan == plan
        assert recall(collection, vectors, queries, "l2", alive) >= 0.99
        third = np.arange(_RECORDS) % 10 == 3
        assert recall(collection, vectors, queries, "l2", alive & third, where={"tenth": 3}) >= 0.99
        assert collection.explain(query_embeddings=queries[:1], where={"tenth": 3}).plan != plan
        # A copy has them, too, and what was deleted from the original stays away from it.
        copy = collection.fork("copy")
        assert copy.explain(query_embeddings=queries[:1]).plan == plan
        assert recall(copy, vectors, queries, "l2", alive) >= 0.99
        assert client.check().ok
