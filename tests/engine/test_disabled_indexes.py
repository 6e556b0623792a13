"""A disabled index is not built and takes no space."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

import chromadb
from chromadb import K, Knn, Schema, Search, StringInvertedIndexConfig
from chromadb.engine.index.segment import Segment, open_segment
from chromadb.engine.store.segment_files import SegmentFolder
from chromadb.execution.expression import GroupBy, MinK

_DIMENSION = 64


def without_vector_index() -> Schema:
    schema = Schema()
    types: Any = schema.keys["#embedding"].float_list
    types.vector_index.enabled = False
    return schema


def normal(rows: int) -> Any:
    return np.random.default_rng(5).normal(size=(rows, _DIMENSION)).astype(np.float32)


def filled(client: chromadb.ClientAPI, vectors: Any, schema: Schema) -> chromadb.Collection:
    things = client.create_collection("things", embedding_function=None, schema=schema)
    things.add(ids=[str(number) for number in range(len(vectors))], embeddings=vectors)
    return things


def nearest(vectors: Any, number: int) -> list[list[str]]:
    distances = np.square(vectors - vectors[number]).sum(axis=1)
    return [[str(row) for row in np.argsort(distances, kind="stable")[:5]]]


def the_segment(directory: Path) -> Segment:
    ((owner, name),) = SegmentFolder(directory).entries()
    return open_segment(SegmentFolder(directory), owner, UUID(name))


@pytest.mark.parametrize("enabled", [True, False])
def test_vectors_without_their_index_get_no_codes(tmp_path: Path, enabled: bool) -> None:
    vectors = normal(3_000)
    with chromadb.PersistentClient(tmp_path) as client:
        things = filled(client, vectors, Schema() if enabled else without_vector_index())
        client.compact()
        found = things.query(query_embeddings=vectors[7], n_results=5)["ids"]
    parts = the_segment(tmp_path).parts
    assert ("codes.fast" in parts, "codes.plain" in parts) == (enabled, enabled)
    assert found == nearest(vectors, 7)
    with chromadb.PersistentClient(tmp_path) as client:
        again = client.get_collection("things", None)
        assert again.query(query_embeddings=vectors[7], n_results=5)["ids"] == found
        assert client.check().problems == ()


def test_vectors_in_memory_without_their_index_get_no_codes() -> None:
    # Vectors of fewer bytes are compared at once, though they have codes.
    vectors = normal(16_500)
    with chromadb.EphemeralClient() as client:
        things = filled(client, vectors, without_vector_index())
        client.compact()
        assert things.explain(query_embeddings=vectors[7], n_results=5).plan == "exact"
        assert things.query(query_embeddings=vectors[7], n_results=5)["ids"] == nearest(vectors, 7)


def test_no_columns_are_kept_of_keys_without_an_index(tmp_path: Path) -> None:
    with chromadb.PersistentClient(tmp_path) as client:
        schema = Schema().delete_index(StringInvertedIndexConfig(), key="off")
        things = client.create_collection("things", embedding_function=None, schema=schema)
        metadatas = [{"on": f"v{number % 3}", "off": f"v{number % 3}"} for number in range(90)]
        things.add(ids=[str(number) for number in range(90)], embeddings=[[0.0]] * 90, metadatas=metadatas)
        for key in ("on", "off"):
            assert things.facets(key) == [("v0", 30), ("v1", 30), ("v2", 30)]
            assert things.get(order_by=key, limit=2)["ids"] == ["0", "3"]
            groups = GroupBy(key, MinK(K.SCORE, 1))
            assert things.search(Search().rank(Knn([0.0], limit=9)).group_by(groups))["ids"] == [["0", "1", "2"]]
        client.compact()

        segment = the_segment(tmp_path)

    assert segment.column("on") is not None
    assert segment.column("off") is None
