"""Every function over HTTP keeps one contract: configuration, secrets, batches, order, and what failures become."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema
import numpy as np
import pytest

from chromadb.embedding.remote import transport
from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.transport import EmbeddingServiceError, Request
from chromadb.embedding.types import Documents
from chromadb.model.sparse import SparseVector
from chromadb.utils import embedding_functions as functions

from .stand_in import StandIn, of_int8, of_openai, standing_in, vector

_SECRET = "sk-very-secret"
_OPENAI = of_openai(lambda body: body["input"])


@dataclass(frozen=True)
class Service:
    """arguments: of the class, URL standing for the stand-in. path: of its requests. variable: of its key."""

    arguments: dict[str, Any]
    path: str
    reply: Callable[[Any], Any]
    variable: str | None = None
    space: str = "cosine"
    redirects: bool = True


def _alone(body: Any) -> Any:
    return [vector(text) for text in body["inputs"]]


def _gemini(body: Any) -> Any:
    return {"embeddings": [{"values": vector(one["content"]["parts"][0]["text"])} for one in body["requests"]]}


_SERVICES = {
    "openai": Service({}, "/v1/embeddings", _OPENAI, "CHROMA_OPENAI_API_KEY"),
    "baseten": Service({"api_key": None, "api_base": "URL/v1"}, "/v1/embeddings", _OPENAI, "CHROMA_BASETEN_API_KEY"),
    "morph": Service({"api_base": "URL/v1"}, "/v1/embeddings", _OPENAI, "MORPH_API_KEY", redirects=False),
    "mistral": Service({"model": "m"}, "/v1/embeddings", _OPENAI, "MISTRAL_API_KEY"),
    "together_ai": Service({"model_name": "m"}, "/v1/embeddings", _OPENAI, "CHROMA_TOGETHER_AI_API_KEY"),
    "voyageai": Service({}, "/v1/embeddings", _OPENAI, "CHROMA_VOYAGE_API_KEY"),
    "jina": Service({}, "/v1/embeddings", _OPENAI, "CHROMA_JINA_API_KEY"),
    "perplexity": Service({}, "/v1/embeddings", of_int8, "PERPLEXITY_API_KEY"),
    "cohere": Service({}, "/v1/embed", lambda body: {"embeddings": [vector(t) for t in body["texts"]]},
                      "CHROMA_COHERE_API_KEY"),
    "huggingface": Service({}, "/pipeline/feature-extraction/sentence-transformers/all-MiniLM-L6-v2", _alone,
                           "CHROMA_HUGGINGFACE_API_KEY"),
    "huggingface_server": Service({"url": "URL/embed"}, "/embed", _alone),
    "ollama": Service({"url": "URL/api/embeddings"}, "/api/embed",
                      lambda body: {"embeddings": [vector(t) for t in body["input"]]}),
    "cloudflare_workers_ai": Service(
        {"model_name": "@cf/m", "account_id": "a"}, "/client/v4/accounts/a/ai/run/@cf/m",
        lambda body: {"result": {"data": [vector(t) for t in body["text"]]}}, "CHROMA_CLOUDFLARE_API_KEY"),
    "nomic": Service({"model": "m", "task_type": "search_document", "query_config": {"task_type": "search_query"}},
                     "/v1/embedding/text", lambda body: {"embeddings": [vector(t) for t in body["texts"]]},
                     "NOMIC_API_KEY"),
    "roboflow": Service({"api_url": "URL"}, f"/clip/embed_text?api_key={_SECRET}",
                        lambda body: {"embeddings": [vector(body["text"])]}, "CHROMA_ROBOFLOW_API_KEY",
                        redirects=False),
    "google_gemini": Service({}, "/v1beta/models/gemini-embedding-001:batchEmbedContents", _gemini, "GEMINI_API_KEY"),
    "google_generative_ai": Service({}, "/v1beta/models/gemini-embedding-001:batchEmbedContents", _gemini,
                                    "GEMINI_API_KEY"),
    "google_palm": Service({}, "/v1beta3/models/embedding-gecko-001:batchEmbedText",
                           lambda body: {"embeddings": [{"value": vector(t)} for t in body["texts"]]},
                           "CHROMA_GOOGLE_PALM_API_KEY"),
    "google_vertex": Service(
        {}, "/v1/projects/cloud-large-language-models/locations/us-central1/publishers/google/models/"
        "textembedding-gecko:predict",
        lambda body: {"predictions": [{"embeddings": {"values": vector(i["content"])}} for i in body["instances"]]},
        "CHROMA_GOOGLE_VERTEX_API_KEY"),
    "chroma-cloud-qwen": Service({"model": "Qwen/Qwen3-Embedding-0.6B", "task": "nl_to_code"}, "/",
                                 lambda body: {"embeddings": [vector(t) for t in body["texts"]]}, "CHROMA_API_KEY"),
}  # fmt: skip
_PREFERRED = (
    "OPENAI_API_KEY", "COHERE_API_KEY", "HUGGINGFACE_API_KEY", "GOOGLE_API_KEY", "JINA_API_KEY", "VOYAGE_API_KEY",
    "ROBOFLOW_API_KEY", "BASETEN_API_KEY", "CLOUDFLARE_API_KEY", "TOGETHER_API_KEY",
)  # fmt: skip


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(transport.time, "sleep", lambda seconds: None)
    for name in (*_PREFERRED, *(service.variable for service in _SERVICES.values() if service.variable)):
        monkeypatch.delenv(name, raising=False)
    with standing_in() as server:
        yield server


def made(name: str, server: StandIn, monkeypatch: pytest.MonkeyPatch) -> Any:
    service = _SERVICES[name]
    server.reply = service.reply
    if service.variable:
        monkeypatch.setenv(service.variable, _SECRET)
    if service.redirects:
        monkeypatch.setenv(f"CHROMA_{name.upper().replace('-', '_')}_BASE_URL", server.url)
    monkeypatch.setenv("CHROMA_EMBED_URL", server.url + "/")
    arguments = {
        key: value.replace("URL", server.url) if isinstance(value, str) else value
        for key, value in service.arguments.items()
    }
    return functions.known_embedding_functions[name](**arguments)


@pytest.mark.parametrize("name", _SERVICES)
def test_texts_become_vectors_in_order_however_many_there_are(
    name: str, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = made(name, server, monkeypatch)
    monkeypatch.setattr(type(function), "BATCH", min(function.BATCH, 3))
    texts = [chr(97 + number) * (number + 1) for number in range(8)]
    found = function(texts)

    assert [v.tolist() for v in found] == [vector(text) for text in texts]
    assert {v.dtype for v in found} == {np.dtype(np.float32)}
    assert len(server.seen) == -(-8 // function.BATCH)
    assert {path for path, _, _ in server.seen} == {_SERVICES[name].path}
    assert [v.tolist() for v in function.embed_query(["query"])] == [vector("query")]
    if _SERVICES[name].variable:
        path, headers, _ = server.seen[0]
        assert _SECRET in json.dumps(headers) or _SECRET in path


@pytest.mark.parametrize("name", _SERVICES)
def test_a_configuration_comes_back_and_holds_no_secret(
    name: str, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = made(name, server, monkeypatch)
    config = function.get_config()
    assert _SECRET not in json.dumps(config) + repr(function) + repr(vars(function))

    type(function).validate_config(config)
    again = type(function).build_from_config(json.loads(json.dumps(config)))
    assert again.get_config() == config
    assert again.name() == name
    assert again.default_space() == _SERVICES[name].space
    assert not again.is_legacy()
    with pytest.raises(jsonschema.ValidationError, match="Config validation failed"):
        type(function).validate_config({**config, "mistyped": 1})
    for member in type(function).FIXED:
        if config.get(member) is not None:
            with pytest.raises(ValueError, match=f"{member} cannot be changed"):
                function.validate_config_update(config, {**config, member: "another"})
    function.validate_config_update(config, config)


@pytest.mark.parametrize("name", [name for name, service in _SERVICES.items() if service.variable])
def test_a_missing_key_is_named_and_a_given_one_is_not_stored(
    name: str, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = made(name, server, monkeypatch)
    variable = _SERVICES[name].variable
    assert variable is not None
    monkeypatch.delenv(variable)
    with pytest.raises(ValueError, match=f"The {variable} environment variable is not set"):
        type(function).build_from_config(function.get_config())
    if "api_key" in type(function).__init__.__code__.co_varnames:
        given = {**_SERVICES[name].arguments, "api_key": _SECRET}
        with pytest.warns(DeprecationWarning, match="not stored"):
            assert _SECRET not in json.dumps(type(function)(**given).get_config())


@pytest.mark.parametrize("name", _SERVICES)
def test_failures_are_one_error_with_a_status(name: str, server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    function = made(name, server, monkeypatch)

    server.failures = [(429, {"retry-after": "1"}, b"slow down"), (503, {}, b"")]
    assert function(["a"])[0].tolist() == vector("a")

    for status, times in ((401, 1), (400, 1), (500, 4)):
        server.seen.clear()
        server.failures = [(status, {}, f"no: {_SECRET if status == 401 else ''}".encode())] * times
        with pytest.raises(EmbeddingServiceError) as refusal:
            function(["a"])
        assert refusal.value.status == status
        assert len(server.seen) == times
        assert _SECRET not in str(refusal.value)
    for content in (b"<html>", b"{}", b"[]", b"null", b'{"data": [], "embeddings": []}'):
        server.failures = [(200, {}, content)]
        with pytest.raises(EmbeddingServiceError, match="answered with"):
            function(["a"])


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport.time, "sleep", lambda seconds: None)
    with pytest.raises(EmbeddingServiceError, match=r"did not answer at http://127\.0\.0\.1:1/api/embed"):
        functions.OllamaEmbeddingFunction("http://127.0.0.1:1")(["a"])


def test_a_slow_server_is_not_waited_for(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    function = functions.OllamaEmbeddingFunction(server.url, timeout=1)
    function.timeout = 0.05  # type: ignore[assignment]
    server.reply = lambda body: __import__("threading").Event().wait(0.2) or {}
    with pytest.raises(EmbeddingServiceError, match="did not answer"):
        function(["a"])


def test_retry_after_is_waited_for(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(transport.time, "sleep", waited.append)
    server.reply = _SERVICES["ollama"].reply
    server.failures = [(429, {"retry-after": "7"}, b""), (429, {"retry-after": "9999"}, b""), (503, {}, b"")]
    functions.OllamaEmbeddingFunction(server.url)(["a"])
    assert waited[:2] == [7.0, 60.0]
    assert 1.5 < waited[2] < 2.5


def test_preferred_variables_go_first(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_OPENAI_API_KEY", "other")
    monkeypatch.setenv("OPENAI_API_KEY", _SECRET)
    monkeypatch.setenv("CHROMA_OPENAI_BASE_URL", server.url)
    server.reply = _OPENAI
    function = functions.OpenAIEmbeddingFunction()
    function(["a"])
    assert function.get_config()["api_key_env_var"] == "OPENAI_API_KEY"
    assert server.seen[0][1]["authorization"] == f"Bearer {_SECRET}"


def test_azure_has_its_own_address(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", _SECRET)
    server.reply = _OPENAI
    azure = {"api_type": "azure", "api_base": server.url, "api_version": "v", "deployment_id": "d"}
    functions.OpenAIEmbeddingFunction(**azure)(["a"])
    path, headers, _ = server.seen[0]
    assert (path, headers["api-key"]) == ("/openai/deployments/d/embeddings?api-version=v", _SECRET)
    with pytest.raises(ValueError, match="api_version"):
        functions.OpenAIEmbeddingFunction(api_type="azure")


def test_queries_are_embedded_as_such(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, member, document, query in (
        ("cohere", "input_type", "search_document", "search_query"),
        ("nomic", "task_type", "search_document", "search_query"),
        ("chroma-cloud-qwen", "instructions", "", "Given a question about coding"),
    ):
        server.seen.clear()
        function = made(name, server, monkeypatch)
        function(["a"])
        function.embed_query(["a"])
        told = [body[member] for _, _, body in server.seen]
        assert told[0] == document
        assert told[1].startswith(query)


def test_images_are_sent_as_png(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.zeros((2, 2, 3), dtype=np.uint8)
    function = made("cohere", server, monkeypatch)
    server.reply = lambda body: {"embeddings": [vector(None)]}
    assert len(function([image, image])) == 2
    assert [body["images"][0][:22] for _, _, body in server.seen] == ["data:image/png;base64,"] * 2
    with pytest.raises(ValueError, match="either texts or images"):
        function([image, "text"])
    assert functions.CohereEmbeddingFunction(model_name="embed-multilingual-v2.0").default_space() == "ip"
    function = made("jina", server, monkeypatch)
    function([image, "text"])
    assert [sorted(item) for item in server.seen[-1][2]["input"]] == [["image"], ["text"]]


def test_sparse_vectors_of_the_cloud(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_API_KEY", _SECRET)
    monkeypatch.setenv("CHROMA_EMBED_URL", server.url)
    server.reply = lambda body: {
        "embeddings": [{"indices": [5, 2], "values": [0.5, 0.25], "tokens": ["five", "two"]} for _ in body["texts"]]
    }
    function = functions.ChromaCloudSpladeEmbeddingFunction(include_tokens=True)
    assert function(["a"]) == [SparseVector([2, 5], [0.25, 0.5], ["two", "five"])]
    assert server.seen[0][0] == "/embed_sparse"
    config = function.get_config()
    function.validate_config(config)
    assert function.build_from_config(config).get_config() == config
    assert _SECRET not in json.dumps(config)


class ToyEmbeddingFunction(RemoteFunction[Documents]):
    """What adding a service takes."""

    MEMBERS, FIXED = ("model_name", "api_key_env_var"), ("model_name",)

    def __init__(self, model_name: str, api_key_env_var: str = "TOY_API_KEY") -> None:
        self.model_name = model_name
        self._use(credentials(None, api_key_env_var))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        body = {"model": self.model_name, "input": batch}
        return Request(self._url("https://toy.invalid/v1/embeddings"), body, self._credentials.bearer)

    @staticmethod
    def name() -> str:
        return "toy"


def test_a_new_service_is_a_request_and_a_reply(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_API_KEY", _SECRET)
    monkeypatch.setenv("CHROMA_TOY_BASE_URL", server.url)
    server.reply = _OPENAI
    functions.register_embedding_function(ToyEmbeddingFunction)
    try:
        built = functions.config_to_embedding_function({"name": "toy", "config": {"model_name": "m"}})
        assert [v.tolist() for v in built(["one", "three"])] == [vector("one"), vector("three")]
    finally:
        functions.known_embedding_functions.pop("toy")
