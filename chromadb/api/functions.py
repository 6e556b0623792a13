"""Functions of servers, under the path that other packages import them from."""

from chromadb.client.attached_function import RECORD_COUNTER_FUNCTION, STATISTICS_FUNCTION, AttachedFunction, Function

__all__ = ["RECORD_COUNTER_FUNCTION", "STATISTICS_FUNCTION", "AttachedFunction", "Function"]
