"""Every rank expression equals a plain evaluation over all records, in this process and through a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running_server import running

import chromadb
from chromadb import K, Knn, Search, SparseVector
from chromadb.execution.expression import Val

from .test_searching import QUERY, TERM_QUERY, dense, make, sparse

NUMBERS = st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0, 3.0])
LARGEST = np.finfo(np.float32).max
FOLDS: dict[str, tuple[Any, float]] = {
    "$sum": (np.add, 0),
    "$mul": (np.multiply, 1),
    "$max": (np.fmax, -LARGEST),
    "$min": (np.fmin, LARGEST),
}
FUNCTIONS: dict[str, Any] = {"$abs": np.abs, "$exp": np.exp, "$log": np.log}

neighbourhoods = st.builds(
    lambda query, limit, default, as_rank: Knn(
        query, "#embedding" if isinstance(query, list) else "terms", limit, default, as_rank
    ),
    QUERY | TERM_QUERY,
    st.integers(1, 70),
    st.none() | NUMBERS,
    st.booleans(),
)


def combined(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    ways: list[Callable[[Any, Any], Any]] = [
        lambda left, right: left + right,
        lambda left, right: left - right,
        lambda left, right: left * right,
        lambda left, right: left / right,
        lambda left, right: left.max(right),
        lambda left, right: left.min(right),
        lambda left, _: -left,
        lambda left, _: left.abs(),
        lambda left, _: left.exp(),
        lambda left, _: left.log(),
    ]
    return st.builds(lambda way, left, right: way(left, right), st.sampled_from(ways), parts, parts)


expressions = st.recursive(neighbourhoods | NUMBERS.map(Val), combined, max_leaves=6)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any, list[dict[str, Any]]]]:
    """Yield a collection, the same one as a client of a server sees it, and its records."""
    directory = tmp_path_factory.mktemp("expressions")
    with chromadb.PersistentClient(str(directory / "data")) as client:
        collection, records = make(client)
        with running(directory) as server, chromadb.HttpClient(server.url) as remote:
            yield collection, remote.get_collection(collection.name), records


def evaluated(rank: dict[str, Any], records: list[dict[str, Any]], found: list[set[str]], strict: list[bool]) -> Any:
    """Return the score of each record as float32, whatever it is where a neighbourhood lacks it.

    found, strict: what each neighbourhood holds, and whether others have no score, are appended.
    """
    [(operator, operand)] = rank.items()
    if operator == "$val":
        return np.full(len(records), operand, dtype=np.float32)
    if operator == "$knn":
        knn = Knn.from_dict(rank)
        assert isinstance(knn, Knn)
        near = (sparse if isinstance(knn.query, SparseVector) else dense)(
            records, knn.query, knn.limit, knn.return_rank
        )
        found.append(set(near))
        strict.append(knn.default is None)
        return np.array([near.get(record["id"], knn.default or 0) for record in records], dtype=np.float32)
    if operator in FUNCTIONS:
        return FUNCTIONS[operator](evaluated(operand, records, found, strict))
    if operator in FOLDS:
        fold, start = FOLDS[operator]
        parts = [evaluated(part, records, found, strict) for part in operand]
        return reduce(fold, parts, np.full(len(records), start, dtype=np.float32))
    left, right = (evaluated(operand[side], records, found, strict) for side in ("left", "right"))
    return left - right if operator == "$sub" else left / right


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(rank=expressions, least=st.integers(0, 5))
def test_a_score_is_what_the_expression_says(served: Any, rank: Any, least: int) -> None:
    collection, remote, records = served
    allowed = [record for record in records if record["metadata"]["p"] >= least]
    found: list[set[str]] = []
    strict: list[bool] = []
    with np.errstate(all="ignore"):
        scores = evaluated(rank.to_dict(), allowed, found, strict)
    needed = [its for its, is_strict in zip(found, strict, strict=True) if is_strict]
    held = set.intersection(*needed) if needed else set().union(*found)
    expected = {record["id"]: score for record, score in zip(allowed, scores, strict=True) if record["id"] in held}
    search = Search().where(K("p") >= least).rank(rank).select(K.SCORE)

    answer = collection.search(search)

    assert set(answer["ids"][0]) == set(expected)
    got = np.array(answer["scores"][0], dtype=np.float32)
    assert np.allclose(got, [expected[id_] for id_ in answer["ids"][0]], rtol=1e-4, atol=1e-5, equal_nan=True)
    finite = got[~np.isnan(got)]
    assert (np.sort(finite) == finite).all()
    assert not np.isnan(got[: len(finite)]).any()
    over_http = remote.search(search)
    assert over_http["ids"] == answer["ids"]
    shown = [score if np.isfinite(score) else np.nan for score in answer["scores"][0]]
    assert over_http["scores"][0] == pytest.approx(shown, nan_ok=True)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(rank=expressions, offset=st.integers(0, 60), limit=st.integers(1, 60))
def test_a_page_is_a_part_of_all(served: Any, rank: Any, offset: int, limit: int) -> None:
    collection, remote, _ = served
    chosen = (K.DOCUMENT, K.SCORE, K.EMBEDDING, "cat", "terms")
    search = Search().rank(rank).select(*chosen)
    everything = collection.search(search).rows()[0]

    page = search.limit(limit, offset)

    assert repr(collection.search(page).rows()[0]) == repr(everything[offset : offset + limit])
    assert remote.search(page)["ids"] == collection.search(page)["ids"]
    assert repr(remote.search(page)["metadatas"]) == repr(collection.search(page)["metadatas"])
