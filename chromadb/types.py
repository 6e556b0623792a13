"""Types of the catalog and of values, under the path that other packages import them from."""

from typing import TypedDict
from uuid import UUID

from chromadb.client.collection_model import CollectionModel as Collection
from chromadb.model.collection import CollectionMetadata
from chromadb.model.embeddings import Embedding as Vector
from chromadb.model.filters import Where, WhereDocument
from chromadb.model.metadata import Metadata, UpdateMetadata
from chromadb.model.sparse import SparseVector


class Tenant(TypedDict):
    """A tenant as an AdminClient returns it."""

    name: str


class Database(TypedDict):
    """A database as an AdminClient returns it."""

    id: UUID
    name: str
    tenant: str


__all__ = [
    "Collection",
    "CollectionMetadata",
    "Database",
    "Metadata",
    "SparseVector",
    "Tenant",
    "UpdateMetadata",
    "Vector",
    "Where",
    "WhereDocument",
]
