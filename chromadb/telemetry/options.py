"""Where spans are sent, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Protocol = Literal["grpc", "http/protobuf"]


class OpenTelemetryGranularity(str, Enum):
    """How much is traced: nothing, calls, calls and parts of the index, everything."""

    NONE = "none"
    OPERATION = "operation"
    OPERATION_AND_SEGMENT = "operation_and_segment"
    ALL = "all"

    def includes(self, level: OpenTelemetryGranularity) -> bool:
        """Return whether spans of a level are made when this much is traced."""
        order = list(OpenTelemetryGranularity)
        return level is not OpenTelemetryGranularity.NONE and order.index(level) <= order.index(self)


@dataclass(frozen=True, slots=True)
class TracingOptions:
    """An OTLP receiver. endpoint: its URL. headers: sent with every export; they may be secret.

    What is left to the environment variables of OpenTelemetry (OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER and so
    on) is read by its own library.
    """

    endpoint: str
    service_name: str = "chromadb"
    protocol: Protocol = "grpc"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    granularity: OpenTelemetryGranularity = OpenTelemetryGranularity.ALL
