"""What a create or update request says of a collection's vector index: ``configuration`` and ``hnsw:*`` metadata.

Strict: a member that does not exist or cannot change is refused by its name. The ``hnsw:*`` keys of metadata are how
older releases configured an index.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from chromadb.model.configuration import (
    DEFAULT_SPACE,
    CollectionConfiguration,
    DescribedFunction,
    EmbeddingFunctionDescription,
    HnswConfiguration,
    HnswOptions,
    Space,
    SpannConfiguration,
    SpannOptions,
    default_hnsw,
    read_space,
)
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.json_record import (
    JsonRecord,
    Member,
    Number,
    Reader,
    Unsigned,
    Unsigned32,
    described,
    nested,
    read_number,
    read_record,
    read_unsigned,
    record_json,
    refuse_unknown_field,
)

LEGACY_KEY_PREFIX = "hnsw:"


class _HnswRequest(JsonRecord, frozen=True):
    strict: ClassVar[bool] = True
    space: Space = None
    ef_construction: Unsigned = None
    ef_search: Unsigned = None
    max_neighbors: Unsigned = None
    num_threads: Unsigned = None
    resize_factor: Number = None
    sync_threshold: Unsigned = None
    batch_size: Unsigned = None


class _SpannRequest(JsonRecord, frozen=True):
    strict: ClassVar[bool] = True
    search_nprobe: Unsigned32 = None
    write_nprobe: Unsigned32 = None
    space: Space = None
    ef_construction: Unsigned = None
    ef_search: Unsigned = None
    max_neighbors: Unsigned = None
    reassign_neighbor_count: Unsigned32 = None
    split_threshold: Unsigned32 = None
    merge_threshold: Unsigned32 = None


class _CreateRequest(JsonRecord, frozen=True):
    hnsw: Annotated[_HnswRequest | None, Member(nested(_HnswRequest))] = None
    spann: Annotated[_SpannRequest | None, Member(nested(_SpannRequest))] = None
    embedding_function: DescribedFunction = None


def read_create_configuration(
    configuration: Mapping[str, Any] | None, metadata: Mapping[str, Any] | None
) -> CollectionConfiguration:
    """Read the configuration of a create request together with the ``hnsw:*`` keys of its metadata.

    The metadata counts only where the request's HNSW part is absent or equal to the defaults.
    Raises InvalidArgumentError for malformed members and ``hnsw:*`` keys, for members of spann out of their limits, and
    for hnsw beside spann.
    """
    request = read_record(_CreateRequest, {} if configuration is None else configuration, "configuration")
    _refuse_two_indexes(request.hnsw, request.spann)
    if request.spann is not None:
        return CollectionConfiguration(_spann(request.spann), request.embedding_function)
    hnsw = _completed(request.hnsw)
    legacy = _read_legacy_metadata(metadata or {})
    if legacy is not None and hnsw == default_hnsw():
        hnsw = legacy
    return CollectionConfiguration(hnsw, request.embedding_function)


def _spann(request: _SpannRequest) -> SpannConfiguration:
    given = record_json(request)
    spann = SpannConfiguration(space=given.pop("space", DEFAULT_SPACE), **given)
    _refuse_out_of_limits(spann.options())
    return spann


def _refuse_out_of_limits(spann: SpannOptions) -> None:
    problems = spann.problems()
    if problems:
        raise InvalidArgumentError("Invalid SPANN configuration: " + "\n".join(problems))


def _completed(request: _HnswRequest | None) -> HnswConfiguration:
    if request is None:
        return default_hnsw()
    return replace(default_hnsw(), **record_json(request))


def _refuse_two_indexes(hnsw: object, spann: object) -> None:
    if hnsw is not None and spann is not None:
        raise InvalidArgumentError("Multiple vector index configurations provided")


def _read_batch_size(value: Any, path: str) -> int:
    size = read_unsigned(value, path)
    if size < 2:
        raise InvalidArgumentError(f"{path}: invalid value: {described(value)}, expected at least 2")
    return size


_LEGACY_MEMBERS: dict[str, tuple[str, Reader]] = {
    "hnsw:space": ("space", read_space),
    "hnsw:construction_ef": ("ef_construction", read_unsigned),
    "hnsw:search_ef": ("ef_search", read_unsigned),
    "hnsw:M": ("max_neighbors", read_unsigned),
    "hnsw:num_threads": ("num_threads", read_unsigned),
    "hnsw:resize_factor": ("resize_factor", read_number),
    "hnsw:batch_size": ("batch_size", _read_batch_size),
    "hnsw:sync_threshold": ("sync_threshold", _read_batch_size),
}


def _read_legacy_metadata(metadata: Mapping[str, Any]) -> HnswConfiguration | None:
    given = {}
    for key, value in metadata.items():
        if not isinstance(key, str) or not key.startswith(LEGACY_KEY_PREFIX):
            continue
        try:
            if key not in _LEGACY_MEMBERS:
                refuse_unknown_field(key, "metadata", _LEGACY_MEMBERS)
            name, read = _LEGACY_MEMBERS[key]
            given[name] = read(value, f"metadata.{key}")
        except InvalidArgumentError as error:
            message = "Failed to parse hnsw parameters from segment metadata"
            raise InvalidArgumentError(f"{message}: {error}") from error
    return replace(default_hnsw(), **given) if given else None


class _HnswUpdate(JsonRecord, frozen=True):
    strict: ClassVar[bool] = True
    ef_search: Unsigned = None
    max_neighbors: Unsigned = None
    num_threads: Unsigned = None
    resize_factor: Number = None
    sync_threshold: Unsigned = None
    batch_size: Unsigned = None


class _SpannUpdate(JsonRecord, frozen=True):
    strict: ClassVar[bool] = True
    search_nprobe: Unsigned32 = None
    ef_search: Unsigned = None


class _UpdateRequest(JsonRecord, frozen=True):
    hnsw: Annotated[_HnswUpdate | None, Member(nested(_HnswUpdate))] = None
    spann: Annotated[_SpannUpdate | None, Member(nested(_SpannUpdate))] = None
    embedding_function: DescribedFunction = None


class ConfigurationUpdate(Struct, frozen=True):
    """What an update request changes: only the members that are not None, and of the index that there is."""

    hnsw: HnswOptions
    spann: SpannOptions
    embedding_function: EmbeddingFunctionDescription | None


def read_configuration_update(new_configuration: Mapping[str, Any]) -> ConfigurationUpdate:
    """Read the ``new_configuration`` of an update request.

    Raises InvalidArgumentError for malformed or unchangeable members, for members of spann out of their limits, and for
    hnsw beside spann.
    """
    request = read_record(_UpdateRequest, new_configuration, "new_configuration")
    _refuse_two_indexes(request.hnsw, request.spann)
    hnsw = HnswOptions(**({} if request.hnsw is None else record_json(request.hnsw)))
    spann = SpannOptions(**({} if request.spann is None else record_json(request.spann)))
    _refuse_out_of_limits(spann)
    return ConfigurationUpdate(hnsw, spann, request.embedding_function)
