"""Types of the public API, under the path that other packages import them from; each is defined in a room below."""

from typing import Any, TypeVar

from chromadb.client.schema import (
    BOOL_INVERTED_INDEX_NAME,
    BOOL_VALUE_NAME,
    DOCUMENT_KEY,
    EMBEDDING_KEY,
    FLOAT_INVERTED_INDEX_NAME,
    FLOAT_LIST_VALUE_NAME,
    FLOAT_VALUE_NAME,
    FTS_INDEX_NAME,
    HNSW_INDEX_NAME,
    INT_INVERTED_INDEX_NAME,
    INT_VALUE_NAME,
    SPANN_INDEX_NAME,
    SPARSE_VECTOR_INDEX_NAME,
    SPARSE_VECTOR_TYPE_VALUE,
    SPARSE_VECTOR_VALUE_NAME,
    STRING_INVERTED_INDEX_NAME,
    STRING_VALUE_NAME,
    TYPE_KEY,
    VECTOR_INDEX_NAME,
    BoolInvertedIndexConfig,
    BoolInvertedIndexType,
    BoolValueType,
    Cmek,
    CmekProvider,
    FloatInvertedIndexConfig,
    FloatInvertedIndexType,
    FloatListValueType,
    FloatValueType,
    FtsIndexConfig,
    FtsIndexType,
    HnswIndexConfig,
    IndexConfig,
    IntInvertedIndexConfig,
    IntInvertedIndexType,
    IntValueType,
    Schema,
    SpannIndexConfig,
    SparseVectorIndexConfig,
    SparseVectorIndexType,
    SparseVectorValueType,
    StringInvertedIndexConfig,
    StringInvertedIndexType,
    StringValueType,
    ValueTypes,
    VectorIndexConfig,
    VectorIndexType,
)
from chromadb.embedding.data_loader import DataLoader
from chromadb.embedding.default import DefaultEmbeddingFunction
from chromadb.embedding.protocol import (
    EmbeddingFunction,
    SparseEmbeddingFunction,
    validate_embedding_function,
    validate_sparse_embedding_function,
)
from chromadb.embedding.types import (
    URI,
    Document,
    Documents,
    Embeddable,
    Image,
    ImageDType,
    Images,
    Loadable,
    Space,
    URIs,
)
from chromadb.model.collection import CollectionMetadata
from chromadb.model.embeddings import (
    Embedding,
    Embeddings,
    PyEmbedding,
    PyEmbeddings,
    normalize_embeddings,
    validate_embeddings,
)
from chromadb.model.expression import SearchResult
from chromadb.model.filter_validation import validate_where, validate_where_document
from chromadb.model.filters import Where, WhereDocument
from chromadb.model.metadata import (
    META_KEY_CHROMA_DOCUMENT,
    Metadata,
    Metadatas,
    UpdateMetadata,
    normalize_metadata,
    normalize_metadatas,
    validate_metadata,
    validate_metadatas,
    validate_update_metadata,
)
from chromadb.model.records import (
    is_document,
    is_image,
    maybe_cast_one_to_many,
    validate_documents,
    validate_ids,
    validate_images,
)
from chromadb.model.results import (
    DeleteResult,
    GetResult,
    Include,
    IncludeMetadataDocuments,
    IncludeMetadataDocumentsDistances,
    IncludeMetadataDocumentsEmbeddings,
    IncludeMetadataDocumentsEmbeddingsDistances,
    IndexingStatus,
    QueryResult,
    ReadLevel,
    validate_include,
    validate_n_results,
)
from chromadb.model.sparse import SparseVector, SparseVectors, validate_sparse_vectors

_T = TypeVar("_T")

ID = str
IDs = list[str]
OneOrMany = _T | list[_T]
Parameter = TypeVar("Parameter", Document, Image, Embedding, Metadata, ID)
UpdateCollectionMetadata = dict[str, Any]

__all__ = [name for name in dir() if not name.startswith("_") and name not in ("Any", "TypeVar")]
