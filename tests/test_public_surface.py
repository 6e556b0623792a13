"""The names that other code imports, and what `import chromadb` costs."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import chromadb

_PUBLISHED = """
    Cmek, Collection, Metadata, Metadatas, Where, WhereDocument, Documents, IDs, URI, URIs, Embeddings,
    EmbeddingFunction, Include, CollectionMetadata, UpdateMetadata, UpdateCollectionMetadata, QueryResult, GetResult,
    TokenTransportHeader, Search, Key, K, Knn, Rrf, SparseVector, SparseVectors, SparseEmbeddingFunction, Schema,
    VectorIndexConfig, HnswIndexConfig, SpannIndexConfig, FtsIndexConfig, SparseVectorIndexConfig,
    StringInvertedIndexConfig, IntInvertedIndexConfig, FloatInvertedIndexConfig, BoolInvertedIndexConfig
"""

_IMPORTED_BY_OTHERS = {
    "chromadb": """
        EphemeralClient, PersistentClient, RustClient, HttpClient, AsyncHttpClient, CloudClient, Client, AdminClient,
        configure, get_settings, Settings, DEFAULT_TENANT, DEFAULT_DATABASE, ClientAPI, AdminAPI, AsyncClientAPI,
        ReadLevel, api, auth, config, errors, execution, telemetry, types, utils, base_types, __version__
    """,
    "chromadb.api": "ClientAPI, AdminAPI, AsyncClientAPI, AsyncAdminAPI, CreateCollectionConfiguration",
    "chromadb.api.async_client": "AsyncClient, AsyncAdminClient",
    "chromadb.api.client": "Client, AdminClient",
    "chromadb.api.models.AsyncCollection": "AsyncCollection",
    "chromadb.api.models.Collection": "Collection",
    "chromadb.api.shared_system_client": "SharedSystemClient",
    "chromadb.api.types": """
        ID, IDs, URI, URIs, Document, Documents, Image, Images, Embedding, Embeddings, PyEmbedding, PyEmbeddings,
        Metadata,
        Metadatas, UpdateMetadata, CollectionMetadata, UpdateCollectionMetadata, Where, WhereDocument, Include,
        OneOrMany,
        Embeddable, Loadable, DataLoader, Space, GetResult, QueryResult, DeleteResult, IncludeMetadataDocuments,
        IncludeMetadataDocumentsEmbeddings, IncludeMetadataDocumentsDistances,
        IncludeMetadataDocumentsEmbeddingsDistances,
        META_KEY_CHROMA_DOCUMENT, EmbeddingFunction, SparseEmbeddingFunction, SparseVector, validate_ids,
        validate_metadata,
        validate_update_metadata, validate_metadatas, validate_where, validate_where_document, validate_include,
        validate_n_results, validate_embeddings, validate_documents, validate_images, validate_embedding_function,
        normalize_embeddings, normalize_metadata, normalize_metadatas, maybe_cast_one_to_many
    """,
    "chromadb.api.collection_configuration": "CreateCollectionConfiguration, UpdateCollectionConfiguration",
    "chromadb.auth": """
        UserIdentity, SimpleUserIdentity, AbstractCredentials, ServerAuthCredentialsProvider, AuthError, AuthzAction,
        AuthzResource, ClientAuthHeaders, ClientAuthProvider, ServerAuthenticationProvider, ServerAuthorizationProvider
    """,
    "chromadb.auth.registry": "register_provider",
    "chromadb.telemetry.product.posthog": "Posthog",
    "chromadb.telemetry.opentelemetry": "OpenTelemetryGranularity, add_attributes_to_current_span, trace_method",
    "chromadb.auth.token_authn": "TokenTransportHeader",
    "chromadb.base_types": "SparseVector",
    "chromadb.config": """
        Settings, System, Component, APIVersion, RoutingMode, DEFAULT_TENANT, DEFAULT_DATABASE, get_class, get_fqn
    """,
    "chromadb.errors": """
        ChromaError, InvalidDimensionException, IDAlreadyExistsError, DuplicateIDError, InvalidArgumentError,
        InvalidUUIDError, InvalidHTTPVersion, ChromaAuthError, AuthorizationError, NotFoundError,
        UniqueConstraintError,
        BatchSizeExceededError, VersionMismatchError, InternalError, RateLimitError, QuotaError, error_types
    """,
    "chromadb.execution.expression": "Search, Key, K, Knn, Rrf, Limit, Select, GroupBy",
    "chromadb.execution.expression.operator": "Key, K, Knn, Rrf, Limit, Select",
    "chromadb.execution.expression.plan": "Search",
    "chromadb.types": "Collection, Database, Tenant, Where, WhereDocument, Metadata, Vector",
    "chromadb.utils.batch_utils": "create_batches",
    "chromadb.utils.distance_functions": "l2, cosine, ip",
    "chromadb.utils.embedding_functions": """
        EmbeddingFunction, DefaultEmbeddingFunction, ONNXMiniLM_L6_V2, register_embedding_function,
        register_sparse_embedding_function, known_embedding_functions, sparse_known_embedding_functions,
        config_to_embedding_function, get_builtins
    """,
    "chromadb.utils.results": "query_result_to_dfs, get_result_to_df",
    "chromadb.utils.sparse_embedding_utils": "normalize_sparse_vector",
    "chromadb.utils.statistics": """
        attach_statistics_function, detach_statistics_function, get_statistics, get_statistics_fn,
        get_statistics_fn_name
    """,
}


def names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def test_all_is_what_has_been_published() -> None:
    assert sorted(chromadb.__all__) == sorted(names(_PUBLISHED))


@pytest.mark.parametrize("module", ["chromadb (published)", *_IMPORTED_BY_OTHERS])
def test_names_that_others_import_are_there(module: str) -> None:
    wanted = _PUBLISHED if "published" in module else _IMPORTED_BY_OTHERS[module]
    found = import_module(module.partition(" ")[0])

    assert [name for name in names(wanted) if not hasattr(found, name)] == []


def test_a_star_import_brings_every_published_name() -> None:
    scope: dict[str, object] = {}
    exec("from chromadb import *", scope)  # the statement is what is tested

    assert set(names(_PUBLISHED)) <= set(scope)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        chromadb.nothing  # noqa: B018 - the access is what is tested
    assert "PersistentClient" in dir(chromadb)


_HEAVY = {
    "faiss", "onnxruntime", "tokenizers", "pydantic", "dotenv", "numpy", "apsw", "httpx", "orjson",
    "jsonschema",
    "asyncio", "sqlite3", "multiprocessing",
}  # fmt: skip


def test_importing_the_package_loads_next_to_nothing() -> None:
    program = "import sys; before = set(sys.modules); import chromadb; print(*sorted(set(sys.modules) - before))"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(finished.stdout.split())

    assert "chromadb" in loaded
    assert loaded & _HEAVY == set()
    assert len(loaded) < 40, loaded


_OF_OTHER_PROGRAMS = {
    # Packages and rooms for what a client of a database in its process does not do before it is asked to.
    "faiss", "onnxruntime", "tokenizers", "httpx", "jsonschema", "pydantic", "pydantic_core", "annotated_types",
    "dotenv", "asyncio", "concurrent.futures", "opentelemetry",
    "chromadb.auth", "chromadb.server", "chromadb.telemetry", "chromadb.embedding.minilm", "chromadb.embedding.remote",
    "chromadb.client.admin", "chromadb.client.async_client", "chromadb.client.attached_function",
    "chromadb.client.collection_model", "chromadb.client.configuration_requests",
    "chromadb.client.configuration_types", "chromadb.client.http.call", "chromadb.client.legacy_metadata",
    "chromadb.client.remote", "chromadb.client.schema", "chromadb.client.searches", "chromadb.client.settings",
    "chromadb.client.span_names", "chromadb.model.embedding_codec", "chromadb.model.expression",
    "chromadb.model.filter_json", "chromadb.model.result_types", "chromadb.model.schema_reconciliation",
    "chromadb.model.schema_rules", "chromadb.model.wire",
}  # fmt: skip


@pytest.mark.parametrize(
    "client", ["EphemeralClient()", "PersistentClient('here')", "Client()"], ids=lambda text: text.partition("(")[0]
)
def test_a_client_of_its_own_database_loads_only_what_it_uses(tmp_path: Path, client: str) -> None:
    program = (
        "import sys, chromadb\n"
        f"client = chromadb.{client}\n"
        "client.create_collection('things').add(ids=['a'], embeddings=[[1, 2]], metadatas=[{'a': 1}])\n"
        "collection = client.get_collection('things')\n"
        "collection.query(query_embeddings=[[1, 2]], where={'a': 1})\n"
        "print(*sys.modules)"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )

    assert _OF_OTHER_PROGRAMS & set(finished.stdout.split()) == set()
