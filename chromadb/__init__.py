"""Chroma: an embedding database. Store documents, find them by meaning, keep them on disk.

    import chromadb

    client = chromadb.PersistentClient("./my-data")
    facts = client.get_or_create_collection("facts")
    facts.add(ids=["1"], documents=["The heart of a blue whale weighs as much as a piano."])
    facts.query(query_texts=["large animals"])

Every name is loaded when it is first used, so that ``import chromadb`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chromadb.model.version import __version__ as __version__

if TYPE_CHECKING:
    from chromadb import api as api
    from chromadb import auth as auth
    from chromadb import base_types as base_types
    from chromadb import config as config
    from chromadb import errors as errors
    from chromadb import execution as execution
    from chromadb import telemetry as telemetry
    from chromadb import types as types
    from chromadb import utils as utils
    from chromadb.api import AdminAPI as AdminAPI
    from chromadb.api import AsyncClientAPI as AsyncClientAPI
    from chromadb.api import ClientAPI as ClientAPI
    from chromadb.api.types import (
        URI,
        BoolInvertedIndexConfig,
        Cmek,
        CollectionMetadata,
        Documents,
        EmbeddingFunction,
        Embeddings,
        FloatInvertedIndexConfig,
        FtsIndexConfig,
        GetResult,
        HnswIndexConfig,
        IDs,
        Include,
        IntInvertedIndexConfig,
        Metadata,
        Metadatas,
        QueryResult,
        Schema,
        SpannIndexConfig,
        SparseEmbeddingFunction,
        SparseVector,
        SparseVectorIndexConfig,
        SparseVectors,
        StringInvertedIndexConfig,
        UpdateCollectionMetadata,
        UpdateMetadata,
        URIs,
        VectorIndexConfig,
        Where,
        WhereDocument,
    )
    from chromadb.api.types import ReadLevel as ReadLevel
    from chromadb.auth.token_authn import TokenTransportHeader
    from chromadb.client.collection import Collection
    from chromadb.client.factories import AdminClient as AdminClient
    from chromadb.client.factories import AsyncHttpClient as AsyncHttpClient
    from chromadb.client.factories import Client as Client
    from chromadb.client.factories import CloudClient as CloudClient
    from chromadb.client.factories import EphemeralClient as EphemeralClient
    from chromadb.client.factories import HttpClient as HttpClient
    from chromadb.client.factories import PersistentClient as PersistentClient
    from chromadb.client.factories import RustClient as RustClient
    from chromadb.client.factories import configure as configure
    from chromadb.client.factories import get_settings as get_settings
    from chromadb.client.settings import Settings as Settings
    from chromadb.model.expression import K, Key, Knn, Rrf, Search
    from chromadb.model.names import DEFAULT_DATABASE as DEFAULT_DATABASE
    from chromadb.model.names import DEFAULT_TENANT as DEFAULT_TENANT

_NAMES = {
    "chromadb.api.types": (
        "BoolInvertedIndexConfig", "Cmek", "CollectionMetadata", "Documents", "EmbeddingFunction", "Embeddings",
        "FloatInvertedIndexConfig", "FtsIndexConfig", "GetResult", "HnswIndexConfig", "IDs", "Include",
        "IntInvertedIndexConfig", "Metadata", "Metadatas", "QueryResult", "ReadLevel", "Schema", "SpannIndexConfig",
        "SparseEmbeddingFunction", "SparseVector", "SparseVectorIndexConfig", "SparseVectors",
        "StringInvertedIndexConfig", "URI", "URIs", "UpdateCollectionMetadata", "UpdateMetadata", "VectorIndexConfig",
        "Where", "WhereDocument",
    ),
    "chromadb.api": ("AdminAPI", "AsyncClientAPI", "ClientAPI"),
    "chromadb.auth.token_authn": ("TokenTransportHeader",),
    "chromadb.client.collection": ("Collection",),
    "chromadb.client.factories": (
        "AdminClient", "AsyncHttpClient", "Client", "CloudClient", "EphemeralClient", "HttpClient", "PersistentClient",
        "RustClient", "configure", "get_settings",
    ),
    "chromadb.client.settings": ("Settings",),
    "chromadb.model.expression": ("K", "Key", "Knn", "Rrf", "Search"),
    "chromadb.model.names": ("DEFAULT_DATABASE", "DEFAULT_TENANT"),
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}
_SUBMODULES = ("api", "auth", "base_types", "config", "errors", "execution", "telemetry", "types", "utils")

__all__ = [
    "URI",
    "BoolInvertedIndexConfig",
    "Cmek",
    "Collection",
    "CollectionMetadata",
    "Documents",
    "EmbeddingFunction",
    "Embeddings",
    "FloatInvertedIndexConfig",
    "FtsIndexConfig",
    "GetResult",
    "HnswIndexConfig",
    "IDs",
    "Include",
    "IntInvertedIndexConfig",
    "K",
    "Key",
    "Knn",
    "Metadata",
    "Metadatas",
    "QueryResult",
    "Rrf",
    "Schema",
    "Search",
    "SpannIndexConfig",
    "SparseEmbeddingFunction",
    "SparseVector",
    "SparseVectorIndexConfig",
    "SparseVectors",
    "StringInvertedIndexConfig",
    "TokenTransportHeader",
    "URIs",
    "UpdateCollectionMetadata",
    "UpdateMetadata",
    "VectorIndexConfig",
    "Where",
    "WhereDocument",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return import_module(f"chromadb.{name}")
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'chromadb' has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF, *_SUBMODULES})
