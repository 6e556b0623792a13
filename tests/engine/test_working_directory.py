"""A database stays where it was opened, wherever the process goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import chromadb


def test_a_relative_path_is_meant_where_the_client_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    rows = np.random.default_rng(5).normal(size=(3_000, 64)).astype(np.float32)
    monkeypatch.chdir(here)
    with chromadb.PersistentClient("data") as client:
        things = client.create_collection("things", embedding_function=None)
        monkeypatch.chdir(there)
        things.add(ids=[str(number) for number in range(len(rows))], embeddings=rows)
        client.compact()
        assert things.query(query_embeddings=rows[7:8], n_results=1)["ids"] == [["7"]]

    assert list(there.iterdir()) == []
    with chromadb.PersistentClient(here / "data") as client:
        assert client.get_collection("things", embedding_function=None).count() == len(rows)
        assert client.check().problems == ()
