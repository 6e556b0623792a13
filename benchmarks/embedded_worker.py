"""Measure one package's embedded database, using nothing but the API that both packages share.

    PYTHON embedded_worker.py PHASE DATA STORE

PHASE is `load` (make the store) or `serve` (reopen it and work on it); DATA a folder made by dataset.py. Run
as a file by each package's own interpreter; imports neither this repository nor anything that one of the two
lacks. The last line of the output is JSON: workload to {"runs", "median_s", "p90_s", "size"}, and more.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BATCH = 5000
BUDGET_S = 4.0
RUNS_MIN = 5
RUNS_MAX = 200


def main(phase: str, data: str, store: str) -> int:
    """Run a phase and print what was measured; returns the exit status."""
    measured = {"load": load, "serve": serve}[phase](Path(data), store)
    print(json.dumps(measured))
    return 0


def load(data: Path, store: str) -> dict[str, Any]:
    """Add all records in batches and close the store."""
    import numpy as np

    import chromadb

    vectors = np.load(data / "vectors.npy")
    documents = json.loads((data / "documents.json").read_text(encoding="utf-8"))
    metadatas = json.loads((data / "metadatas.json").read_text(encoding="utf-8"))
    client = chromadb.PersistentClient(store)
    collection = client.create_collection("records", embedding_function=None)
    seconds = []
    for start in range(0, len(vectors), BATCH):
        stop = min(start + BATCH, len(vectors))
        ids = [f"record-{row}" for row in range(start, stop)]
        began = time.perf_counter()
        collection.add(
            ids=ids,
            embeddings=vectors[start:stop],
            documents=documents[start:stop],
            metadatas=metadatas[start:stop],
        )
        seconds.append(time.perf_counter() - began)
        progress(f"{stop} of {len(vectors)} added, the last batch in {seconds[-1]:.2f} s")
    assert collection.count() == len(vectors)
    began = time.perf_counter()
    client.close()
    return {
        "version": chromadb.__version__,
        "add": {**summary(seconds), "size": BATCH, "records_per_s": len(vectors) / sum(seconds)},
        "close_s": time.perf_counter() - began,
        "resident_peak_mb": memory_mb("VmHWM"),
    }


def serve(data: Path, store: str) -> dict[str, Any]:
    """Reopen the store, read it in every way, then change it."""
    import numpy as np

    plan = json.loads((data / "plan.json").read_text(encoding="utf-8"))
    queries = np.load(data / "queries.npy")
    began = time.perf_counter()
    import chromadb

    import_mb = memory_mb("VmRSS")
    client = chromadb.PersistentClient(store)
    collection = client.get_collection("records", embedding_function=None)
    first = collection.query(query_embeddings=queries[:1], n_results=10)
    reopen_s = time.perf_counter() - began
    measured: dict[str, Any] = {
        "version": chromadb.__version__,
        "import, reopen, first query": {
            "runs": 1,
            "median_s": reopen_s,
            "p90_s": reopen_s,
            "size": len(first["ids"][0]),
        },
        "resident_mb": {"after import": import_mb, "after the first query": memory_mb("VmRSS")},
    }

    def measure(name: str, action: Callable[[int], Any], count: Callable[[Any], int]) -> None:
        measured[name] = repeat(action, count)
        progress(f"{name}: {measured[name]['median_s'] * 1000:.3f} ms")

    def ids_of(result: Any) -> int:
        return len(result["ids"])

    def hits_of(result: Any) -> int:
        return len(result["ids"][0])

    def get(**request: Any) -> Callable[[int], Any]:
        return lambda run: collection.get(**request)

    def query(**request: Any) -> Callable[[int], Any]:
        return lambda run: collection.query(query_embeddings=[queries[run % len(queries)]], **request)

    rows = plan["rows"]
    measure("count", lambda run: collection.count(), int)
    measure("get by id", lambda run: collection.get(ids=[f"record-{rows[run % len(rows)]}"]), ids_of)
    measure("get 100 by id", get(ids=[f"record-{row}" for row in rows[:100]]), ids_of)
    measure("get page of 1,000", get(**plan["page"]), ids_of)
    for name, condition in plan["where_document"].items():
        measure(f"get {name}", get(where_document=condition, include=[]), ids_of)
    for name, condition in plan["where"].items():
        measure(f"get where {name}", get(where=condition, include=[]), ids_of)
    measure("query", query(), hits_of)
    measure("query of 100", lambda run: collection.query(query_embeddings=queries[:100]), hits_of)
    for name, condition in plan["where"].items():
        measure(f"query where {name}", query(where=condition), hits_of)
    for name, condition in plan["where_document"].items():
        measure(f"query {name}", query(where_document=condition), hits_of)
    measured["resident_mb"]["after reading"] = memory_mb("VmRSS")
    measured["nearest"] = {
        "query": collection.query(query_embeddings=queries, n_results=10, include=[])["ids"],
        **{
            name: collection.query(query_embeddings=queries, n_results=10, where=condition, include=[])["ids"]
            for name, condition in plan["where"].items()
        },
    }
    total = collection.count()
    changed = [f"record-{row}" for row in rows]
    vectors = queries[np.arange(len(changed)) % len(queries)]

    def upserted(run: int) -> list[str]:
        fresh = [f"new-{run}-{row}" for row in range(len(changed) // 2)]
        return changed[: len(changed) - len(fresh)] + fresh

    measure(
        "update metadata of 1,000",
        lambda run: collection.update(ids=changed, metadatas=[{"number": run, "seen": True}] * len(changed)),
        lambda result: len(changed),
    )
    measure(
        "upsert 1,000",
        lambda run: collection.upsert(
            ids=upserted(run),
            embeddings=vectors,
            documents=[f"changed text number {row} of the market" for row in range(len(changed))],
            metadatas=[{"number": run}] * len(changed),
        ),
        lambda result: len(changed),
    )
    measure(
        "add 1",
        lambda run: collection.add(ids=[f"single-{run}"], embeddings=queries[:1], documents=["one text"]),
        lambda result: 1,
    )
    measure("delete 1", lambda run: collection.delete(ids=[f"single-{run}"]), lambda result: 1)
    assert collection.count() >= total
    measured["resident_mb"]["after writing"] = memory_mb("VmRSS")
    client.close()
    return measured


def repeat(action: Callable[[int], Any], count: Callable[[Any], int]) -> dict[str, Any]:
    """Time the action often enough for a median, at least 5 times and no longer than some seconds."""
    size = count(action(0))
    seconds: list[float] = []
    while len(seconds) < RUNS_MIN or (sum(seconds) < BUDGET_S and len(seconds) < RUNS_MAX):
        began = time.perf_counter()
        action(len(seconds) + 1)
        seconds.append(time.perf_counter() - began)
    return {**summary(seconds), "size": size}


def summary(seconds: list[float]) -> dict[str, Any]:
    """Return how many runs there were, their median and their 90th percentile."""
    ordered = sorted(seconds)
    return {
        "runs": len(ordered),
        "median_s": statistics.median(ordered),
        "p90_s": ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))],
    }


def memory_mb(field: str) -> float:
    """Return VmRSS (resident now) or VmHWM (most ever) of this process in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"/proc/self/status has no {field}")


def progress(text: str) -> None:
    """Write a line for whoever watches."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
