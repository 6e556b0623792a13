"""A collection as programs pass it around, under the name and with the methods that Chroma gave it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec.structs import asdict
from pydantic import BaseModel

from chromadb.client.collection_description import CollectionDescription
from chromadb.client.configuration_json import load_collection_configuration_from_json
from chromadb.client.configuration_types import CollectionConfiguration
from chromadb.client.schema import Schema


class CollectionModel(BaseModel):
    """What the database says of one collection; members can also be read as ``model["name"]``.

    dimension: length of its vectors, None until the first is written. version, log_position: 0 in a local database.
    """

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
    def of(cls, description: CollectionDescription) -> CollectionModel:
        """Return the model of what the database says."""
        return cls.model_construct(**asdict(description))

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
        return None if self.serialized_schema is None else Schema.deserialize_from_json(self.serialized_schema)
