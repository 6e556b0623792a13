"""The registry of open databases, under the path that other packages import it from."""

from chromadb.client.system import SharedSystemClient

__all__ = ["SharedSystemClient"]
