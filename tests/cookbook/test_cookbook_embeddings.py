"""Every Python block of the user documentation about embedding functions and other frameworks runs unmodified.

Services are stood in for by a server here, packages that run models by modules of their documented shape
(`embedding.local_packages`); what then is left to see is that blocks and package agree on names, arguments and results.
"""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from embedding import local_packages
from embedding.stand_in import StandIn, standing_in
from running_server import running

import chromadb
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.utils.embedding_functions import DefaultEmbeddingFunction

from .blocks import SOURCE, read_blocks, run_code
from .servers import lead_to

BLOCKS = read_blocks()
OLLAMA_PORT, SERVER_PORT = 11434, 8000

pytestmark = [
    pytest.mark.skipif(not BLOCKS, reason=f"the blocks are not beside this checkout ({SOURCE.name})"),
    # The document's embedding functions are written in an older style, pass keys, and close no client.
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
    ),
]

Namespace = dict[str, Any]


class Framework(local_packages.LangChainEmbeddings):
    """The embeddings of another framework: those of the default model."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [vector.tolist() for vector in DefaultEmbeddingFunction()(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def __call__(self, nodes: list[Any]) -> list[Any]:
        for node in nodes:
            node.embedding = self.embed_query(node.text)
        return nodes


class TextNode:
    def __init__(self, text: str) -> None:
        self.text = text


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    SharedSystemClient.clear_system_cache()
    with chromadb.EphemeralClient() as client:
        yield
        for collection in client.list_collections():
            client.delete_collection(collection.name)
    SharedSystemClient.clear_system_cache()
    # Connections that blocks left open are closed here, where their warnings are expected.
    gc.collect()


@pytest.fixture(name="packages")
def _packages(monkeypatch: pytest.MonkeyPatch) -> local_packages.Calls:
    """Stand-ins for the packages of models and of frameworks."""
    members: dict[str, dict[str, Any]] = {
        "langchain_huggingface": {"HuggingFaceEmbeddings": Framework},
        "langchain_openai": {"OpenAIEmbeddings": Framework},
        "llama_index.core.schema": {"TextNode": TextNode},
        "llama_index.core.base.embeddings.base": {"BaseEmbedding": Framework},
        "llama_index.embeddings.fastembed": {"FastEmbedEmbedding": Framework},
    }
    for path, contents in members.items():
        names = path.split(".")
        for stop in range(1, len(names) + 1):
            name = ".".join(names[:stop])
            module = ModuleType(name)
            vars(module).update(contents if name == path else {})
            if not isinstance(sys.modules.get(name), ModuleType) or name == path:
                monkeypatch.setitem(sys.modules, name, module)
    return local_packages.install(monkeypatch)


@pytest.fixture(name="openai")
def _openai(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    for name in ("OPENAI_API_KEY", "MY_CUSTOM_OPENAI_KEY"):
        monkeypatch.setenv(name, f"value-of-{name}")
    with standing_in() as service:
        monkeypatch.setenv("CHROMA_OPENAI_BASE_URL", service.url)
        service.reply = lambda body: {
            "data": [
                {"index": place, "embedding": [float(len(text))] * body.get("dimensions", 3)}
                for place, text in enumerate(body["input"])
            ]
        }
        yield service


def run(number: int, **names: Any) -> Namespace:
    """Run a block over the blocks and names that it needs, and return what it leaves."""
    namespace: Namespace = {"__name__": f"block_{number:04d}", **names}
    run_code(BLOCKS[number].code, f"<block {number}>", namespace)
    return namespace


def test_blocks_0042_0099_and_0101_store_functions_of_openai(openai: StandIn) -> None:
    assert run(42)["ef"].get_config()["api_key_env_var"] in ("MY_CUSTOM_OPENAI_KEY", "OPENAI_API_KEY")
    client = chromadb.EphemeralClient()
    namespace = run(99, client=client)
    namespace["collection"].add(ids=["1"], documents=["four"])
    assert namespace["collection"].get(include=["embeddings"])["embeddings"].tolist() == [[4, 4, 4]]
    assert openai.seen[0][2] == {"model": "text-embedding-3-small", "input": ["four"]}
    client.delete_collection("my_collection")
    run(101, **namespace)
    assert client.get_collection("my_collection").configuration["embedding_function"].name() == "openai"


def test_block_0039_brings_a_function_back_from_a_server(
    openai: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path / "server") as server:
        lead_to(server.url, monkeypatch, SERVER_PORT)
        namespace = run(39)
        namespace["same_col"].add(ids=["1"], documents=["four"])
        assert namespace["col"].get(include=["embeddings"])["embeddings"].tolist() == [[4, 4, 4]]


def test_block_0083_embeds_anew(openai: StandIn) -> None:
    namespace = run(83)
    copied = namespace["newCol"].get(limit=1, include=["embeddings", "documents"])
    assert namespace["newCol"].count() == 1000
    assert copied["embeddings"].tolist() == [[len(copied["documents"][0])] * 3]
    namespace["client"].close()


def test_block_0292_shortens_vectors(openai: StandIn) -> None:
    assert [vector.shape for vector in run(292)["embeddings"]] == [(64,)]
    assert openai.seen[0][2]["dimensions"] == 64


def test_block_0322_and_0323_adapt_langchain(packages: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    namespace = run(322)
    found = namespace["collection"].query(query_texts=["test document goes here"])
    assert found["distances"][0][0] == pytest.approx(0, abs=1e-5)
    namespace["client"].close()
    # The block keeps its data at the root of the file system.
    monkeypatch.setattr(chromadb, "PersistentClient", lambda path: chromadb.EphemeralClient())
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    namespace = run(323, os=__import__("os"))
    assert namespace["langchain_embeddings"].options == {"model": "text-embedding-3-large", "api_key": "k"}
    assert namespace["collection"].count() == 1


def test_block_0324_adapts_for_langchain(packages: Any) -> None:
    adapter = run(324)["ChromaEmbeddingsAdapter"](DefaultEmbeddingFunction())
    np.testing.assert_array_equal(adapter.embed_query("a"), adapter.embed_documents(["a"])[0])


def test_blocks_0325_and_0327_adapt_langchain_by_hand(packages: Any) -> None:
    namespace = run(327, **run(325))
    assert namespace["collection"].query(query_texts=["bar"], n_results=1)["ids"] == [["2"]]


@pytest.fixture(name="langchain_chroma")
def _langchain_chroma() -> Any:
    """The package itself; imported before anything that it needs is stood in for."""
    return pytest.importorskip("langchain_chroma", reason="needs the package langchain-chroma")


def test_block_0326_fills_a_vector_store_of_langchain(
    langchain_chroma: Any, packages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = run(324)
    # The block imports it from where langchain had it before the package of its own.
    for name in ("langchain", "langchain.vectorstores", "langchain.vectorstores.chroma"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(sys.modules["langchain.vectorstores.chroma"], "Chroma", langchain_chroma.Chroma, raising=False)
    store = run(326, **adapter)["docs_vectorstore"]
    assert store.get()["documents"] == ["foo", "bar", "baz"]
    assert len(store.similarity_search("bar", 2)) == 2


def test_blocks_0329_and_0330_adapt_llama_index(packages: Any) -> None:
    namespace = run(330, **run(329))
    assert namespace["col"].query(query_texts=["this is a test document"])["ids"] == [["1"]]


def test_block_0333_asks_ollama(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with standing_in() as service:
        service.reply = lambda body: {"embedding": [1.0, 2.0], "embeddings": [[1.0, 2.0]]}
        lead_to(service.url, monkeypatch, OLLAMA_PORT)
        run(333)["client"].close()
    assert "1., 2." in capsys.readouterr().out
    assert service.seen[0][0].startswith("/api/embed")


def test_block_0341_lists_what_runs_models(capsys: pytest.CaptureFixture[str]) -> None:
    run(341)
    assert "CPUExecutionProvider" in ast.literal_eval(capsys.readouterr().out)


def test_block_0342_needs_a_graphics_card() -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        assert len(run(342)["embeddings"]) == 1000
    else:
        with pytest.raises(ValueError, match="Preferred providers must be subset of available providers"):
            run(342)


@pytest.mark.parametrize(("number", "device"), [(343, "cuda"), (477, "cpu")])
def test_blocks_with_sentence_transformers(number: int, device: str, packages: Any) -> None:
    namespace = run(number)
    assert next(options["device"] for _, _, options in packages if "device" in options) == device
    assert len(namespace.get("embeddings", [0])) in (1, 10_000)


def test_block_0345_places_open_clip(packages: Any) -> None:
    assert run(345)["embedding_function"].get_config()["device"] == "cuda"
    assert ("to", ("cuda",), {}) in packages


def test_block_0344_imports_what_is_not_there(packages: Any) -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named 'toch'"):
        run(344)
