"""What the spans of operations are called."""

from __future__ import annotations

from typing import Any

from chromadb.client.operations import catalog, functions, records, system
from chromadb.client.operations.operation import Operation
from chromadb.telemetry.options import OpenTelemetryGranularity

_ALL = OpenTelemetryGranularity.ALL
_OPERATION = OpenTelemetryGranularity.OPERATION

_NAMES: dict[type[Operation[Any]], tuple[str, OpenTelemetryGranularity]] = {
    system.Heartbeat: ("heartbeat", _OPERATION),
    system.GetVersion: ("get_version", _OPERATION),
    system.CheckPreFlight: ("get_pre_flight_checks", _OPERATION),
    system.Identify: ("get_user_identity", _OPERATION),
    system.Reset: ("reset", _ALL),
    system.Compact: ("compact", _OPERATION),
    system.Check: ("check", _OPERATION),
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
    records.Explain: ("_explain", _ALL),
    records.Search: ("_search", _OPERATION),
    records.GetIndexingStatus: ("_get_indexing_status", _OPERATION),
    records.Unload: ("unload_collection", _OPERATION),
}


def span_name(operation: Operation[Any]) -> tuple[str, OpenTelemetryGranularity]:
    """Return what the span of an operation is called, after the class, and from which granularity on it is made."""
    if isinstance(operation, records.Write):
        return f"_{operation.kind}", _ALL
    if isinstance(operation, catalog.CreateCollection):
        return "get_or_create_collection" if operation.get_or_create else "create_collection", _OPERATION
    return _NAMES[type(operation)]
