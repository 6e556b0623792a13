"""Filters that are used time and again: their codes are taken out, and the answers stay what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import chromadb

_RECORDS, _DIMENSION = 6_000, 512
_OFTEN = 40
"""Uses after which codes have been taken out, whatever the machine: what they save is estimated, not measured."""


@pytest.mark.parametrize("space", ["l2", "cosine"])
def test_a_filter_that_is_used_again_and_again_gets_codes_of_its_own(tmp_path: Path, space: str) -> None:
    rng = np.random.default_rng(5)
    basis = rng.standard_normal((24, _DIMENSION))
    vectors = (rng.standard_normal((_RECORDS + 20, 24)) @ basis).astype(np.float32)
    vectors, queries = vectors[:_RECORDS], vectors[_RECORDS:]
    with chromadb.PersistentClient(tmp_path) as client:
        configuration = {"hnsw": {"space": space}}
        collection = client.create_collection("things", embedding_function=None, configuration=configuration)
        collection.add(
            ids=[str(row) for row in range(_RECORDS)],
            embeddings=vectors,
            metadatas=[{"part": row % 12} for row in range(_RECORDS)],
        )
        client.compact()
        where = {"part": {"$lt": 5}}
        plans = [collection.explain(query_embeddings=queries[:1], where=where).plan for _ in range(_OFTEN)]
        assert plans[0] != "narrow"
        assert plans[-1] == "narrow"

        found = collection.query(query_embeddings=queries, where=where, n_results=10)
        assert found["ids"] == collection.query(query_embeddings=queries, where=where, n_results=10, exact=True)["ids"]
        assert all(int(id_) % 12 < 5 for ids in found["ids"] for id_ in ids)

        # What has been deleted is gone, what is new is found, by the same filter.
        nearest = found["ids"][0][0]
        collection.delete(ids=[nearest])
        collection.add(ids=["new"], embeddings=queries[1:2], metadatas=[{"part": 0}])
        after = collection.query(query_embeddings=queries[:2], where=where, n_results=10)["ids"]
        assert nearest not in after[0]
        assert after[0][:9] == found["ids"][0][1:]
        assert after[1][0] == "new"
