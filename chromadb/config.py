"""Settings and systems, under the path that other packages import them from."""

from chromadb.client.settings import Settings
from chromadb.client.system import System
from chromadb.model.names import DEFAULT_DATABASE, DEFAULT_TENANT

__all__ = ["DEFAULT_DATABASE", "DEFAULT_TENANT", "Settings", "System"]
