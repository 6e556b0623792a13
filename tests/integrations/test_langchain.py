"""LangChain's vector store over this package: LangChain's own suite for vector stores, and the adapters both ways.

Skipped by name where the packages are missing. `langchain-chroma` asks for the `chromadb` of the index, which must not
replace this one:

    pip install langchain-core langchain-tests pytest-asyncio
    pip install --no-deps langchain-chroma
    pytest -n 0 -p no:warnings -o asyncio_mode=auto tests/integrations/test_langchain.py
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from running_server import running

import chromadb
from chromadb.utils.embedding_functions import create_langchain_embedding

pytest.importorskip("langchain_core", reason="langchain-core is not installed")
pytest.importorskip("pytest_asyncio", reason="pytest-asyncio is not installed")
Chroma = pytest.importorskip("langchain_chroma", reason="langchain-chroma is not installed").Chroma
suite = pytest.importorskip("langchain_tests.integration_tests.vectorstores", reason="langchain-tests is not installed")


class _Suite(suite.VectorStoreIntegrationTests):  # type: ignore[misc, name-defined]
    def client(self, directory: Path) -> Any:
        raise NotImplementedError

    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> Iterator[Any]:
        with self.client(tmp_path) as client:
            store = Chroma(f"suite-{uuid.uuid4().hex}", self.get_embeddings(), client=client)
            yield store
            store.delete_collection()


class TestInMemory(_Suite):
    def client(self, directory: Path) -> Any:
        return chromadb.EphemeralClient()


class TestOnDisk(_Suite):
    def client(self, directory: Path) -> Any:
        return chromadb.PersistentClient(directory)


class TestOverHttp(_Suite):
    def client(self, directory: Path) -> Any:
        return _client_of_server(directory)


@contextmanager
def _client_of_server(directory: Path) -> Iterator[Any]:
    with running(directory) as server, chromadb.HttpClient(server.url) as client:
        yield client


class Lengths(pytest.importorskip("langchain_core.embeddings").Embeddings):  # type: ignore[misc]
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(len(text)), 1.0] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [float(len(text)), 1.0]


def test_one_embedding_function_for_both() -> None:
    function = create_langchain_embedding(Lengths())
    with chromadb.EphemeralClient() as client:
        name = f"adapter-{uuid.uuid4().hex}"
        client.create_collection(name, embedding_function=function).add(
            ids=["1", "2"], documents=["ab", "abcdefgh"], metadatas=[{"page": 1}, {"page": 2}]
        )
        store = Chroma(name, function, client=client)

        assert [found.page_content for found in store.similarity_search("xyz", k=1)] == ["ab"]
        retriever = store.as_retriever(search_kwargs={"filter": {"page": 2}, "k": 3})
        assert [found.page_content for found in retriever.invoke("xyz")] == ["abcdefgh"]
        client.delete_collection(name)
