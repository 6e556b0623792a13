"""Types of the catalog and of values, under the path that other packages import them from."""

from chromadb.client.collection_model import CollectionModel as Collection
from chromadb.model.collection import CollectionMetadata
from chromadb.model.embeddings import Embedding as Vector
from chromadb.model.filters import Where, WhereDocument
from chromadb.model.metadata import Metadata, UpdateMetadata
from chromadb.model.sparse import SparseVector

__all__ = [
    "Collection",
    "CollectionMetadata",
    "Metadata",
    "SparseVector",
    "UpdateMetadata",
    "Vector",
    "Where",
    "WhereDocument",
]
