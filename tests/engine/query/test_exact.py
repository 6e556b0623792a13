"""``exact=True`` compares all vectors, also where codes could not tell them apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np
import pytest

import chromadb
from chromadb.engine.query import nearest

_ROWS, _DIMENSION, _CLUSTERS = 3_000, 96, 3


@pytest.fixture(scope="module")
def vectors() -> Any:
    rng = np.random.default_rng(8)
    centres = rng.standard_normal((_CLUSTERS, _DIMENSION))
    # Far closer to each other than what a bit a dimension can say.
    near = centres[rng.integers(0, _CLUSTERS, _ROWS)] + 1e-3 * rng.standard_normal((_ROWS, _DIMENSION))
    return near.astype(np.float32)


@pytest.fixture(scope="module", params=["l2", "cosine"])
def sealed(request: Any, vectors: Any, tmp_path_factory: Any) -> Iterator[tuple[Any, str]]:
    with chromadb.PersistentClient(tmp_path_factory.mktemp("exact")) as client:
        things = client.create_collection(
            "things", embedding_function=None, configuration={"hnsw": {"space": request.param}}
        )
        metadatas: Any = [{"half": number % 2} for number in range(_ROWS)]
        things.add(ids=list(map(str, range(_ROWS))), embeddings=vectors, metadatas=metadatas)
        client.compact()
        things.delete(ids=["0", "1", "2"])
        yield things, request.param


def brute_force(vectors: Any, queries: Any, space: str, rows: Any, count: int) -> list[list[str]]:
    found = []
    for query in queries.astype(np.float64):
        among = vectors[rows].astype(np.float64)
        if space == "l2":
            scores = np.square(among - query).sum(axis=1)
        else:
            scores = 1 - among @ query / np.linalg.norm(among, axis=1) / np.linalg.norm(query)
        found.append([str(row) for row in rows[np.argsort(scores, kind="stable")[:count]]])
    return found


def test_exact_answers_are_those_of_brute_force_where_codes_would_err(sealed: Any, vectors: Any) -> None:
    things, space = sealed
    rows, queries = np.arange(3, _ROWS), vectors[100:108]
    expected = brute_force(vectors, queries, space, rows, 10)

    def found(**how: Any) -> list[list[str]]:
        ids: list[list[str]] = things.query(query_embeddings=queries, n_results=10, include=[], **how)["ids"]
        return ids

    with (
        mock.patch.object(nearest, "_EXACT_BYTES", 0),
        mock.patch.object(nearest, "_ENOUGH_DEVIATIONS", -1e9),
        mock.patch.object(nearest, "_CANDIDATES", (20, 20)),
        mock.patch.object(nearest, "_CANDIDATES_A_RESULT", (2, 2)),
    ):
        assert found() != expected, "the data is meant to be too much for codes"
        assert found(exact=True) == expected
        odd = rows[rows % 2 == 1]
        assert found(exact=True, where={"half": 1}) == brute_force(vectors, queries, space, odd, 10)
        few = ["5", "2000", "17", "missing", "0"]
        assert found(exact=True, ids=few) == brute_force(vectors, queries, space, np.array([5, 17, 2000]), 10)
        later = brute_force(vectors, queries, space, rows, 14)
        assert found(exact=True, offset=4) == [ids[4:] for ids in later]
    assert found() == expected
