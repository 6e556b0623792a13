"""``Collection``, under the path that other packages import it from."""

from chromadb.client.collection import Collection

__all__ = ["Collection"]
