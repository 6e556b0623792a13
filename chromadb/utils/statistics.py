"""Statistics of metadata, under the path that other packages import them from."""

from chromadb.client.statistics import (
    attach_statistics_function,
    detach_statistics_function,
    get_statistics,
    get_statistics_fn,
    get_statistics_fn_name,
)

__all__ = [
    "attach_statistics_function",
    "detach_statistics_function",
    "get_statistics",
    "get_statistics_fn",
    "get_statistics_fn_name",
]
