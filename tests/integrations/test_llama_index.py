"""LlamaIndex's vector store over this package: nodes are written, found by vector and by filter, and deleted.

Skipped by name where the packages are missing. `llama-index-vector-stores-chroma` asks for the `chromadb` of the index,
which must not replace this one:

    pip install llama-index-core
    pip install --no-deps llama-index-vector-stores-chroma
    pytest -n 0 -p no:warnings tests/integrations/test_llama_index.py
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from running_server import running

import chromadb
from chromadb import Documents, EmbeddingFunction, Embeddings

core = pytest.importorskip("llama_index.core", reason="llama-index-core is not installed")
stores = pytest.importorskip(
    "llama_index.vector_stores.chroma", reason="llama-index-vector-stores-chroma is not installed"
)
vector_stores = pytest.importorskip("llama_index.core.vector_stores")
schema = pytest.importorskip("llama_index.core.schema")
base = pytest.importorskip("llama_index.core.base.embeddings.base")


class Letters(base.BaseEmbedding):  # type: ignore[misc, name-defined]
    """A text is how many letters "a", "b" and "c" it has."""

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(text.count(letter)) for letter in "abc"]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class Adapter(EmbeddingFunction[Documents]):
    """LlamaIndex's embeddings for a collection."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def __call__(self, input: Documents) -> Embeddings:
        return [node.embedding for node in self.model([schema.TextNode(text=text) for text in input])]

    @staticmethod
    def name() -> str:
        return "test-llama-index"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Adapter:
        return Adapter(Letters())


@pytest.fixture(params=["in memory", "on disk", "over HTTP"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with ExitStack() as opened:
        if request.param == "over HTTP":
            yield opened.enter_context(chromadb.HttpClient(opened.enter_context(running(tmp_path)).url))
        elif request.param == "on disk":
            yield opened.enter_context(chromadb.PersistentClient(tmp_path))
        else:
            yield opened.enter_context(chromadb.EphemeralClient())


def test_an_index_over_a_collection(client: Any) -> None:
    collection = client.create_collection("llama", embedding_function=Adapter(Letters()))
    store = stores.ChromaVectorStore(chroma_collection=collection)
    context = core.StorageContext.from_defaults(vector_store=store)
    documents = [
        core.Document(text=text, metadata={"kind": kind}, doc_id=text)
        for text, kind in (("aaaa", "x"), ("bbbb", "y"), ("cccc", "y"))
    ]
    index = core.VectorStoreIndex.from_documents(documents, storage_context=context, embed_model=Letters())
    only_y = vector_stores.MetadataFilters(filters=[vector_stores.ExactMatchFilter(key="kind", value="y")])

    assert collection.count() == 3
    assert [hit.node.text for hit in index.as_retriever(similarity_top_k=1).retrieve("aab")] == ["aaaa"]
    found = index.as_retriever(similarity_top_k=3, filters=only_y).retrieve("aab")
    assert [hit.node.text for hit in found] == ["bbbb", "cccc"]
    assert collection.query(query_texts=["cc"], n_results=1)["documents"] == [["cccc"]]

    again = core.VectorStoreIndex.from_vector_store(
        stores.ChromaVectorStore(chroma_collection=client.get_collection("llama")), embed_model=Letters()
    )
    again.delete_ref_doc("bbbb")
    assert sorted(client.get_collection("llama").get()["documents"]) == ["aaaa", "cccc"]
    assert len(store.get_nodes(node_ids=None, filters=only_y)) == 1
    client.delete_collection("llama")
