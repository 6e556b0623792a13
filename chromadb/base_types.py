"""Plain value types, under the path that other packages import them from."""

from chromadb.model.filters import Where, WhereDocument
from chromadb.model.metadata import Metadata, UpdateMetadata
from chromadb.model.sparse import SPARSE_VECTOR_TYPE_VALUE, TYPE_KEY, SparseVector

__all__ = [
    "SPARSE_VECTOR_TYPE_VALUE",
    "TYPE_KEY",
    "Metadata",
    "SparseVector",
    "UpdateMetadata",
    "Where",
    "WhereDocument",
]
