"""The vector index of a collection as its ``configuration`` describes it: parse, default, update, print.

A collection stores its schema (schema.py); ``configuration_json`` in answers is derived from that. Here are
the values both share, what a create or update request may say, and the ``hnsw:*`` metadata keys of older
releases.
A SPANN configuration becomes an HNSW one of the same space: this database keeps one kind of index.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.json_record import (
    JsonRecord,
    Member,
    Number,
    Reader,
    Unsigned,
    Unsigned32,
    canonical_text,
    described,
    nested,
    one_of,
    read_number,
    read_object,
    read_record,
    read_text,
    read_unsigned,
    record_json,
    refuse_unknown_field,
)

DEFAULT_SPACE = "l2"
SPACES = ("l2", "cosine", "ip")
DEFAULT_EMBEDDING_FUNCTION_NAME = "default"
LEGACY_KEY_PREFIX = "hnsw:"

_read_space = one_of(*SPACES)
_read_embedding_function_type = one_of("legacy", "known", "unknown")


@dataclass(frozen=True, slots=True)
class EmbeddingFunctionDescription:
    """How a client embeds: kept for clients, never run here.

    type: "known" (with name and config), "legacy" (a function that cannot be described) or "unknown".
    config_text: the configuration as JSON text, members sorted by key.
    """

    type: str
    name: str | None = None
    config_text: str | None = None

    @property
    def is_default(self) -> bool:
        """True when the description says no more than the default of a client would."""
        return self.type == "unknown" or self.name == DEFAULT_EMBEDDING_FUNCTION_NAME

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object, members of config sorted by key."""
        if self.config_text is None:
            return {"type": self.type}
        return {"type": self.type, "name": self.name, "config": json.loads(self.config_text)}


def read_embedding_function(value: Any, path: str) -> EmbeddingFunctionDescription:
    """Read ``{"type", "name", "config"}``; type "known" requires name and config, the others ignore them."""
    given = read_object(value, path)
    if "type" not in given:
        raise InvalidArgumentError(f"{path}: missing field `type`")
    kind = _read_embedding_function_type(given["type"], f"{path}.type")
    if kind != "known":
        return EmbeddingFunctionDescription(kind)
    for name in ("name", "config"):
        if name not in given:
            raise InvalidArgumentError(f"{path}: missing field `{name}`")
    name = read_text(given["name"], f"{path}.name")
    return EmbeddingFunctionDescription(kind, name, canonical_text(given["config"], f"{path}.config"))


Space = Annotated[str | None, Member(_read_space)]
DescribedFunction = Annotated[EmbeddingFunctionDescription | None, Member(read_embedding_function)]


def is_default_embedding_function(description: EmbeddingFunctionDescription | None) -> bool:
    """True when there is none, or one that :attr:`EmbeddingFunctionDescription.is_default`."""
    return description is None or description.is_default


@dataclass(frozen=True, slots=True)
class HnswOptions(JsonRecord):
    """What a schema may say about an HNSW index; None is unsaid."""

    strict: ClassVar[bool] = True
    ef_construction: Unsigned = None
    max_neighbors: Unsigned = None
    ef_search: Unsigned = None
    num_threads: Unsigned = None
    batch_size: Unsigned = None
    sync_threshold: Unsigned = None
    resize_factor: Number = None


@dataclass(frozen=True, slots=True)
class HnswConfiguration:
    """A complete HNSW configuration.

    space: "l2", "cosine" or "ip". ef_construction, ef_search: candidates held while building and searching.
    max_neighbors: links of a node. batch_size, sync_threshold: rows between steps of index upkeep.
    resize_factor: growth of the index's room.
    """

    space: str = DEFAULT_SPACE
    ef_construction: int = 100
    ef_search: int = 100
    max_neighbors: int = 16
    resize_factor: float = 1.2
    sync_threshold: int = 1000
    num_threads: int = 1
    batch_size: int = 100

    def to_json(self) -> dict[str, Any]:
        """Return the members that answers show."""
        return {
            "space": self.space,
            "ef_construction": self.ef_construction,
            "ef_search": self.ef_search,
            "max_neighbors": self.max_neighbors,
            "resize_factor": self.resize_factor,
            "sync_threshold": self.sync_threshold,
        }

    def options(self) -> HnswOptions:
        """Return everything but the space, as a schema holds it."""
        return HnswOptions(
            ef_construction=self.ef_construction,
            max_neighbors=self.max_neighbors,
            ef_search=self.ef_search,
            num_threads=self.num_threads,
            batch_size=self.batch_size,
            sync_threshold=self.sync_threshold,
            resize_factor=self.resize_factor,
        )


