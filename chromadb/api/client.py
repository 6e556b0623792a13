"""Clients, under the path that other packages import them from."""

from chromadb.client.admin import AdminClient
from chromadb.client.client import Client

__all__ = ["AdminClient", "Client"]
