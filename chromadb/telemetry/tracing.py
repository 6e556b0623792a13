"""The tracing of this process: begun once, used by whatever makes spans."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from chromadb.telemetry.exporting import pod_name, tracer_provider
from chromadb.telemetry.options import OpenTelemetryGranularity, TracingOptions

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Attribute = str | bool | int | float
Attributes = Mapping[str, Attribute]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Tracing:
    """What makes spans, and of which granularity."""

    provider: TracerProvider
    tracer: Tracer
    granularity: OpenTelemetryGranularity

    def span(self, name: str, attributes: Attributes) -> AbstractContextManager[Span]:
        """Return a span for a block; it is a child of the one around it."""
        return self.tracer.start_as_current_span(name, attributes=attributes)

    def headers(self) -> Mapping[str, str]:
        """Return the headers (W3C) by which a server knows the span around the call as the parent of its own."""
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        headers: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(headers)
        return headers


_begun: Tracing | None = None
_lock = threading.Lock()


def begin_tracing(options: TracingOptions, scope: str, resource: Mapping[str, str]) -> Tracing:
    """Return the tracing of this process, with these options if it is the first call; raises ValueError.

    scope: the name under which spans are made. resource: attributes beside the name of the service.
    """
    global _begun
    with _lock:
        if _begun is None:
            provider = tracer_provider(options, resource)
            _begun = Tracing(provider, provider.get_tracer(scope), options.granularity)
        return _begun


def end_tracing() -> None:
    """Send what has not been sent, and make no more spans."""
    global _begun
    with _lock:
        ended, _begun = _begun, None
    if ended is not None:
        ended.provider.shutdown()


def trace_method(
    trace_name: str, trace_granularity: OpenTelemetryGranularity, attributes: Attributes | None = None
) -> Callable[[F], F]:
    """Decorate a function, or one that is awaited, so that each call is a span where this much is traced."""

    def decorate(function: F) -> F:
        if asyncio.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                tracing = _begun
                if tracing is None or not tracing.granularity.includes(trace_granularity):
                    return await function(*args, **kwargs)
                with tracing.span(trace_name, _with_pod(attributes)):
                    return await function(*args, **kwargs)

            return cast(F, awaited)

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            tracing = _begun
            if tracing is None or not tracing.granularity.includes(trace_granularity):
                return function(*args, **kwargs)
            with tracing.span(trace_name, _with_pod(attributes)):
                return function(*args, **kwargs)

        return cast(F, called)

    return decorate


def add_attributes_to_current_span(attributes: Attributes) -> None:
    """Add attributes to the span around the call, if there is one."""
    if _begun is None:
        return
    from opentelemetry import trace

    trace.get_current_span().set_attributes(dict(attributes))


def _with_pod(attributes: Attributes | None) -> Attributes:
    name = pod_name()
    return dict(attributes or {}) if name == "unknown" else {**(attributes or {}), "pod_name": name}
