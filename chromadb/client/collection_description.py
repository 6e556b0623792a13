"""What a client knows of a collection from the database's last answer about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import Struct

if TYPE_CHECKING:
    from chromadb.model.collection import CollectionInfo


class CollectionDescription(Struct, frozen=True):
    """What the database says of one collection.

    dimension: length of its vectors, None until the first is written. version, log_position: 0 in a local database.
    """

    id: UUID
    name: str
    configuration_json: dict[str, Any]
    serialized_schema: dict[str, Any] | None
    metadata: dict[str, Any] | None
    dimension: int | None
    tenant: str
    database: str
    version: int = 0
    log_position: int = 0

    @classmethod
    def of(cls, info: CollectionInfo) -> CollectionDescription:
        """Return the description of what the catalog says."""
        return cls(
            id=info.id,
            name=info.name,
            configuration_json=info.schema.configuration_json(),
            serialized_schema=info.schema.to_json(),
            metadata=None if info.metadata is None else dict(info.metadata),
            dimension=info.dimension,
            tenant=info.tenant,
            database=info.database,
        )
