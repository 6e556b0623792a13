"""What the catalog knows: tenants, databases and collections, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from chromadb.model.schema import CollectionSchema

CollectionMetadata: TypeAlias = Mapping[str, str | int | float | bool]


class Tenant(Struct, frozen=True):
    """An owner of databases."""

    name: str


class DatabaseInfo(Struct, frozen=True):
    """A named set of collections that belongs to one tenant."""

    id: UUID
    name: str
    tenant: str


class CollectionInfo(Struct, frozen=True):
    """A collection as the catalog describes it.

    dimension: length of its vectors; None until the first vector is written.
    """

    id: UUID
    name: str
    metadata: CollectionMetadata | None
    dimension: int | None
    schema: CollectionSchema
    tenant: str
    database: str


class CollectionAddress(Struct, frozen=True):
    """Where a collection lies: its id alone names it, its tenant and database say who may use it."""

    tenant: str
    database: str
    id: UUID
