"""Calls of clients of servers are spans, where their settings name a receiver."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from running_server import RunningServer, running
from server.operation.otlp_receiver import RECEIVERS, Receiver

import chromadb
from chromadb.config import Settings
from chromadb.telemetry.tracing import end_tracing


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(name="receiver")
def _receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("HOSTNAME", "pod-7")
    with RECEIVERS["grpc"]() as receiver:
        yield receiver
        end_tracing()


def settings(receiver: Receiver, granularity: str | None) -> Settings:
    return Settings(
        chroma_otel_collection_endpoint=receiver.endpoint,
        chroma_otel_service_name="shop",
        chroma_otel_collection_headers={"X-Key": "k"},
        chroma_otel_granularity=granularity,
    )


@pytest.mark.parametrize("granularity", ["all", "operation"])
def test_calls_are_spans_with_the_documented_names(server: RunningServer, receiver: Receiver, granularity: str) -> None:
    with chromadb.HttpClient(server.url, settings=settings(receiver, granularity)) as client:
        things = client.get_or_create_collection("things", embedding_function=None)
        things.upsert(ids=["a"], embeddings=[[1, 2]])
        things.query(query_embeddings=[[1, 2]])
        things.get()
        client.delete_collection("things")
    end_tracing()
    names = {span.name.removeprefix("FastAPI.") for span in receiver.spans}
    of_operations = {
        "get_user_identity",
        "get_or_create_collection",
        "get_pre_flight_checks",
        "_get",
        "delete_collection",
    }
    assert of_operations <= names
    assert ({"_upsert", "_query"} <= names) is (granularity == "all")
    span = receiver.named("FastAPI._get")[0]
    assert (span.scope, span.resource["service.name"]) == ("chromadb.telemetry.opentelemetry", "shop")
    assert span.attributes == {"pod_name": "pod-7"}
    assert receiver.headers[0]["x-key"] == "k"


def test_calls_that_are_awaited_are_spans(server: RunningServer, receiver: Receiver) -> None:
    async def look() -> None:
        async with await chromadb.AsyncHttpClient(server.url, settings=settings(receiver, "operation")) as client:
            await client.list_collections()

    asyncio.run(look())
    end_tracing()
    assert "AsyncFastAPI.list_collections" in {span.name for span in receiver.spans}


@pytest.mark.parametrize("granularity", [None, "none"])
def test_without_a_granularity_there_are_no_spans(
    server: RunningServer, receiver: Receiver, granularity: str | None
) -> None:
    with chromadb.HttpClient(server.url, settings=settings(receiver, granularity)) as client:
        client.heartbeat()
    end_tracing()
    assert receiver.spans == []


def test_a_granularity_that_is_none_of_the_documented_is_refused(server: RunningServer, receiver: Receiver) -> None:
    with pytest.raises(ValueError, match=r"chroma_otel_granularity to be one of none, operation, .* got 'some'"):
        chromadb.HttpClient(server.url, settings=settings(receiver, "some"))
