"""From the arguments of a client's methods to what the database is asked: tenants, databases, collections.

The same for synchronous and asynchronous clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import Struct

from chromadb.client.configuration import prepare_creation, validate_embedding_function_conflict_on_get
from chromadb.client.operations.catalog import CreateCollection, GetCollectionById, GetDatabase, ListCollections
from chromadb.client.preparation import non_negative
from chromadb.client.texts import required_text
from chromadb.embedding.default import DefaultEmbeddingFunction
from chromadb.embedding.protocol import EmbeddingFunction, validate_embedding_function
from chromadb.model.collection import CollectionAddress
from chromadb.model.errors import ChromaAuthError, InvalidArgumentError
from chromadb.model.identity import UserIdentity, maybe_set_tenant_and_database

if TYPE_CHECKING:
    from chromadb.client.collection_description import CollectionDescription
    from chromadb.client.configuration_types import CreateCollectionConfiguration
    from chromadb.client.schema import Schema

DEFAULT_FUNCTION = DefaultEmbeddingFunction()
"""The embedding function of a call that names none."""


class Place(Struct, frozen=True):
    """The tenant and database that a client works in."""

    tenant: str
    database: str


def own_place(identity: UserIdentity, follows_identity: bool, tenant: str | None, database: str | None) -> Place:
    """Return where a client works: where it was told to, or, if it follows its identity, where that alone may.

    Raises ChromaAuthError when the identity may not use what was given, or when neither says a tenant or database.
    """
    chosen_tenant, chosen_database = maybe_set_tenant_and_database(identity, follows_identity, tenant, database)
    if not chosen_tenant:
        raise ChromaAuthError(
            "Could not determine a tenant from the current authentication method. Please provide a tenant."
        )
    if not chosen_database:
        raise ChromaAuthError(
            "Could not determine a database name from the current authentication method. Please provide a database "
            "name."
        )
    return Place(chosen_tenant, chosen_database)


def finding_database(place: Place) -> GetDatabase:
    """Return the operation that finds a client's database; raises TypeError for names that are no texts."""
    return GetDatabase(required_text("database", place.database), required_text("tenant", place.tenant))


def tenant_unknown(tenant: str) -> ValueError:
    """Return the error of a tenant about which something else than a Chroma server answered."""
    return ValueError(f"Could not connect to tenant {tenant}. Are you sure it exists?")


def page_bound(name: str, value: Any) -> int | None:
    """Return the limit or offset of a listing; raises as ``non_negative``."""
    return None if value is None else non_negative(name, value)


def listing(place: Place, limit: Any, offset: Any) -> ListCollections:
    """Return the operation that lists a page of a database's collections."""
    return ListCollections(place.tenant, place.database, page_bound("limit", limit), page_bound("offset", offset))


class Creation(Struct, frozen=True):
    """A collection that is to be made, and the function that it embeds with."""

    operation: CreateCollection
    embedding_function: EmbeddingFunction[Any] | None

    def check(self, description: CollectionDescription) -> None:
        """Raise ValueError when the collection that was there already embeds with another function."""
        if self.operation.get_or_create:
            check_function(description, self.embedding_function)


def creating(
    place: Place,
    name: Any,
    schema: Schema | None,
    configuration: CreateCollectionConfiguration | None,
    metadata: Mapping[str, Any] | None,
    embedding_function: EmbeddingFunction[Any] | None,
    get_or_create: bool,
) -> Creation:
    """Return what ``create_collection`` does; raises ValueError or TypeError as documented there."""
    required_text("name", name)
    creation = prepare_creation(configuration, metadata, embedding_function)
    if creation.embedding_function is not None:
        validate_embedding_function(creation.embedding_function)
    operation = CreateCollection(
        name,
        place.tenant,
        place.database,
        metadata,
        creation.configuration_json,
        None if schema is None else schema.serialize_to_json(),
        bool(get_or_create),
    )
    return Creation(operation, creation.embedding_function)


def check_function(description: CollectionDescription, embedding_function: EmbeddingFunction[Any] | None) -> None:
    """Raise ValueError when a function (the default aside) is not the one of the collection."""
    validate_embedding_function_conflict_on_get(
        embedding_function, description.configuration_json.get("embedding_function")
    )


def finding_by_id(place: Place, id_: UUID | str) -> GetCollectionById:
    """Return the operation that finds a collection by id; raises InvalidArgumentError for what is no UUID."""
    return GetCollectionById(CollectionAddress(place.tenant, place.database, _uuid(id_)))


def _uuid(value: UUID | str) -> UUID:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise InvalidArgumentError(
            f"Validation error: collection_id: Invalid collection ID format, expected UUID: got {value!r}"
        ) from None
