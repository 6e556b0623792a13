"""Functions over packages that run models here: what the packages are called with, what comes back, what is stored.

The stored configurations are those that Chroma 1.5.9 answers to `get_config()` with the same arguments.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chromadb
from chromadb.utils import embedding_functions as functions
from chromadb.utils.data_loaders import ChromaLangchainPassthroughDataLoader

from . import local_packages
from .local_packages import Calls

NO_BM25 = {
    "cache_dir": None, "k": None, "b": None, "avg_len": None, "language": None, "token_max_length": None,
    "disable_stemmer": None, "specific_model_path": None,
}  # fmt: skip
NO_FASTEMBED = {"cache_dir": None, "threads": None, "cuda": None, "device_ids": None, "lazy_load": None}
QUERY = {"task": "query"}

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "SentenceTransformerEmbeddingFunction",
        {},
        {"model_name": "all-MiniLM-L6-v2", "device": "cpu", "normalize_embeddings": False, "kwargs": {}},
    ),
    (
        "SentenceTransformerEmbeddingFunction",
        {"model_name": "m", "device": "cuda", "normalize_embeddings": True, "trust_remote_code": True},
        {"model_name": "m", "device": "cuda", "normalize_embeddings": True, "kwargs": {"trust_remote_code": True}},
    ),
    (
        "InstructorEmbeddingFunction",
        {},
        {"model_name": "hkunlp/instructor-base", "device": "cpu", "instruction": None},
    ),
    (
        "InstructorEmbeddingFunction",
        {"model_name": "m", "device": "cuda", "instruction": "Find"},
        {"model_name": "m", "device": "cuda", "instruction": "Find"},
    ),
    ("Text2VecEmbeddingFunction", {}, {"model_name": "shibing624/text2vec-base-chinese"}),
    (
        "OpenCLIPEmbeddingFunction",
        {},
        {"model_name": "ViT-B-32", "checkpoint": "laion2b_s34b_b79k", "device": "cpu"},
    ),
    (
        "OpenCLIPEmbeddingFunction",
        {"device": None},
        {"model_name": "ViT-B-32", "checkpoint": "laion2b_s34b_b79k", "device": None},
    ),
    (
        "HuggingFaceSparseEmbeddingFunction",
        {"model_name": "m", "device": "cpu"},
        {"model_name": "m", "device": "cpu", "task": "document", "query_config": None, "kwargs": {}},
    ),
    (
        "HuggingFaceSparseEmbeddingFunction",
        {"model_name": "m", "device": "cpu", "query_config": QUERY, "a": 1},
        {"model_name": "m", "device": "cpu", "task": "document", "query_config": QUERY, "kwargs": {"a": 1}},
    ),
    (
        "FastembedSparseEmbeddingFunction",
        {"model_name": "m"},
        {"model_name": "m", "task": "document", "query_config": None, **NO_FASTEMBED, "kwargs": {}},
    ),
    (
        "FastembedSparseEmbeddingFunction",
        {"model_name": "m", "query_config": QUERY, "threads": 2, "device_ids": [0], "lazy_load": True, "a": 1},
        {
            "model_name": "m", "task": "document", "query_config": QUERY,
            **NO_FASTEMBED, "threads": 2, "device_ids": [0], "lazy_load": True, "kwargs": {"a": 1},
        },
    ),
    (
        "Bm25EmbeddingFunction",
        {"query_config": QUERY, "k": 1, "language": "english"},
        {"task": "document", "query_config": QUERY, **NO_BM25, "k": 1, "language": "english", "kwargs": {}},
    ),
]  # fmt: skip
NAMES = {
    "SentenceTransformerEmbeddingFunction": "sentence_transformer",
    "InstructorEmbeddingFunction": "instructor",
    "Text2VecEmbeddingFunction": "text2vec",
    "OpenCLIPEmbeddingFunction": "open_clip",
    "HuggingFaceSparseEmbeddingFunction": "huggingface_sparse",
    "FastembedSparseEmbeddingFunction": "fastembed_sparse",
    "Bm25EmbeddingFunction": "bm25",
}
PACKAGES = {
    "SentenceTransformerEmbeddingFunction": ("sentence_transformers", "pip install sentence_transformers"),
    "InstructorEmbeddingFunction": ("InstructorEmbedding", "pip install InstructorEmbedding"),
    "Text2VecEmbeddingFunction": ("text2vec", "pip install text2vec"),
    "OpenCLIPEmbeddingFunction": ("open_clip", "pip install open-clip-torch"),
    "HuggingFaceSparseEmbeddingFunction": ("sentence_transformers", "pip install sentence_transformers"),
    "FastembedSparseEmbeddingFunction": ("fastembed", "pip install fastembed"),
    "Bm25EmbeddingFunction": ("fastembed", "pip install fastembed"),
}
REQUIRED: dict[str, dict[str, Any]] = {
    "HuggingFaceSparseEmbeddingFunction": {"model_name": "m", "device": "cpu"},
    "FastembedSparseEmbeddingFunction": {"model_name": "m"},
}

pytestmark = pytest.mark.filterwarnings("ignore:Bm25EmbeddingFunction is deprecated:DeprecationWarning")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    pytest.importorskip("PIL")
    monkeypatch.setattr(functions.SentenceTransformerEmbeddingFunction, "models", {})
    return local_packages.install(monkeypatch)


def made(class_name: str, **arguments: Any) -> Any:
    return getattr(functions, class_name)(**{**REQUIRED.get(class_name, {}), **arguments})


@pytest.mark.parametrize(("class_name", "arguments", "config"), CASES)
def test_configurations_are_those_of_chroma_and_come_back(
    calls: Calls, class_name: str, arguments: dict[str, Any], config: dict[str, Any]
) -> None:
    function = made(class_name, **arguments)

    assert function.name() == NAMES[class_name]
    assert function.get_config() == config
    function.validate_config(config)
    assert function.build_from_config(config).get_config() == config


@pytest.mark.parametrize("class_name", NAMES)
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, class_name: str) -> None:
    local_packages.install(monkeypatch)
    module, message = PACKAGES[class_name]
    local_packages.uninstall(monkeypatch, module)

    with pytest.raises(ValueError, match=message):
        made(class_name)


def test_an_import_error_inside_a_package_is_not_mistaken_for_its_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    def import_module(module: str) -> Any:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr("chromadb.embedding.sdk.import_module", import_module)

    with pytest.raises(ModuleNotFoundError, match="torch"):
        functions.Text2VecEmbeddingFunction()


@pytest.mark.parametrize("class_name", [name for name in NAMES if "Sparse" not in name and "Bm25" not in name])
def test_dense_vectors_keep_the_order_and_are_cosine(calls: Calls, class_name: str) -> None:
    function = made(class_name)

    vectors = function(["ab", "cde"])

    assert [vector.dtype for vector in vectors] == [np.float32, np.float32]
    if class_name != "OpenCLIPEmbeddingFunction":
        assert [vector.tolist() for vector in vectors] == [[2.0, 1.0], [3.0, 1.0]]
    assert function.default_space() == "cosine"
    assert function.supported_spaces() == ["cosine", "l2", "ip"]


def test_sentence_transformers_load_a_model_once_for_each_set_of_arguments(calls: Calls) -> None:
    for options in ({}, {}, {"device": "cuda"}, {"revision": "2"}, {"revision": "2"}):
        functions.SentenceTransformerEmbeddingFunction("m", **options)

    assert [options for name, _, options in calls if name == "SentenceTransformer"] == [
        {"model_name_or_path": "m", "device": "cpu"},
        {"model_name_or_path": "m", "device": "cuda"},
        {"model_name_or_path": "m", "device": "cpu", "revision": "2"},
    ]


def test_access_tokens_reach_the_package_and_are_not_stored(calls: Calls) -> None:
    function = functions.SentenceTransformerEmbeddingFunction("m", token="hf_secret", revision="2")

    assert calls[0][2]["token"] == "hf_secret"
    assert function.get_config()["kwargs"] == {"revision": "2"}
    assert "hf_secret" not in repr(functions.SentenceTransformerEmbeddingFunction.models)


def test_an_instruction_goes_before_each_text(calls: Calls) -> None:
    functions.InstructorEmbeddingFunction(instruction="Find")(["ab"])

    assert calls[-1][:2] == ("encode", ([["Find", "ab"]],))


@pytest.mark.parametrize("class_name", ["SentenceTransformerEmbeddingFunction", "HuggingFaceSparseEmbeddingFunction"])
def test_arguments_that_cannot_be_stored_are_refused(calls: Calls, class_name: str) -> None:
    with pytest.raises(ValueError, match="Keyword argument x is not a primitive type"):
        made(class_name, x=object())


def test_sparse_vectors_are_what_is_not_zero(calls: Calls) -> None:
    function = made("HuggingFaceSparseEmbeddingFunction", query_config=QUERY)

    assert [(vector.indices, vector.values) for vector in function(["ab"])] == [([1, 3], [1.5, 2.0])]
    assert [(vector.indices, vector.values) for vector in function.embed_query(["ab"])] == [([0], [2.0])]


@pytest.mark.parametrize("class_name", ["FastembedSparseEmbeddingFunction", "Bm25EmbeddingFunction"])
def test_sparse_indices_ascend(calls: Calls, class_name: str) -> None:
    function = made(class_name, query_config=QUERY)

    assert [(vector.indices, vector.values) for vector in function(["ab"])] == [([2, 7], [2.0, 0.5])]
    assert [(vector.indices, vector.values) for vector in function.embed_query(["ab"])] == [([2], [1.0])]


@pytest.mark.parametrize("class_name", [name for name in NAMES if "Sparse" in name or "Bm25" in name])
def test_unknown_tasks_are_refused_at_once(calls: Calls, class_name: str) -> None:
    for arguments in ({"task": "bogus"}, {"query_config": {"task": "bogus"}}):
        with pytest.raises(ValueError, match="Invalid task: bogus"):
            made(class_name, **arguments)


@pytest.mark.parametrize("class_name", [name for name in NAMES if name != "Bm25EmbeddingFunction"])
def test_an_incomplete_configuration_names_what_is_missing(calls: Calls, class_name: str) -> None:
    with pytest.raises(ValueError, match="to have model_name"):
        getattr(functions, class_name).build_from_config({})


def test_open_clip_embeds_texts_and_images_of_one_call_in_order(calls: Calls) -> None:
    function = functions.OpenCLIPEmbeddingFunction()
    image = np.full((4, 5, 3), 7, dtype=np.int64)

    vectors = function(["a", image, image, "b"])

    assert [vector.tolist() for vector in vectors] == [[1, 0], [0, 1], [0, 1], [1, 0]]
    assert [arguments for name, arguments, _ in calls if name == "encode_image"] == [(2, 4, 5, 3)]


@pytest.mark.parametrize(
    ("item", "error", "message"),
    [
        (3, TypeError, "a str or an image as numpy array, got 3"),
        (np.zeros((2, 2)), ValueError, "whole numbers from 0 to 255, got an array of float64"),
        (np.full((2, 2), 256), ValueError, "whole numbers from 0 to 255, got an array of int64"),
    ],
)
def test_open_clip_refuses_what_is_no_image(calls: Calls, item: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        functions.OpenCLIPEmbeddingFunction()([item])


def test_the_model_of_open_clip_is_fixed_and_its_device_is_not(calls: Calls) -> None:
    function = functions.OpenCLIPEmbeddingFunction()
    old = function.get_config()

    function.validate_config_update(old, {"device": "cuda"})
    for member in ("model_name", "checkpoint"):
        with pytest.raises(ValueError, match=f"The model name cannot be changed.*{member}"):
            function.validate_config_update(old, {member: "other"})


def test_a_collection_finds_its_stored_function_again(calls: Calls) -> None:
    with chromadb.EphemeralClient() as client:
        client.get_or_create_collection("stored", embedding_function=functions.Text2VecEmbeddingFunction("m"))
        try:
            found = client.get_collection("stored")
            found.add(ids=["1"], documents=["ab"])
            assert found.get(include=["embeddings"])["embeddings"].tolist() == [[2.0, 1.0]]
            assert calls[-2][2] == {"model_name_or_path": "m"}
        finally:
            client.delete_collection("stored")


class Lengths(local_packages.LangChainEmbeddings):
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(len(text)), 0.0] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [float(len(text)), 1.0]


class LengthsAndImages(Lengths):
    def embed_image(self, uris: list[str]) -> list[list[float]]:
        return [[5.0, float(len(uri))] for uri in uris]


def test_langchain_embeddings_serve_both_worlds(calls: Calls) -> None:
    function = functions.create_langchain_embedding(Lengths())

    assert [vector.tolist() for vector in function(["ab", "c"])] == [[2.0, 0.0], [1.0, 0.0]]
    assert function.embed_query(["ab", "c"]) == [[2.0, 1.0], [1.0, 1.0]]
    assert function.embed_query("ab") == [2.0, 1.0]
    assert function.embed_documents(["ab"]) == [[2.0, 0.0]]
    assert (function.name(), function.default_space()) == ("langchain", "l2")


def test_langchain_embeddings_see_images_if_they_can(calls: Calls) -> None:
    function = functions.create_langchain_embedding(LengthsAndImages())

    assert [vector.tolist() for vector in function(("images", ["uri"]))] == [[5.0, 3.0]]
    with pytest.raises(ValueError, match="does not support image embeddings"):
        functions.create_langchain_embedding(Lengths())(("images", ["uri"]))


def test_langchain_embeddings_in_a_collection(calls: Calls) -> None:
    with chromadb.EphemeralClient() as client:
        function = functions.create_langchain_embedding(Lengths())
        collection = client.get_or_create_collection("langchain", embedding_function=function)
        try:
            collection.add(ids=["1", "2"], documents=["ab", "cdefg"])
            assert collection.query(query_texts=["xyzuv"], n_results=1)["ids"] == [["2"]]
            again = client.get_collection("langchain", embedding_function=function)
            assert again.query(query_texts=["x"], n_results=1)["ids"] == [["1"]]
        finally:
            client.delete_collection("langchain")


def test_langchain_embeddings_cannot_be_brought_back(calls: Calls) -> None:
    function = functions.create_langchain_embedding(Lengths())

    function.validate_config(function.get_config())
    for refused in (
        lambda: function.build_from_config(function.get_config()),
        lambda: function.validate_config_update(function.get_config(), {}),
    ):
        with pytest.raises(NotImplementedError, match="recreate the langchain embedding function"):
            refused()
    with pytest.raises(ValueError, match="must implement the Embeddings interface from langchain_core"):
        functions.create_langchain_embedding(object())


def test_langchain_embeddings_load_images_of_a_collection_themselves(calls: Calls) -> None:
    with chromadb.EphemeralClient() as client:
        collection = client.get_or_create_collection(
            "langchain-images",
            embedding_function=functions.create_langchain_embedding(LengthsAndImages()),
            data_loader=ChromaLangchainPassthroughDataLoader(),
        )
        try:
            collection.add(ids=["1", "2", "3"], uris=["a", "bcd", "efghijk"])
            assert collection.get(include=["embeddings"])["embeddings"].tolist() == [[5, 1], [5, 3], [5, 7]]
            assert collection.query(query_uris=["xyz"], n_results=1)["ids"] == [["2"]]
        finally:
            client.delete_collection("langchain-images")
