"""Sending spans to an OTLP receiver, over gRPC or HTTP."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chromadb.telemetry.options import TracingOptions

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

_MISSING = (
    "Traces need the packages of OpenTelemetry; install them with `pip install chromadb[telemetry]`, beside "
    "chromadb-client with `pip install chromadb-client[telemetry]`"
)
_PATH_OF_TRACES = "/v1/traces"


def check_tracing(options: TracingOptions) -> None:
    """Raise ValueError when traces cannot be sent: no packages, or an endpoint that is no URL."""
    kind = "grpc" if options.protocol == "grpc" else "http"
    try:
        is_installed = find_spec("opentelemetry.sdk") and find_spec(f"opentelemetry.exporter.otlp.proto.{kind}")
    except ModuleNotFoundError:
        is_installed = None
    if is_installed is None:
        raise ValueError(_MISSING)
    address = urlsplit(options.endpoint)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError(
            f"{options.endpoint!r} is no endpoint for traces; expected http://HOST:PORT or https://HOST:PORT"
        )


def tracer_provider(options: TracingOptions, resource: Mapping[str, str]) -> TracerProvider:
    """Return a provider whose spans are sent in batches by a thread of its own; raises ValueError, see check_tracing.

    resource: attributes of whoever makes the spans, beside ``service.name``.
    """
    check_tracing(options)
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(
        resource=Resource.create({"service.name": options.service_name, **resource}), shutdown_on_exit=True
    )
    provider.add_span_processor(BatchSpanProcessor(_exporter(options)))
    return provider


def pod_name() -> str:
    """Return the name of the machine or pod, as the environment has it."""
    return os.environ.get("HOSTNAME") or "unknown"


def _exporter(options: TracingOptions) -> SpanExporter:
    # None leaves the headers to OTEL_EXPORTER_OTLP_HEADERS.
    headers = dict(options.headers) or None
    if options.protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as OverGrpc

        lower = None if headers is None else {name.lower(): value for name, value in headers.items()}
        return OverGrpc(endpoint=options.endpoint, headers=lower)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as OverHttp

    address = urlsplit(options.endpoint)
    endpoint = options.endpoint if address.path.strip("/") else options.endpoint.rstrip("/") + _PATH_OF_TRACES
    return OverHttp(endpoint=endpoint, headers=headers)
