"""Calls of clients are spans, where their settings name a receiver."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from running_server import RunningServer, running
from server.operation.otlp_receiver import RECEIVERS, Receiver

import chromadb
from chromadb.client.operations import catalog, functions, records, system
from chromadb.client.operations.operation import Operation
from chromadb.client.span_names import span_name
from chromadb.config import Settings
from chromadb.errors import NotFoundError
from chromadb.telemetry.options import OpenTelemetryGranularity
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


def settings(receiver: Receiver, granularity: str | None, **more: Any) -> Settings:
    return Settings(
        **more,
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


@pytest.mark.parametrize("kind", [chromadb.EphemeralClient, chromadb.PersistentClient])
def test_calls_of_a_database_in_the_process_are_spans(
    receiver: Receiver, tmp_path: Path, kind: Callable[..., Any]
) -> None:
    asked = settings(receiver, "all", persist_directory=str(tmp_path))
    with kind(settings=asked, **({"path": tmp_path} if kind is chromadb.PersistentClient else {})) as client:
        client.create_collection("things", embedding_function=None).add(ids=["a"], embeddings=[[1, 2]])
        with pytest.raises(NotFoundError):
            client.get_collection("others")
    end_tracing()
    failed = {span.name: span.is_error for span in receiver.spans}
    assert failed["SegmentAPI.create_collection"] is failed["SegmentAPI._add"] is False
    assert failed["SegmentAPI.get_collection"] is True


def test_spans_of_a_server_lie_within_those_of_its_client(receiver: Receiver, tmp_path: Path) -> None:
    traced = f"open_telemetry:\n  endpoint: {receiver.endpoint}\n  service_name: store\n"
    with running(tmp_path, traced) as server:
        with chromadb.HttpClient(server.url, settings=settings(receiver, "operation")) as client:
            client.list_collections()

        async def list_collections() -> None:
            async with await chromadb.AsyncHttpClient(server.url, settings=settings(receiver, "operation")) as client:
                await client.list_collections()

        asyncio.run(list_collections())
    end_tracing()
    inside = {
        span.parent_id: span for span in receiver.named("GET /api/v2/tenants/{tenant}/databases/{database}/collections")
    }
    for kind in ("FastAPI", "AsyncFastAPI"):
        (outside,) = receiver.named(f"{kind}.list_collections")
        assert inside[outside.span_id].trace_id == outside.trace_id


def test_every_operation_has_a_name() -> None:
    kinds = [kind for module in (catalog, functions, records, system) for kind in vars(module).values()]
    operations = [
        kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Operation) and kind is not Operation
    ]
    for kind in operations:
        name, level = span_name(kind(*["add"] * len(kind.__struct_fields__)))
        assert name
        assert OpenTelemetryGranularity.ALL.includes(level)


@pytest.mark.parametrize("client", [chromadb.EphemeralClient, chromadb.HttpClient])
def test_missing_packages_are_named_with_the_extra(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, client: Callable[..., Any]
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    with pytest.raises(ValueError, match=r"pip install chromadb\[telemetry\]"):
        client(settings=settings(receiver, "all"))


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
