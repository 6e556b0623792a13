"""Calls of a client as spans, where its settings name a receiver of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chromadb.client.operations.operation import Operation
    from chromadb.client.settings import Settings
    from chromadb.telemetry.options import TracingOptions

_SCOPE = "chromadb.telemetry.opentelemetry"
_NOTHING = nullcontext()


class Spans:
    """Makes spans of calls; this one makes none."""

    def around(self, operation: Operation[Any]) -> AbstractContextManager[Any]:
        """Return the block in which an operation is done."""
        return _NOTHING

    def headers(self) -> Mapping[str, str]:
        """Return the headers that tell a server which span its own belong to."""
        return {}


def spans_of(kind: str, settings: Settings) -> Spans:
    """Return what makes the spans that the settings ask for.

    kind: the first part of their names. Raises ValueError for a granularity or an endpoint that is none, and for
    packages that are missing.
    """
    if (settings.chroma_otel_granularity or "none") == "none":
        # The packages of telemetry are not even looked for, which would take longer than opening a database.
        return Spans()
    options = _options(settings)
    return Spans() if options is None else _Traced(kind, options)


class _Traced(Spans):
    def __init__(self, kind: str, options: TracingOptions) -> None:
        from chromadb.client.span_names import span_name
        from chromadb.telemetry.exporting import pod_name
        from chromadb.telemetry.tracing import begin_tracing

        self._tracing = begin_tracing(options, _SCOPE, {})
        self._kind = kind
        self._named = span_name
        pod = pod_name()
        self._attributes = {} if pod == "unknown" else {"pod_name": pod}

    def around(self, operation: Operation[Any]) -> AbstractContextManager[Any]:
        name, level = self._named(operation)
        if not self._tracing.granularity.includes(level):
            return _NOTHING
        return self._tracing.span(f"{self._kind}.{name}", self._attributes)

    def headers(self) -> Mapping[str, str]:
        return self._tracing.headers()


def _options(settings: Settings) -> TracingOptions | None:
    from chromadb.telemetry.options import OpenTelemetryGranularity, TracingOptions

    wanted = settings.chroma_otel_granularity
    accepted = [level.value for level in OpenTelemetryGranularity]
    if wanted not in accepted:
        raise ValueError(f"Expected chroma_otel_granularity to be one of {', '.join(accepted)}, got {wanted!r}")
    if not settings.chroma_otel_collection_endpoint:
        return None
    return TracingOptions(
        settings.chroma_otel_collection_endpoint,
        settings.chroma_otel_service_name or "chromadb",
        headers=settings.chroma_otel_collection_headers,
        granularity=OpenTelemetryGranularity(wanted),
    )