def default_hnsw() -> HnswConfiguration:
    """Return the configuration of a collection that says nothing; num_threads is this machine's CPU count."""
    return HnswConfiguration(num_threads=os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class CollectionConfiguration:
    """The vector index and embedding function that a create request asks for."""

    hnsw: HnswConfiguration
    embedding_function: EmbeddingFunctionDescription | None = None

    @property
    def is_default(self) -> bool:
        """True when a request without configuration means the same."""
        return self.hnsw == default_hnsw() and is_default_embedding_function(self.embedding_function)

    def to_json(self) -> dict[str, Any]:
        """Return ``configuration_json`` as answers show it."""
        return {
            "hnsw": self.hnsw.to_json(),
            "spann": None,
            "embedding_function": None if self.embedding_function is None else self.embedding_function.to_json(),
        }


@dataclass(frozen=True, slots=True)
class _HnswRequest(JsonRecord):
    strict: ClassVar[bool] = True
    space: Space = None
    ef_construction: Unsigned = None
    ef_search: Unsigned = None
    max_neighbors: Unsigned = None
    num_threads: Unsigned = None
    resize_factor: Number = None
    sync_threshold: Unsigned = None
    batch_size: Unsigned = None


@dataclass(frozen=True, slots=True)
class _SpannRequest(JsonRecord):
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


@dataclass(frozen=True, slots=True)
class _CreateRequest(JsonRecord):
    hnsw: Annotated[_HnswRequest | None, Member(nested(_HnswRequest))] = None
    spann: Annotated[_SpannRequest | None, Member(nested(_SpannRequest))] = None
    embedding_function: DescribedFunction = None


def read_create_configuration(
    configuration: Mapping[str, Any] | None, metadata: Mapping[str, Any] | None
) -> CollectionConfiguration:
    """Read the configuration of a create request together with the ``hnsw:*`` keys of its metadata.

    The metadata counts only where the request's HNSW part is absent or equal to the defaults.
    Raises InvalidArgumentError for malformed members and ``hnsw:*`` keys, and for hnsw beside spann.
    """
    request = read_record(_CreateRequest, {} if configuration is None else configuration, "configuration")
    _refuse_two_indexes(request.hnsw, request.spann)
    if request.spann is not None:
        hnsw = replace(default_hnsw(), space=request.spann.space or DEFAULT_SPACE)
    else:
        hnsw = _completed(request.hnsw)
        legacy = _read_legacy_metadata(metadata or {})
        if legacy is not None and hnsw == default_hnsw():
            hnsw = legacy
    return CollectionConfiguration(hnsw, request.embedding_function)


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
    "hnsw:space": ("space", _read_space),
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


@dataclass(frozen=True, slots=True)
class _HnswUpdate(JsonRecord):
    strict: ClassVar[bool] = True
    ef_search: Unsigned = None
    max_neighbors: Unsigned = None
    num_threads: Unsigned = None
    resize_factor: Number = None
    sync_threshold: Unsigned = None
    batch_size: Unsigned = None


@dataclass(frozen=True, slots=True)
class _SpannUpdate(JsonRecord):
    strict: ClassVar[bool] = True
    search_nprobe: Unsigned32 = None
    ef_search: Unsigned = None


@dataclass(frozen=True, slots=True)
class _UpdateRequest(JsonRecord):
    hnsw: Annotated[_HnswUpdate | None, Member(nested(_HnswUpdate))] = None
    spann: Annotated[_SpannUpdate | None, Member(nested(_SpannUpdate))] = None
    embedding_function: DescribedFunction = None


@dataclass(frozen=True, slots=True)
class ConfigurationUpdate:
    """What an update request changes: only the members that are not None."""

    hnsw: HnswOptions
    embedding_function: EmbeddingFunctionDescription | None


def read_configuration_update(new_configuration: Mapping[str, Any]) -> ConfigurationUpdate:
    """Read the ``new_configuration`` of an update request.

    A spann part is checked and then without effect, because no collection has a SPANN index.
    Raises InvalidArgumentError for malformed or unchangeable members and for hnsw beside spann.
    """
    request = read_record(_UpdateRequest, new_configuration, "new_configuration")
    _refuse_two_indexes(request.hnsw, request.spann)
    changes = {} if request.hnsw is None else record_json(request.hnsw)
    return ConfigurationUpdate(HnswOptions(**changes), request.embedding_function)
