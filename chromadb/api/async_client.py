"""Clients whose calls are awaited, under the path that other packages import them from."""

from chromadb.client.async_admin import AsyncAdminClient
from chromadb.client.async_client import AsyncClient

__all__ = ["AsyncAdminClient", "AsyncClient"]
