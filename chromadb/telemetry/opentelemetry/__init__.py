"""Names under which providers and other extensions find tracing."""

from chromadb.telemetry.options import OpenTelemetryGranularity
from chromadb.telemetry.tracing import add_attributes_to_current_span, trace_method

__all__ = ["OpenTelemetryGranularity", "add_attributes_to_current_span", "trace_method"]
