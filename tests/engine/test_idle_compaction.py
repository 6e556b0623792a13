"""What is written is searched by codes soon after the writes end, without anybody asking for compaction."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

import chromadb
from chromadb.client import embedded
from chromadb.engine import compaction
from chromadb.engine.compaction import CompactionOptions
from chromadb.engine.database import DatabaseOptions

_ROWS = 3_000
_PATIENCE_SECONDS = 60


def _plan_in_time(things: chromadb.Collection, query: np.ndarray, wanted: str) -> str:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    plan = ""
    while plan != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
        plan = things.explain(query_embeddings=query).plan
    return plan


@pytest.mark.slow
@pytest.mark.parametrize("reopened", [False, True])
def test_a_short_tail_is_sealed_once_the_writes_pause(tmp_path: Path, reopened: bool) -> None:
    rows = np.random.default_rng(5).normal(size=(_ROWS, 512)).astype(np.float32)
    ids = [str(number) for number in range(_ROWS)]
    client = chromadb.PersistentClient(tmp_path)
    things = client.create_collection("things", embedding_function=None)
    things.add(ids=ids, embeddings=rows)
    if reopened:
        client.close()
        client = chromadb.PersistentClient(tmp_path)
        things = client.get_collection("things", embedding_function=None)

    assert _plan_in_time(things, rows[:1], "scan") == "scan"
    assert things.query(query_embeddings=rows[7:8], n_results=1)["ids"] == [["7"]]
    client.close()


@pytest.mark.slow
def test_in_memory_it_gets_codes() -> None:
    rows = np.random.default_rng(5).normal(size=(_ROWS, 512)).astype(np.float32)
    with chromadb.EphemeralClient() as client:
        things = client.create_collection("idle-things", embedding_function=None)
        things.add(ids=[str(number) for number in range(_ROWS)], embeddings=rows)

        assert _plan_in_time(things, rows[:1], "scan") == "scan"
        client.delete_collection("idle-things")


@pytest.mark.slow
def test_a_collection_may_ask_for_later_sealing(tmp_path: Path) -> None:
    rows = np.random.default_rng(5).normal(size=(_ROWS, 512)).astype(np.float32)
    with chromadb.PersistentClient(tmp_path) as client:
        configuration = {"hnsw": {"sync_threshold": 50_000}}
        late = client.create_collection("late", embedding_function=None, configuration=configuration)
        soon = client.create_collection("soon", embedding_function=None)
        for things in (late, soon):
            things.add(ids=[str(number) for number in range(_ROWS)], embeddings=rows)

        assert _plan_in_time(soon, rows[:1], "scan") == "scan"
        assert late.explain(query_embeddings=rows[:1]).plan == "exact"


def _endless(*arguments: Any) -> bool:
    """Stand in for the making of a very large graph."""
    *_, interrupt = arguments
    while True:
        interrupt()
        time.sleep(0.01)


@pytest.mark.slow
def test_writers_do_not_wait_until_a_graph_is_made(tmp_path: Path) -> None:
    small = CompactionOptions(seal_rows=50, idle_rows=20, idle_seconds=0.1, tail_limit=300)
    with (
        mock.patch.object(embedded, "DatabaseOptions", partial(DatabaseOptions, compaction=small)),
        mock.patch.object(compaction, "build_vector_index", _endless),
        chromadb.PersistentClient(tmp_path) as client,
    ):
        things = client.create_collection("things", embedding_function=None)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        sealed = added = 0
        while sealed < 1_000 and time.monotonic() < deadline:
            things.add(ids=[str(added + number) for number in range(50)], embeddings=[[1.0, 2.0]] * 50)
            added += 50
            time.sleep(0.02)
            # What is merged goes while it is looked at.
            with suppress(FileNotFoundError):
                sealed = sum(file.stat().st_size for file in tmp_path.glob("*/*/rows")) // 8

    assert sealed >= 1_000
