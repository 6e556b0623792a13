"""A collection as clients pass it around: the catalog's answer, with the names that Chroma gave its members."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chromadb.client.configuration import CollectionConfiguration
from chromadb.client.configuration_json import load_collection_configuration_from_json
from chromadb.model.collection import CollectionInfo

if TYPE_CHECKING:
    from chromadb.client.schema import Schema


class CollectionModel(BaseModel):
    """What the database says of one collection; members can also be read as ``model["name"]``.

    dimension: length of its vectors, None until the first is written. version, log_position: 0 in a local database.
    """

    # What checks members takes a tenth of the time until a program's first query, and most programs give it nothing.
    model_config = ConfigDict(defer_build=True)

    id: UUID
    name: str
    configuration_json: dict[str, Any]
    serialized_schema: dict[str, Any] | None
    metadata: dict[str, Any] | None = None
    dimension: int | None = None
    tenant: str
    database: str
    version: int = 0
    log_position: int = 0

    def __getitem__(self, member: str) -> Any:
        """Return a member by its name; raises KeyError for an unknown one."""
        if member not in type(self).model_fields:
            raise KeyError(member)
        return getattr(self, member)

    def __setitem__(self, member: str, value: Any) -> None:
        """Set a member by its name; raises KeyError for an unknown one."""
        if member not in type(self).model_fields:
            raise KeyError(member)
        setattr(self, member, value)

    @classmethod
    def of(cls, info: CollectionInfo) -> CollectionModel:
        """Return the model of what the catalog says."""
        return cls.model_construct(
            id=info.id,
            name=info.name,
            configuration_json=info.schema.configuration_json(),
            serialized_schema=info.schema.to_json(),
            metadata=None if info.metadata is None else dict(info.metadata),
            dimension=info.dimension,
            tenant=info.tenant,
            database=info.database,
        )

    @classmethod
    def from_json(cls, json_map: Mapping[str, Any]) -> CollectionModel:
        """Return the model that `to_json` made; raises pydantic.ValidationError for what is none."""
        return cls.model_validate(json_map)

    def to_json(self) -> dict[str, Any]:
        """Return the members as JSON values."""
        return self.model_dump(mode="json")

    def to_json_str(self) -> str:
        """Return the members as JSON text."""
        return self.model_dump_json()

    def get_configuration(self) -> CollectionConfiguration:
        """Return the configuration with its embedding function built; raises ValueError for an unknown function."""
        return load_collection_configuration_from_json(self.configuration_json)

    def get_serialized_schema(self) -> dict[str, Any] | None:
        """Return the schema as it is stored."""
        return self.serialized_schema

    def pretty_schema(self) -> str:
        """Return the schema as indented JSON text."""
        return json.dumps(self.serialized_schema, indent=2)

    @property
    def schema_object(self) -> Schema | None:
        """The schema with its embedding functions built."""
        # Most programs never ask for it, and should not wait for its classes.
        from chromadb.client.schema import Schema

        return None if self.serialized_schema is None else Schema.deserialize_from_json(self.serialized_schema)
