"""Let one collection of this package grow and measure it at each size: `python -m benchmarks.engine.growth WORK STORE`.

The process that curve.py starts. The last line of the output is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine import data, phases, resources
from benchmarks.engine.contenders import chroma_store
from benchmarks.engine.data import Work

QUERIES = 100
FILTER = "10 %"

Measured = dict[str, Any]


def main() -> int:
    """Measure each size and print the points; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--index", choices=("hnsw", "spann"), required=True)
    parser.add_argument("--sizes", type=int, nargs="+", required=True)
    options = parser.parse_args()
    print(json.dumps({"points": grow(data.opened(options.work), options.store, options.index, options.sizes)}))
    return 0


def grow(work: Work, folder: Path, index: str, sizes: list[int]) -> list[Measured]:
    """Add records up to each size in turn, compact, and query."""
    store = chroma_store.create(folder, work.dimension, work.space, contents=True, index=index)
    points: list[Measured] = []
    for before, size in zip([0, *sizes], sizes, strict=False):
        seconds = []
        for batch in work.batches(before, size):
            began = time.perf_counter()
            store.add(batch)
            seconds.append(time.perf_counter() - began)
        began = time.perf_counter()
        store.finish()
        compact_s = time.perf_counter() - began
        point = {
            "size": size,
            "added_records_per_s": (size - before) / sum(seconds),
            "slowest_batch_s": max(seconds),
            "compact_s": compact_s,
            **_queried(work, store),
            "memory_mb": resources.memory(folder),
            "resident_peak_mb": resources.resident_peak_mb(),
            "disk_mb": resources.disk_mb(folder),
        }
        points.append(point)
        print(f"{index}, {size}: {point['query']['median_s'] * 1000:.2f} ms", file=sys.stderr, flush=True)
    store.close()
    return points


def _queried(work: Work, store: chroma_store.ChromaStore) -> Measured:
    queries, where = work.queries()[:QUERIES], work.plan()["filters"][FILTER][0]
    answers: list[Measured] = []
    measured: Measured = {"answers": answers}
    for name, condition in (("query", None), ("query where 10 %", where)):
        seconds = []
        for query in queries[:: QUERIES // 10]:
            store.query(query, condition)
        for number, query in enumerate(queries):
            began = time.perf_counter()
            found = store.query(query, condition)
            seconds.append(time.perf_counter() - began)
            filtered = None if condition is None else (FILTER, 0)
            answers.append({"query": number, "condition": filtered, "rows": phases.rows_of(found)})
        measured[name] = phases.summary(seconds)
        measured[f"plan of {name}"] = store.collection.explain(
            query_embeddings=np.asarray(queries[:1]), where=condition
        ).plan
    return measured


if __name__ == "__main__":
    sys.exit(main())
