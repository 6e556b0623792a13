"""Asynchronous clients leave the event loop to others while they embed and load."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from conformance.embedding_functions import Letters
from running_server import running

import chromadb

_PATIENCE = 10


async def _tick() -> None:
    await asyncio.sleep(0)


class _Patient(Letters):
    """Embeds texts and loads uris, each once the event loop has gone on meanwhile."""

    loop: asyncio.AbstractEventLoop

    def __call__(self, input: Any) -> Any:
        asyncio.run_coroutine_threadsafe(_tick(), self.loop).result(_PATIENCE)
        return super().__call__(input)

    def load(self, uris: Any) -> list[str]:
        asyncio.run_coroutine_threadsafe(_tick(), self.loop).result(_PATIENCE)
        return [f"loaded {uri}" for uri in uris]


def test_the_loop_goes_on_while_texts_are_embedded_and_uris_loaded(tmp_path: Path) -> None:
    async def use(url: str) -> None:
        patient = _Patient()
        patient.loop = asyncio.get_running_loop()
        async with await chromadb.AsyncHttpClient(url) as client:
            things = await client.create_collection("things", embedding_function=patient, data_loader=patient.load)
            await things.upsert(ids=["a"], documents=["x"])
            await things.update(ids=["a"], uris=["u"])
            assert (await things.get(include=["data"]))["data"] == ["loaded u"]
            assert (await things.query(query_texts=["x"], include=["data"]))["data"] == [["loaded u"]]

    with running(tmp_path) as server:
        asyncio.run(use(server.url))
