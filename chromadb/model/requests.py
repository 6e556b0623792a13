"""What calls on a collection carry, as dictionaries: types that other packages annotate with."""

from __future__ import annotations

from typing import Any, TypedDict

from chromadb.model.embeddings import Embeddings
from chromadb.model.filters import Where, WhereDocument
from chromadb.model.metadata import Metadatas
from chromadb.model.results import Include


class BaseRecordSet(TypedDict):
    """Contents of records, one column each."""

    embeddings: Embeddings | None
    documents: list[str] | None
    images: list[Any] | None
    uris: list[str] | None


class InsertRecordSet(BaseRecordSet):
    """Records to add or change."""

    ids: list[str]
    metadatas: Metadatas | None


class FilterSet(TypedDict):
    """Conditions on metadata and documents."""

    where: Where | None
    where_document: WhereDocument | None


class AddRequest(TypedDict):
    """Arguments of ``add``."""

    ids: list[str]
    embeddings: Embeddings
    metadatas: Metadatas | None
    documents: list[str] | None
    uris: list[str] | None


class UpsertRequest(AddRequest):
    """Arguments of ``upsert``."""


class UpdateRequest(TypedDict):
    """Arguments of ``update``."""

    ids: list[str]
    embeddings: Embeddings | None
    metadatas: Metadatas | None
    documents: list[str] | None
    uris: list[str] | None


class GetRequest(TypedDict):
    """Arguments of ``get``."""

    ids: list[str] | None
    where: Where | None
    where_document: WhereDocument | None
    include: Include


class QueryRequest(TypedDict):
    """Arguments of ``query``."""

    embeddings: Embeddings
    ids: list[str] | None
    where: Where | None
    where_document: WhereDocument | None
    include: Include
    n_results: int


class DeleteRequest(TypedDict):
    """Arguments of ``delete``."""

    ids: list[str] | None
    where: Where | None
    where_document: WhereDocument | None
    limit: int | None
