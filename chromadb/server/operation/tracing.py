"""Requests as spans: one for each, named after its route, with one for every stage inside."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from chromadb.server.request import Request
from chromadb.telemetry.exporting import pod_name
from chromadb.telemetry.options import OpenTelemetryGranularity, TracingOptions
from chromadb.telemetry.tracing import Tracing, begin_tracing, end_tracing

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span

_NOTHING = nullcontext()


class RequestSpan:
    """The span of a request. has_stages: whether what happens inside is traced too."""

    def __init__(self, tracing: Tracing, span: Span, has_stages: bool) -> None:
        from opentelemetry.trace import set_span_in_context

        self._tracing = tracing
        self._span = span
        self._has_stages = has_stages
        self._context: Context = set_span_in_context(span)

    def stage(self, name: str, attributes: Mapping[str, str | int]) -> AbstractContextManager[Any]:
        """Return a block that has a span of its own, current for what it calls."""
        if not self._has_stages:
            return _NOTHING
        return self._tracing.tracer.start_as_current_span(name, context=self._context, attributes=attributes)

    def passed(self, name: str, began: int, attributes: Mapping[str, str | int]) -> None:
        """Add a stage that has just ended. began: in nanoseconds of ``time.time_ns``."""
        if self._has_stages:
            span = self._tracing.tracer.start_span(name, context=self._context, attributes=attributes, start_time=began)
            span.end()

    def end(self, request: Request, status: int) -> None:
        """End the span with what became of the request."""
        from opentelemetry.trace import StatusCode

        span = self._span
        if request.template:
            span.update_name(f"{request.method} {request.template}")
            span.set_attribute("http.route", request.template)
        for name, label in (("tenant", "tenant"), ("database", "database_name"), ("collection_id", "collection_id")):
            if name in request.parameters:
                span.set_attribute(label, request.parameters[name])
        span.set_attribute("http.status_code", status)
        if status >= 400:
            span.set_status(StatusCode.ERROR)
        span.end()


class RequestTracing:
    """Makes the spans of requests, and takes on the trace that a client's ``traceparent`` names."""

    def __init__(self, options: TracingOptions) -> None:
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracing = begin_tracing(options, options.service_name, {"service.pod_name": pod_name()})
        self._has_stages = options.granularity is not OpenTelemetryGranularity.OPERATION
        self._propagator = TraceContextTextMapPropagator()
        self._kind = SpanKind.SERVER

    def begin(self, request: Request) -> None:
        """Begin the span of a request, which takes its trace id from it."""
        headers = request.headers
        attributes = {
            "http.method": request.method,
            "http.uri": request.path,
            "http.version": request.http_version,
            "http.host": headers.get("host", ""),
            "http.user_agent": headers.get("user-agent", ""),
            "request_id": request.id,
        }
        parent = self._propagator.extract(headers) if "traceparent" in headers else None
        span = self._tracing.tracer.start_span(
            request.method, context=parent, kind=self._kind, attributes=attributes, start_time=time.time_ns()
        )
        given = request.id != request.trace_id
        request.trace_id = f"{span.get_span_context().trace_id:032x}"
        if not given:
            request.id = request.trace_id
            span.set_attribute("request_id", request.id)
        request.span = RequestSpan(self._tracing, span, self._has_stages)

    def close(self) -> None:
        """Send what has not been sent."""
        end_tracing()
