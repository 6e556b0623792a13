"""The JSON objects of requests and answers, as types: what the decoder checks and the OpenAPI description shows.

JSON ``null`` and an absent member are the same wherever a member is optional; unknown members are passed over.
Members that are large or that need more than a type (vectors, filters, metadata) stay JSON here, see ``reading``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Raw, Struct, field

from chromadb.model.pre_flight import PreFlight as PreFlight

Unsigned32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
GetInclude = Literal["distances", "documents", "embeddings", "metadatas", "uris"]
Embeddings = Annotated[
    Raw,
    Meta(
        description="Vectors, all as lists of numbers or all as base64 of little-endian binary32.",
        extra_json_schema={
            "anyOf": [
                {"type": "array", "items": {"type": "array", "items": {"type": "number"}, "minItems": 1}},
                {"type": "array", "items": {"type": "string", "contentEncoding": "base64"}},
            ]
        },
    ),
]
OptionalEmbeddings = Annotated[
    Raw,
    Meta(
        description="As for add; elements may be null.",
        extra_json_schema={
            "anyOf": [
                {"type": "array", "items": {"type": ["array", "null"], "items": {"type": "number"}, "minItems": 1}},
                {"type": "array", "items": {"type": ["string", "null"], "contentEncoding": "base64"}},
                {"type": "null"},
            ]
        },
    ),
]
Metadata = dict[str, Any]
Condition = dict[str, Any]


class Empty(Struct):
    """The object without members that acknowledges a change."""


class ErrorBody(Struct):
    """A refusal."""

    error: str
    message: str


class Heartbeat(Struct):
    """The clock of the server."""

    nanosecond_heartbeat: int = field(name="nanosecond heartbeat")


class Health(Struct):
    """Whether the server can answer."""

    is_executor_ready: bool
    is_log_client_ready: bool


class Identity(Struct):
    """Whom the server takes the caller for."""

    user_id: str
    tenant: str | None
    databases: list[str] | None


class CreateTenant(Struct):
    """Body of ``POST /tenants``."""

    name: str


class TenantAnswer(Struct):
    """A tenant."""

    name: str
    resource_name: str | None = None


class UpdateTenant(Struct):
    """Body of ``PATCH /tenants/{tenant}``."""

    resource_name: str


class CreateDatabase(Struct):
    """Body of ``POST .../databases``."""

    name: str


class DatabaseAnswer(Struct):
    """A database."""

    id: str
    name: str
    tenant: str


class CreateCollection(Struct):
    """Body of ``POST .../collections``."""

    name: str
    metadata: Metadata | None = None
    configuration: dict[str, Any] | None = None
    schema: dict[str, Any] | None = None
    get_or_create: bool | None = None


class CollectionAnswer(Struct):
    """A collection."""

    id: str
    name: str
    configuration_json: dict[str, Any]
    schema: dict[str, Any] | None
    metadata: Metadata | None
    dimension: int | None
    tenant: str
    database: str
    log_position: int
    version: int


class UpdateCollection(Struct):
    """Body of ``PUT .../collections/{id}``."""

    new_name: str | None = None
    new_metadata: Metadata | None = None
    new_configuration: dict[str, Any] | None = None


class ForkCollection(Struct):
    """Body of ``POST .../fork``."""

    new_name: str


class ForkCount(Struct):
    """How many forks a collection has."""

    count: int


class AddRecords(Struct):
    """Body of ``add`` and ``upsert``."""

    ids: list[str]
    embeddings: Embeddings
    documents: list[str | None] | None = None
    uris: list[str | None] | None = None
    metadatas: list[Metadata | None] | None = None


class UpdateRecords(Struct):
    """Body of ``update``."""

    ids: list[str]
    embeddings: OptionalEmbeddings = field(default_factory=lambda: Raw(b"null"))
    documents: list[str | None] | None = None
    uris: list[str | None] | None = None
    metadatas: list[Metadata | None] | None = None


class DeleteRecords(Struct):
    """Body of ``delete``."""

    ids: list[str] | None = None
    where: Any = None
    where_document: Any = None
    limit: Unsigned32 | None = None


class Deleted(Struct):
    """How many records were deleted."""

    deleted: int


class RecordOrder(Struct):
    """An order by the values of a metadata key; an addition of this server's."""

    key: Annotated[str, Meta(pattern="^[^#$]")]
    descending: bool = False


