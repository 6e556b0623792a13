"""What a user says about one index: the configuration models that ``Schema.create_index`` takes.

Unknown names are refused when a model is made: pydantic's ValidationError, which is a ValueError.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from chromadb.client.embedding_description import default_embedding_function
from chromadb.embedding.protocol import validate_embedding_function, validate_sparse_embedding_function
from chromadb.model.schema_values import DOCUMENT_KEY


class FtsIndexConfig(BaseModel):
    """Full-text search over documents; nothing to configure."""

    model_config = ConfigDict(extra="forbid")


class StringInvertedIndexConfig(BaseModel):
    """Filters on strings; nothing to configure."""

    model_config = ConfigDict(extra="forbid")


class IntInvertedIndexConfig(BaseModel):
    """Filters on ints; nothing to configure."""

    model_config = ConfigDict(extra="forbid")


class FloatInvertedIndexConfig(BaseModel):
    """Filters on floats; nothing to configure."""

    model_config = ConfigDict(extra="forbid")


class BoolInvertedIndexConfig(BaseModel):
    """Filters on bools; nothing to configure."""

    model_config = ConfigDict(extra="forbid")


def _refuse_unknown_names(model: type[BaseModel], given: Any, tolerated: Iterable[str] = ()) -> Any:
    """Return the arguments without the tolerated ones; raises for names that the model does not have."""
    if not isinstance(given, dict):
        return given
    known = {name: value for name, value in given.items() if name not in tolerated}
    unknown = [f"'{name}'" for name in known if name not in model.model_fields]
    if len(unknown) == 1:
        message = f"{unknown[0]} is not a valid field for {model.__name__}. "
        raise PydanticCustomError("invalid_field", "{message}", {"message": message})
    if unknown:
        message = f"Invalid fields for {model.__name__}: {', '.join(unknown)}. "
        raise PydanticCustomError("invalid_field", "{message}", {"message": message})
    return known


class HnswIndexConfig(BaseModel):
    """An HNSW graph over vectors; None leaves the database's default."""

    ef_construction: int | None = None
    max_neighbors: int | None = None
    ef_search: int | None = None
    num_threads: int | None = None
    batch_size: int | None = None
    sync_threshold: int | None = None
    resize_factor: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _check_names(cls, given: Any) -> Any:
        return _refuse_unknown_names(cls, given)


class SpannIndexConfig(BaseModel):
    """Partition lists over vectors; None leaves the database's default.

    Names that only a server may set (``nreplica_count``, ``quantize`` ...) are taken and dropped, so that a
    configuration read from a server can be sent again.
    """

    _server_only: ClassVar[tuple[str, ...]] = (
        "search_rng_factor",
        "search_rng_epsilon",
        "nreplica_count",
        "write_rng_factor",
        "write_rng_epsilon",
        "num_samples_kmeans",
        "initial_lambda",
        "num_centers_to_merge_to",
        "center_drift_threshold",
        "quantize",
    )

    search_nprobe: int | None = None
    write_nprobe: int | None = None
    ef_construction: int | None = None
    ef_search: int | None = None
    max_neighbors: int | None = None
    reassign_neighbor_count: int | None = None
    split_threshold: int | None = None
    merge_threshold: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _check_names(cls, given: Any) -> Any:
        return _refuse_unknown_names(cls, given, cls._server_only)


def name_of_key(key: Any, argument: str) -> str:
    """Return the name of a ``Key``; raises ValueError, naming the argument, for anything else."""
    # By its looks, for opening a database should not load the search expressions.
    name = getattr(key, "name", None)
    if not isinstance(name, str):
        raise ValueError(f"{argument} must be str or Key, got {type(key).__name__}")
    return name


def _checked_source_key(value: Any) -> str | None:
    if value is None:
        return None
    name = value if isinstance(value, str) else name_of_key(value, "source_key")
    if name.startswith("#") and name != DOCUMENT_KEY:
        raise ValueError(
            "source_key cannot begin with '#'. The only valid key starting with '#' is Key.DOCUMENT or '#document'."
        )
    return name


class VectorIndexConfig(BaseModel):
    """The vector index of a collection.

    space: distance; None takes what the embedding function prefers.
    embedding_function: an instance, or None for vectors that the caller brings.
    source_key: the field that is embedded (a name or a Key); a collection always embeds the document.
    hnsw, spann: tuning of the index.
    """

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    space: Literal["cosine", "l2", "ip"] | None = None
    embedding_function: Any | None = Field(default_factory=default_embedding_function)
    source_key: str | None = None
    hnsw: HnswIndexConfig | None = None
    spann: SpannIndexConfig | None = None

    @field_validator("source_key", mode="before")
    @classmethod
    def _check_source_key(cls, value: Any) -> str | None:
        return _checked_source_key(value)

    @field_validator("embedding_function", mode="before")
    @classmethod
    def _check_embedding_function(cls, value: Any) -> Any:
        if value is not None and not callable(value):
            raise ValueError("embedding_function must be callable or None")
        if value is not None:
            validate_embedding_function(value)
        return value


class SparseVectorIndexConfig(BaseModel):
    """A sparse vector index under one metadata key.

    embedding_function: fills the key from source_key; None for sparse vectors that the caller brings.
    source_key: the field that is embedded (a name or a Key). bm25: weigh as BM25 does.
    ``algorithm`` is taken and dropped: the database chooses.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    embedding_function: Any | None = None
    source_key: str | None = None
    bm25: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _check_names(cls, given: Any) -> Any:
        return _refuse_unknown_names(cls, given, ("algorithm",))

    @field_validator("source_key", mode="before")
    @classmethod
    def _check_source_key(cls, value: Any) -> str | None:
        return _checked_source_key(value)

    @field_validator("embedding_function", mode="before")
    @classmethod
    def _check_embedding_function(cls, value: Any) -> Any:
        if value is not None and not callable(value):
            raise ValueError("embedding_function must be a callable SparseEmbeddingFunction or None")
        if value is not None:
            validate_sparse_embedding_function(value)
        return value


IndexConfig: TypeAlias = (
    FtsIndexConfig
    | VectorIndexConfig
    | SparseVectorIndexConfig
    | StringInvertedIndexConfig
    | IntInvertedIndexConfig
    | FloatInvertedIndexConfig
    | BoolInvertedIndexConfig
)
