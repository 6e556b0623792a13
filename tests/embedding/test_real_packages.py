"""Local models and Amazon's client with the packages themselves, where these are installed; nothing is downloaded.

The models are tiny and their weights drawn at random: what is tested is that our calls are those the packages take.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chromadb
from chromadb.utils import embedding_functions as functions

from .stand_in import StandIn, standing_in

_WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "cat", "sleeps", "stocks", "fell"]


@pytest.fixture(name="client")
def _client() -> Iterator[Any]:
    with chromadb.EphemeralClient() as client:
        yield client
        for collection in client.list_collections():
            client.delete_collection(collection.name)


def tiny_bert(folder: Path, kind: str) -> str:
    """Save a BERT of one layer with its tokenizer, and return where."""
    transformers = pytest.importorskip("transformers")
    (folder / "vocab.txt").write_text("\n".join(_WORDS))
    configuration = transformers.BertConfig(
        vocab_size=len(_WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    getattr(transformers, kind)(configuration).save_pretrained(folder)
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


def test_sentence_transformers_in_a_collection(tmp_path: Path, client: Any) -> None:
    pytest.importorskip("sentence_transformers")
    model = tiny_bert(tmp_path, "BertModel")
    function = functions.SentenceTransformerEmbeddingFunction(model_name=model, normalize_embeddings=True)
    [cat, stocks] = function(["a cat sleeps", "stocks fell"])
    assert (cat.shape, cat.dtype) == ((16,), np.float32)
    assert np.linalg.norm(cat) == pytest.approx(1, abs=1e-5)
    assert not np.allclose(cat, stocks)
    collection = client.create_collection("things", embedding_function=function)
    collection.add(ids=["cat", "stocks"], documents=["a cat sleeps", "stocks fell"])
    found = client.get_collection("things").query(query_texts=["stocks fell"], n_results=1)
    assert found["ids"] == [["stocks"]]
    assert found["distances"][0][0] == pytest.approx(0, abs=1e-5)


def test_sparse_encoders_of_sentence_transformers(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    model = tiny_bert(tmp_path, "BertForMaskedLM")
    function = functions.HuggingFaceSparseEmbeddingFunction(model_name=model, device="cpu")
    [vector] = function(["a cat sleeps"])
    assert vector.indices == sorted(vector.indices)
    assert all(0 <= index < len(_WORDS) for index in vector.indices)
    assert all(value > 0 for value in vector.values)
    assert function.embed_query(["a cat sleeps"])[0].indices == vector.indices


def test_open_clip_finds_images(tmp_path: Path, client: Any) -> None:
    open_clip, torch = pytest.importorskip("open_clip"), pytest.importorskip("torch")
    tower = {"layers": 1, "width": 64}
    (tmp_path / "tiny-clip.json").write_text(
        json.dumps(
            {
                "embed_dim": 32,
                "vision_cfg": {**tower, "image_size": 32, "patch_size": 16},
                "text_cfg": {**tower, "context_length": 77, "vocab_size": 49408, "heads": 2},
            }
        )
    )
    open_clip.add_model_config(tmp_path / "tiny-clip.json")
    model, _, _ = open_clip.create_model_and_transforms("tiny-clip")
    torch.save(model.state_dict(), tmp_path / "tiny.pt")
    function = functions.OpenCLIPEmbeddingFunction(model_name="tiny-clip", checkpoint=str(tmp_path / "tiny.pt"))
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (40, 30, 3), dtype=np.uint8) for _ in range(3)]
    collection = client.create_collection("pictures", embedding_function=function)
    collection.add(ids=["0", "1", "2"], images=images)
    assert collection.query(query_images=[images[1]], n_results=1)["ids"] == [["1"]]
    [vector] = function(["a cat"])
    assert vector.shape == (32,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.fixture(name="bedrock")
def _bedrock() -> Iterator[StandIn]:
    with standing_in() as server:
        # https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
        server.reply = lambda body: {"embedding": [float(len(body["inputText"])), 1.0], "inputTextTokenCount": 3}
        yield server


def test_bedrock_through_its_own_client(bedrock: StandIn, monkeypatch: pytest.MonkeyPatch, client: Any) -> None:
    boto3 = pytest.importorskip("boto3")
    secret = "very-secret"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    session = boto3.Session(region_name="us-east-1")
    function = functions.AmazonBedrockEmbeddingFunction(session, endpoint_url=bedrock.url)
    assert [vector.tolist() for vector in function(["a", "four"])] == [[1, 1], [4, 1]]
    path, _, body = bedrock.seen[0]
    assert path == "/model/amazon.titan-embed-text-v1/invoke"
    assert body == {"inputText": "a"}

    config = function.get_config()
    assert secret not in json.dumps(config)
    function.validate_config(config)
    client.create_collection("things", embedding_function=function).add(ids=["1"], documents=["three"])
    brought_back = client.get_collection("things")
    assert brought_back.query(query_texts=["three"])["distances"] == [[0.0]]


def test_gemini_on_vertex_through_its_own_client(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("google.genai", reason="needs the package google-genai")
    import google.auth
    from google.oauth2.credentials import Credentials

    monkeypatch.setattr(google.auth, "default", lambda *asked, **options: (Credentials("a token"), "p"))
    with standing_in() as server:
        monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", server.url)
        server.reply = lambda body: {
            "embeddings": [
                {"values": [float(len(one["content"]["parts"][0]["text"])), 1.0]} for one in body["requests"]
            ]
        }
        function = functions.GoogleGeminiEmbeddingFunction(
            vertexai=True, project="p", location="l", task_type="RETRIEVAL_DOCUMENT", dimension=2
        )
        assert [vector.tolist() for vector in function(["a", "four"])] == [[1, 1], [4, 1]]
        path, _, body = server.seen[0]
        assert [one["content"]["parts"] for one in body["requests"]] == [[{"text": "a"}], [{"text": "four"}]]
        assert "/projects/p/locations/l/publishers/google/models/gemini-embedding-001:" in path
        options = {"taskType": "RETRIEVAL_DOCUMENT", "outputDimensionality": 2}
        assert [one["embedContentConfig"] for one in body["requests"]] == [options, options]
    config = function.get_config()
    function.validate_config(config)
    assert function.build_from_config(config).get_config() == config
