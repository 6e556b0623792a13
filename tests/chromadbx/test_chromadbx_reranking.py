"""Rerankers: distances beside results, from a local model's package and from services that are stood in for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from embedding.stand_in import StandIn, standing_in

import chromadb
from chromadbx.reranking import CohereReranker, CrossEncoderReranker, RerankingFunction, TogetherReranker, services

_DOCUMENTS = ["a cat", "stocks fell", "cats sleep"]


class SharedLetters(RerankingFunction):
    def id(self) -> str:
        return "letters"

    def distances(self, query: str, documents: Sequence[str]) -> list[float]:
        return [1 - len(set(query) & set(text)) / len(set(query)) for text in documents]


def test_documents_keep_their_order_and_get_distances() -> None:
    reranked = SharedLetters()("cats", _DOCUMENTS)
    assert reranked == {"documents": _DOCUMENTS, "ranked_distances": {"letters": [0.25, 0.25, 0.0]}}


def test_a_result_of_a_query_gets_a_list_for_each_query() -> None:
    with chromadb.EphemeralClient() as client:
        collection = client.create_collection("things", embedding_function=None)
        collection.add(ids=["1", "2", "3"], embeddings=[[1, 0], [2, 0], [3, 0]], documents=_DOCUMENTS)
        found = collection.query(query_embeddings=[[1, 0], [3, 0]], n_results=2)
        client.delete_collection("things")
    reranked: Any = SharedLetters()(["cats", "fell"], found)
    assert reranked["ids"] == found["ids"]
    assert reranked["distances"] == found["distances"]
    assert reranked["ranked_distances"]["letters"] == [[0.25, 0.25], [pytest.approx(1 / 3), 0.0]]


@pytest.mark.parametrize(
    ("queries", "rerankables", "message"),
    [
        ("", _DOCUMENTS, "Queries must not be empty"),
        ("a", [], "Rerankables results must not be empty"),
        (["a", "b"], _DOCUMENTS, "You can only rerank a single query at a time with Documents"),
        ("a", [1], "Documents must be a list"),
        ("a", {"ids": [["1"]], "documents": None}, "QueryResult must have documents to rerank"),
        ("a", {"ids": [["1"]], "documents": [[None]]}, "QueryResult must have documents to rerank"),
        (["a", "b"], {"ids": [["1"]], "documents": [["x"]]}, "Number of documents and queries must be the same"),
    ],
)
def test_what_cannot_be_reranked_is_refused(queries: Any, rerankables: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SharedLetters()(queries, rerankables)


@pytest.fixture(name="server")
def _server() -> Iterator[StandIn]:
    with standing_in() as server:
        # Best first, as both services answer.
        server.reply = lambda body: {
            "results": [
                {"index": place, "relevance_score": 0.25 * (place + 1)}
                for place in reversed(range(len(body["documents"])))
            ][: body["top_n"]]
        }
        yield server


@pytest.mark.parametrize("made", [CohereReranker, TogetherReranker])
def test_services_score_documents(made: Any, server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "URL", server.url + "/rerank")
    reranker = made("very-secret")
    assert reranker("q", _DOCUMENTS)["ranked_distances"][reranker.id()] == [0.75, 0.5, 0.25]
    assert made("k", raw_scores=True, top_n=1)("q", _DOCUMENTS)["ranked_distances"][reranker.id()] == [0, 0, 0.75]
    _, headers, body = server.seen[0]
    assert headers["authorization"] == "Bearer very-secret"
    assert (body["query"], body["documents"], body["top_n"]) == ("q", _DOCUMENTS, 3)
    assert "very-secret" not in repr(vars(reranker))


@pytest.mark.parametrize("made", [CohereReranker, TogetherReranker])
def test_services_want_a_key_and_a_model(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(f"{made.NAME.upper()}_API_KEY", raising=False)
    with pytest.raises(ValueError, match="API key is required"):
        made()
    with pytest.raises(ValueError, match="Model name is required"):
        made("key", "")


def test_an_answer_without_scores_is_an_error(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CohereReranker, "URL", server.url)
    server.reply = lambda body: {"results": [{"index": 7, "relevance_score": 1}]}
    with pytest.raises(services.EmbeddingServiceError, match="scores of the documents"):
        CohereReranker("key")("q", _DOCUMENTS)


def test_a_cross_encoder_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(ValueError, match=r'pip install "chromadb\[reranking\]"'):
        CrossEncoderReranker()


def test_cross_encoders_see_question_and_document_together(monkeypatch: pytest.MonkeyPatch) -> None:
    class CrossEncoder:
        def __init__(self, name: str, device: str | None = None) -> None: ...

        def predict(self, pairs: Any, **options: Any) -> Any:
            return np.array([len(question) - len(text) for question, text in pairs], dtype=np.float32)

    package, torch = ModuleType("sentence_transformers"), ModuleType("torch")
    package.CrossEncoder = CrossEncoder  # type: ignore[attr-defined]
    torch.nn = type("nn", (), {"Identity": object})  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", package)
    monkeypatch.setitem(__import__("sys").modules, "torch", torch)
    found: Any = CrossEncoderReranker()("cats", ["a", "cats", "stocks"])
    assert found["ranked_distances"]["cross_encoder"] == pytest.approx([0.0474, 0.5, 0.8808], abs=1e-4)
    raw: Any = CrossEncoderReranker(raw_scores=True)("cats", ["a", "cats"])
    assert raw["ranked_distances"]["cross_encoder"] == [3, 0]


def test_a_real_cross_encoder(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("sentence_transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "cat", "stocks", "fell"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    configuration = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        num_labels=1,
    )  # fmt: skip
    transformers.BertForSequenceClassification(configuration).save_pretrained(tmp_path)
    transformers.BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    found: Any = CrossEncoderReranker(str(tmp_path), device="cpu")("a cat", ["a cat", "stocks fell"])
    assert all(0 < distance < 1 for distance in found["ranked_distances"]["cross_encoder"])
