"""Stand-ins for receivers of OTLP, over gRPC and over HTTP, that keep the spans they get."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    name: str
    scope: str
    resource: dict[str, Any]
    attributes: dict[str, Any]
    trace_id: str
    span_id: str
    parent_id: str
    is_error: bool


@dataclass(slots=True)
class Receiver:
    endpoint: str
    spans: list[ReceivedSpan] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def take(self, request: ExportTraceServiceRequest, headers: dict[str, str]) -> None:
        self.headers.append(headers)
        for of_resource in request.resource_spans:
            resource = _values(of_resource.resource.attributes)
            for of_scope in of_resource.scope_spans:
                for span in of_scope.spans:
                    attributes = _values(span.attributes)
                    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
                    is_error = span.status.code == 2
                    self.spans.append(
                        ReceivedSpan(span.name, of_scope.scope.name, resource, attributes, *ids, is_error)
                    )

    def named(self, name: str) -> list[ReceivedSpan]:
        """Return the spans of a name that have come, waiting a while for the first."""
        deadline = time.monotonic() + 30
        while True:
            found = [span for span in self.spans if span.name == name]
            if found or time.monotonic() > deadline:
                return found
            time.sleep(0.02)


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


@contextmanager
def over_http() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = ExportTraceServiceRequest()
            content = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                request.ParseFromString(content)
                receiver.take(request, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def over_grpc() -> Iterator[Receiver]:
    class Servicer(TraceServiceServicer):
        def Export(  # noqa: N802
            self, request: ExportTraceServiceRequest, context: grpc.ServicerContext
        ) -> ExportTraceServiceResponse:
            receiver.take(request, dict(context.invocation_metadata()))
            return ExportTraceServiceResponse()

    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool)
        add_TraceServiceServicer_to_server(Servicer(), server)
        receiver = Receiver(f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
        server.start()
        try:
            yield receiver
        finally:
            server.stop(None).wait()


RECEIVERS: dict[str, Callable[[], Any]] = {"grpc": over_grpc, "http/protobuf": over_http}
