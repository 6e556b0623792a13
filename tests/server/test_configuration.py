"""What an application does with what it is told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from running_application import client_of

from chromadb.engine.index import index_cache
from chromadb.engine.index.collection_index import CollectionIndex
from chromadb.server.application import Application
from chromadb.server.configuration import ServerConfiguration

DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"


async def query_in_turn(configuration: ServerConfiguration, collections: int, rounds: int) -> list[Any]:
    """Return what is found in each of some collections, asked in turn, in an application of its own."""
    found = []
    async with client_of(Application(configuration)) as client:
        paths = []
        for number in range(collections):
            made = (await client.post(f"{DATABASE}/collections", json={"name": f"part-{number}"})).json()
            paths.append(f"{DATABASE}/collections/{made['id']}")
            rows = {"ids": [str(row) for row in range(50)], "embeddings": [[float(row)] * 50 for row in range(50)]}
            assert (await client.post(f"{paths[-1]}/add", json=rows)).status_code == 201
        for path in paths * rounds:
            asked = {"query_embeddings": [[7.0] * 50], "n_results": 1}
            found.append((await client.post(f"{path}/query", json=asked)).json()["ids"])
    return found


@pytest.mark.parametrize(("limit", "times"), [(None, 1), (20_000, 2)])
def test_indexes_beyond_the_limit_of_memory_are_dropped_and_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int | None, times: int
) -> None:
    made: list[int] = []

    def noted(collection: int, *rest: Any) -> CollectionIndex:
        made.append(collection)
        return CollectionIndex(collection, *rest)

    monkeypatch.setattr(index_cache, "CollectionIndex", noted)
    configuration = ServerConfiguration(persist_path=tmp_path / "data", memory_limit_bytes=limit)
    assert asyncio.run(query_in_turn(configuration, 4, 2)) == [[["7"]]] * 8
    assert all(made.count(collection) >= times for collection in set(made))
    assert (len(made) == 4) is (limit is None)
