"""The awaited collection, under the path that other packages import it from."""

from chromadb.client.async_collection import AsyncCollection

__all__ = ["AsyncCollection"]
