"""A process that ends while the database works behind its calls ends as if nothing were."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import chromadb

_PROGRAM = """
import sys, numpy as np, chromadb
client = chromadb.PersistentClient(sys.argv[1])
collection = client.get_or_create_collection("things", embedding_function=None)
first = collection.count()
vectors = np.random.default_rng(first).standard_normal((20_000, 96), dtype=np.float32)
collection.add(ids=[str(first + n) for n in range(20_000)], embeddings=vectors, documents=["text"] * 20_000)
collection.query(query_embeddings=vectors[:1])
import time; time.sleep(float(sys.argv[2]))
"""


def test_a_process_that_ends_in_the_middle_of_background_work_ends_well(tmp_path: Path) -> None:
    pauses = (0.0, 0.25, 0.4, 0.6)
    for pause in pauses:
        finished = subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(tmp_path), str(pause)], capture_output=True, text=True, check=False
        )
        assert (finished.returncode, finished.stderr) == (0, "")
    with chromadb.PersistentClient(tmp_path) as client:
        assert client.get_collection("things").count() == len(pauses) * 20_000
        assert client.check().ok
