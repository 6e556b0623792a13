"""Spans arrive at a receiver, over both protocols, with the documented names and attributes."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from running_server import running

from .otlp_receiver import RECEIVERS, over_http

DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"
ROUTE = "/api/v2/tenants/{tenant}/databases/{database}/collections/{collection_id}"
# Spans leave in batches; the tests do not wait for the usual five seconds.
QUICK = {"OTEL_BSP_SCHEDULE_DELAY": "50", "HOSTNAME": "pod-7"}


@pytest.mark.parametrize("protocol", RECEIVERS)
def test_spans_of_requests(tmp_path: Path, protocol: str) -> None:
    with RECEIVERS[protocol]() as receiver:
        settings = (
            f"open_telemetry: {{endpoint: '{receiver.endpoint}', service_name: shop, protocol: {protocol}, "
            "headers: {X-Key: s3cret}}\n"
        )
        with running(tmp_path, settings, environment=QUICK) as server, httpx.Client(base_url=server.url) as client:
            made = client.post(f"{DATABASE}/collections", json={"name": "things"}).json()
            path = f"{DATABASE}/collections/{made['id']}"
            client.post(f"{path}/add", json={"ids": ["a"], "embeddings": [[1, 2]]}, headers={"user-agent": "me"})
            client.post(f"{path}/query", json={"query_embeddings": [[1, 2]]})
            missing = client.get(f"{DATABASE}/collections/none")
            assert server.stop() == 0
        add = receiver.named(f"POST {ROUTE}/add")[0]
        assert add.scope == "shop"
        assert (add.resource["service.name"], add.resource["service.pod_name"]) == ("shop", "pod-7")
        expected = {
            "http.method": "POST", "http.uri": f"{path}/add", "http.route": f"{ROUTE}/add", "http.version": "1.1",
            "http.host": server.url.removeprefix("http://"), "http.status_code": 201, "http.user_agent": "me",
            "tenant": "default_tenant", "database_name": "default_database", "collection_id": made["id"],
        }  # fmt: skip
        assert expected.items() <= add.attributes.items()
        assert not add.is_error
        inside = {span.name: span for span in receiver.spans if span.parent_id == add.span_id}
        assert inside.keys() == {"buffering_body", "parsing_json", "collection_add"}
        assert inside["parsing_json"].attributes["bytes"] > 20
        query = receiver.named(f"POST {ROUTE}/query")[0]
        batch = next(span for span in receiver.spans if span.name == "collection_query")
        assert (batch.parent_id, batch.attributes["batch_size"]) == (query.span_id, 1)
        failed = receiver.named(f"GET {ROUTE}")[0]
        assert failed.is_error
        assert missing.headers["chroma-trace-id"] == failed.trace_id == missing.headers["x-request-id"]
        assert all(headers["x-key"] == "s3cret" for headers in receiver.headers)
    assert "s3cret" not in server.output.read_text()


def test_a_trace_of_the_client_is_taken_on(tmp_path: Path) -> None:
    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    with over_http() as receiver:
        environment = {
            **QUICK, "CHROMA_OTEL_COLLECTION_ENDPOINT": receiver.endpoint, "CHROMA_OTEL_GRANULARITY": "operation",
            "CHROMA_OPEN_TELEMETRY__PROTOCOL": "http/protobuf", "CHROMA_OTEL_SERVICE_NAME": "",
            "CHROMA_OTEL_COLLECTION_HEADERS": '{"X-API-KEY": "k"}',
        }  # fmt: skip
        with running(tmp_path, environment=environment) as server:
            headers = {"traceparent": f"00-{trace}-{parent}-01", "x-request-id": "order-5"}
            answer = httpx.post(f"{server.url}/api/v2/tenants", json={"name": "x"}, headers=headers)
            assert answer.headers["chroma-trace-id"] == trace
            assert answer.headers["x-request-id"] == "order-5"
        span = receiver.named("POST /api/v2/tenants")[0]
        assert (span.trace_id, span.parent_id, span.attributes["request_id"]) == (trace, parent, "order-5")
        assert span.resource["service.name"] == "chromadb"
        assert receiver.headers[0]["x-api-key"] == "k"
        # `operation` traces requests and nothing inside them.
        assert {span.name for span in receiver.spans} == {"POST /api/v2/tenants"}


def test_a_receiver_that_is_down_does_not_matter(tmp_path: Path) -> None:
    settings = "open_telemetry: {endpoint: 'http://127.0.0.1:9', protocol: http/protobuf}\n"
    environment = {**QUICK, "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    with running(tmp_path, settings, environment=environment) as server:
        assert httpx.get(f"{server.url}{DATABASE}/collections").json() == []
        assert server.stop() == 0


def test_variables_of_opentelemetry_are_understood(tmp_path: Path) -> None:
    with over_http() as receiver:
        settings = f"open_telemetry: {{endpoint: '{receiver.endpoint}', protocol: http/protobuf}}\n"
        environment = {**QUICK, "OTEL_EXPORTER_OTLP_HEADERS": "x-key=k,x-more=m", "OTEL_RESOURCE_ATTRIBUTES": "zone=a"}
        with running(tmp_path, settings, environment=environment) as server:
            httpx.get(f"{server.url}/api/v2/version")
        span = receiver.named("GET /api/v2/version")[0]
    assert span.resource["zone"] == "a"
    assert (receiver.headers[0]["x-key"], receiver.headers[0]["x-more"]) == ("k", "m")
    with over_http() as receiver:
        settings = f"open_telemetry: {{endpoint: '{receiver.endpoint}', protocol: http/protobuf}}\n"
        environment = {**QUICK, "OTEL_TRACES_SAMPLER": "always_off"}
        with running(tmp_path, settings, environment=environment) as server:
            httpx.get(f"{server.url}/api/v2/version")
            assert server.stop() == 0
        assert receiver.spans == []