class GetRecords(Struct):
    """Body of ``get``; ``order_by`` is an addition of this server's."""

    ids: list[str] | None = None
    where: Any = None
    where_document: Any = None
    limit: Unsigned32 | None = None
    offset: Unsigned32 | None = None
    include: list[GetInclude] = field(default_factory=lambda: ["documents", "metadatas"])
    order_by: RecordOrder | None = None


class RecordsAnswer(Struct):
    """Records, one list a column; null for a column that was not asked for."""

    ids: list[str]
    embeddings: list[list[float]] | None
    documents: list[str | None] | None
    uris: list[str | None] | None
    metadatas: list[Metadata | None] | None
    include: list[str]


class QueryRecords(Struct):
    """Body of ``query``; the last three members are additions of this server's."""

    query_embeddings: list[list[float]]
    n_results: Unsigned32 | None = None
    ids: list[str] | None = None
    where: Any = None
    where_document: Any = None
    include: list[GetInclude] = field(default_factory=lambda: ["documents", "metadatas", "distances"])
    offset: Unsigned32 | None = None
    max_distance: float | None = None
    exact: bool = False


class CountRecords(Struct):
    """Body of ``count``, an addition of this server's."""

    where: Any = None
    where_document: Any = None


class FacetRecords(Struct):
    """Body of ``facets``, an addition of this server's."""

    key: Annotated[str, Meta(pattern="^[^#$]")]
    where: Any = None
    where_document: Any = None
    limit: Unsigned32 | None = None


class HitsAnswer(Struct):
    """Records nearest to each query, one list of lists a column; null for a column that was not asked for."""

    ids: list[list[str]]
    embeddings: list[list[list[float]]] | None
    documents: list[list[str | None]] | None
    uris: list[list[str | None]] | None
    metadatas: list[list[Metadata | None]] | None
    distances: list[list[float | None]] | None
    include: list[str]


class SearchRecords(Struct):
    """Body of ``search``."""

    searches: list[dict[str, Any]]
    read_level: Literal["index_and_wal", "index_only", "index_and_bounded_wal"] | None = None


class SearchAnswer(Struct):
    """Answers to searches, one element a search; null for a column that the search did not select."""

    ids: list[list[str]]
    documents: list[list[str | None] | None]
    embeddings: list[list[list[float]] | None]
    metadatas: list[list[Metadata | None] | None]
    scores: list[list[float | None] | None]
    select: list[list[str]]


class IndexingProgress(Struct):
    """How far indexing has come."""

    op_indexing_progress: float
    num_unindexed_ops: int
    num_indexed_ops: int
    total_ops: int


class AttachFunction(Struct):
    """Body of ``functions/attach``."""

    name: str
    function_id: str
    output_collection: str
    params: Any = None


class DetachFunction(Struct):
    """Body of ``detach``."""

    delete_output: bool | None = None


class NewFunction(Struct):
    """A function that has been attached."""

    id: str
    name: str
    function_name: str


class AttachAnswer(Struct):
    """Whether attaching a function changed something."""

    attached_function: NewFunction
    created: bool


class FoundFunction(NewFunction):
    """A function that is attached; params: JSON text."""

    input_collection_id: str
    output_collection: str
    params: str | None = None


class AttachedFunctionAnswer(Struct):
    """A function that is attached."""

    attached_function: FoundFunction


class DetachAnswer(Struct):
    """Whether a function was detached."""

    success: bool


class ConditionalGet(GetRecords):
    """Body of ``conditional/get``."""

    read_token: Annotated[int, Meta(ge=0)] | None = None


class ConditionalOperation(Struct):
    """One write of a conditional commit."""

    operation: Literal["add", "update", "upsert", "delete"]
    payload: dict[str, Any]


class ConditionalCommit(Struct):
    """Body of ``conditional/commit``."""

    operations: list[ConditionalOperation]
    read_token: Annotated[int, Meta(ge=0)] | None = None
    read_ids: list[str] | None = None
