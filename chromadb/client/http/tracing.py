"""Calls of a client of a server as spans, where its settings name a receiver of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from chromadb.client.operations import catalog, functions, records, system
from chromadb.client.operations.operation import Operation
from chromadb.client.settings import Settings
from chromadb.telemetry.exporting import pod_name
from chromadb.telemetry.options import OpenTelemetryGranularity, TracingOptions
from chromadb.telemetry.tracing import begin_tracing

_SCOPE = "chromadb.telemetry.opentelemetry"
_NOTHING = nullcontext()
_ALL = OpenTelemetryGranularity.ALL
_OPERATION = OpenTelemetryGranularity.OPERATION

_NAMES: dict[type[Operation[Any]], tuple[str, OpenTelemetryGranularity]] = {
    system.Heartbeat: ("heartbeat", _OPERATION),
    system.GetVersion: ("get_version", _OPERATION),
    system.CheckPreFlight: ("get_pre_flight_checks", _OPERATION),
    system.Identify: ("get_user_identity", _OPERATION),
    system.Reset: ("reset", _ALL),
    catalog.CreateTenant: ("create_tenant", _OPERATION),
    catalog.GetTenant: ("get_tenant", _OPERATION),
    catalog.CreateDatabase: ("create_database", _OPERATION),
    catalog.GetDatabase: ("get_database", _OPERATION),
    catalog.ListDatabases: ("list_databases", _OPERATION),
    catalog.DeleteDatabase: ("delete_database", _OPERATION),
    catalog.GetCollection: ("get_collection", _OPERATION),
    catalog.GetCollectionById: ("get_collection_by_id", _OPERATION),
    catalog.ListCollections: ("list_collections", _OPERATION),
    catalog.CountCollections: ("count_collections", _OPERATION),
    catalog.DeleteCollection: ("delete_collection", _OPERATION),
    catalog.ModifyCollection: ("_modify", _OPERATION),
    catalog.ForkCollection: ("_fork", _OPERATION),
    catalog.CountForks: ("_fork_count", _OPERATION),
    functions.AttachFunction: ("attach_function", _ALL),
    functions.GetAttachedFunction: ("get_attached_function", _ALL),
    functions.DetachFunction: ("detach_function", _ALL),
    records.Delete: ("_delete", _OPERATION),
    records.Count: ("_count", _OPERATION),
    records.CountValues: ("_facets", _OPERATION),
    records.Get: ("_get", _OPERATION),
    records.Query: ("_query", _ALL),
    records.Search: ("_search", _OPERATION),
    records.GetIndexingStatus: ("_get_indexing_status", _OPERATION),
}
"""What the span of an operation is called, after the class, and from which granularity on it is made."""


def spans_of(kind: str, settings: Settings) -> Callable[[Operation[Any]], AbstractContextManager[Any]]:
    """Return what makes the block around an operation, which is a span where the settings ask for it.

    kind: the first part of its name. Raises ValueError for a granularity or an endpoint that is none, and for packages
    that are missing.
    """
    options = _options(settings)
    if options is None:
        return lambda operation: _NOTHING
    tracing = begin_tracing(options, _SCOPE, {})
    pod = pod_name()
    attributes = {} if pod == "unknown" else {"pod_name": pod}

    def span(operation: Operation[Any]) -> AbstractContextManager[Any]:
        name, level = _named(operation)
        return tracing.span(f"{kind}.{name}", attributes) if tracing.granularity.includes(level) else _NOTHING

    return span


def _options(settings: Settings) -> TracingOptions | None:
    wanted = settings.chroma_otel_granularity or OpenTelemetryGranularity.NONE.value
    accepted = [level.value for level in OpenTelemetryGranularity]
    if wanted not in accepted:
        raise ValueError(f"Expected chroma_otel_granularity to be one of {', '.join(accepted)}, got {wanted!r}")
    granularity = OpenTelemetryGranularity(wanted)
    if granularity is OpenTelemetryGranularity.NONE or not settings.chroma_otel_collection_endpoint:
        return None
    return TracingOptions(
        settings.chroma_otel_collection_endpoint,
        settings.chroma_otel_service_name or "chromadb",
        headers=settings.chroma_otel_collection_headers,
        granularity=granularity,
    )


def _named(operation: Operation[Any]) -> tuple[str, OpenTelemetryGranularity]:
    if isinstance(operation, records.Write):
        return f"_{operation.kind}", _ALL
    if isinstance(operation, catalog.CreateCollection):
        return "get_or_create_collection" if operation.get_or_create else "create_collection", _OPERATION
    return _NAMES.get(type(operation), (type(operation).__name__, _ALL))
