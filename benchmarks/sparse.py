"""Sparse top 10: this package's inverted lists beside SciPy and bm25s on the same vectors and queries.

    python -m venv rivals && rivals/bin/pip install bm25s numba scipy
    python -m benchmarks.sparse --rivals rivals/bin/python

100,000 vectors of 100 terms from a vocabulary of 30,000 whose frequencies fall as in text, values that fall with
frequency, 300 queries of 10 terms; everything from a seed. Each contender runs in a process of its own, one after the
other. Ours runs inside a read transaction on a compacted collection, without fetching the records; SciPy multiplies the
columns of the query's terms of a CSC matrix; bm25s, whose queries have no weights, adds the same columns. All choose
the best ten and give the same ones, which is checked where queries are the same.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chromadb import PersistentClient, Schema, SparseVector, SparseVectorIndexConfig
from chromadb.engine.index.collection_index import CollectionIndex
from chromadb.engine.index.slots import Snapshot
from chromadb.engine.index.sparse import nearest
from chromadb.engine.store import catalog
from chromadb.engine.store.connection import Store, StoreOptions
from chromadb.engine.store.segment_files import SegmentFolder

VOCABULARY = 30_000
TERMS = 100
QUERIES = 300
QUERY_TERMS = 10
RESULTS = 10
BATCH = 5_000

Array = npt.NDArray[Any]


def main() -> None:
    """Measure every contender and print milliseconds a query."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rivals", type=Path, help="Python of an environment with bm25s, numba and scipy")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data.npz")
        np.savez(data, **made(options.records))
        results = {"this package": ours(data, Path(folder, "database"))}
        if options.rivals is not None:
            script = Path(__file__).with_name("sparse_rivals.py")
            command = [str(options.rivals), str(script), str(data)]
            results |= json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    for name, result in results.items():
        print(f"{name:45} {result['median_ms']:6.2f} ms median, {result['p95_ms']:6.2f} ms p95")
    best = {tuple(map(tuple, result["best"])) for result in results.values() if result.get("best")}
    print("the weighted contenders agree" if len(best) == 1 else "THE CONTENDERS DISAGREE")


def made(records: int) -> dict[str, Array]:
    """Return the vectors and the queries as CSR arrays."""
    rng = np.random.default_rng(7)
    shares = (np.arange(VOCABULARY) + 50.0) ** -0.9
    shares /= shares.sum()
    rarity = -np.log(shares)

    def rows(count: int, length: int) -> tuple[Array, Array]:
        drawn = np.searchsorted(np.cumsum(shares)[:-1], rng.random((count, 2 * length)))
        terms = np.stack([np.sort(rng.permutation(np.unique(row))[:length]) for row in drawn])
        values = rng.gamma(2.0, 0.5, terms.shape) * rarity[terms] / 5
        return terms.astype(np.int32), values.astype(np.float32)

    terms, values = rows(records, TERMS)
    query_terms, query_values = rows(QUERIES, QUERY_TERMS)
    return {"terms": terms, "values": values, "query_terms": query_terms, "query_values": query_values}


def ours(data: Path, directory: Path) -> dict[str, Any]:
    """Add, compact and search through the index of this package."""
    arrays = np.load(data)
    vectors = [SparseVector(*pair) for pair in zip(arrays["terms"].tolist(), arrays["values"].tolist(), strict=True)]
    pairs = zip(arrays["query_terms"].tolist(), arrays["query_values"].tolist(), strict=True)
    queries = [SparseVector(*pair) for pair in pairs]
    with PersistentClient(directory) as client:
        schema = Schema().create_index(SparseVectorIndexConfig(), key="sparse")
        collection = client.create_collection("sparse", embedding_function=None, schema=schema)
        started = time.perf_counter()
        for start in range(0, len(vectors), BATCH):
            batch = vectors[start : start + BATCH]
            collection.add(
                ids=[str(row) for row in range(start, start + len(batch))],
                embeddings=np.ones((len(batch), 4), dtype=np.float32),
                metadatas=[{"sparse": vector} for vector in batch],
            )
        added = time.perf_counter()
        client.compact()
        print(f"add {added - started:.1f} s, compact {time.perf_counter() - added:.1f} s")
    store = Store(StoreOptions(directory))
    with store.read() as connection:
        state = catalog.get_state(connection, collection.id)
        started = time.perf_counter()
        snapshot = CollectionIndex(state.number, SegmentFolder(directory)).snapshot(connection, state)

        def search(query: SparseVector) -> list[int]:
            slots, _ = nearest(connection, snapshot, "sparse", query, RESULTS)
            return slots.tolist()

        search(queries[0])
        print(f"reopen and first query {(time.perf_counter() - started) * 1000:.1f} ms")
        result = measured(search, queries)
        for share in (0.5, 0.1, 0.01):
            masked(connection, snapshot, queries, share)
    store.close()
    return result


def masked(connection: Any, snapshot: Snapshot, queries: list[SparseVector], share: float) -> None:
    """Print how long searches take while only a share of the records is selected."""
    mask = np.random.default_rng(1).random(snapshot.size) < share
    result = measured(lambda query: nearest(connection, snapshot, "sparse", query, RESULTS, mask)[0].tolist(), queries)
    print(f"with a filter of {share:.0%}: {result['median_ms']:.2f} ms median, {result['p95_ms']:.2f} ms p95")


def measured(search: Callable[[Any], list[int]], queries: list[Any]) -> dict[str, Any]:
    """Return the times of all queries, after one that does not count, and what was found."""
    search(queries[0])
    seconds, best = [], []
    for query in queries:
        started = time.perf_counter()
        found = search(query)
        seconds.append(time.perf_counter() - started)
        best.append(found)
    milliseconds = np.array(seconds) * 1000
    return {
        "median_ms": float(np.median(milliseconds)),
        "p95_ms": float(np.quantile(milliseconds, 0.95)),
        "best": best,
    }


if __name__ == "__main__":
    main()
