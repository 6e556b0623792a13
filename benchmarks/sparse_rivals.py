"""The other contenders of ``sparse.py``; runs in their own environment and prints their results as JSON.

rivals/bin/python benchmarks/sparse_rivals.py data.npz
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import bm25s
import numpy as np
import scipy.sparse as sp

RESULTS = 10


def main() -> None:
    """Measure SciPy and bm25s on the arrays of the file."""
    data = np.load(sys.argv[1])
    terms, values = data["terms"], data["values"]
    count, length = terms.shape
    matrix = sp.csr_matrix((values.ravel(), terms.ravel(), np.arange(count + 1) * length)).tocsc()
    queries = list(zip(data["query_terms"], data["query_values"], strict=True))

    def columns(query: Any) -> list[int]:
        return best_of(matrix[:, query[0]] @ query[1])

    rows = matrix.tocsr()

    def everything(query: Any) -> list[int]:
        dense = np.zeros(matrix.shape[1], dtype=np.float32)
        dense[query[0]] = query[1]
        return best_of(rows @ dense)

    results = {
        "scipy, columns of a CSC matrix": measured(columns, queries),
        "scipy, a CSR matrix by a vector": measured(everything, queries[:50]),
    }
    for backend in ("numpy", "numba"):
        retriever = bm25s.BM25(backend=backend)
        retriever.nonoccurrence_array = None
        retriever.scores = {
            "data": matrix.data, "indices": matrix.indices.astype(np.int32), "indptr": matrix.indptr.astype(np.int64),
            "num_docs": count,
        }  # fmt: skip

        def added(query: Any, retriever: Any = retriever) -> list[int]:
            return best_of(retriever.get_scores_from_ids(query[0].tolist()))

        results[f"bm25s, {backend}, queries without weights"] = {**measured(added, queries), "best": None}
    results["scipy, a CSR matrix by a vector"]["best"] = None
    json.dump(results, sys.stdout)


def best_of(scores: Any) -> list[int]:
    """Return the rows with the largest scores, best first."""
    # Of rows without a term of the query there are many, and np.argpartition is slow where many are equal.
    rows = np.flatnonzero(scores)
    rows = rows[np.argpartition(scores[rows], len(rows) - RESULTS)[-RESULTS:]]
    return rows[np.lexsort((rows, -scores[rows]))].tolist()


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
