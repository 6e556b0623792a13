"""The vector index of a collection as its ``configuration`` describes it: values, defaults and limits.

A collection stores its schema (schema.py); ``configuration_json`` in answers is derived from that. Here are
the values both share; configuration_requests.py reads what a create or update request says.
A collection has one kind of index: a graph (HNSW) or partition lists (SPANN).
"""

import json
import os
from typing import Annotated, Any, ClassVar

from msgspec import Struct

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.json_record import (
    JsonRecord,
    Member,
    Number,
    Unsigned,
    Unsigned32,
    canonical_text,
    one_of,
    read_object,
    read_text,
)

DEFAULT_SPACE = "l2"
SPACES = ("l2", "cosine", "ip")
DEFAULT_EMBEDDING_FUNCTION_NAME = "default"

read_space = one_of(*SPACES)
"""Reads the name of a distance."""

_read_known_quantization = one_of("none", "four_bit_rabit_q_with_u_search")
_read_embedding_function_type = one_of("legacy", "known", "unknown")


class EmbeddingFunctionDescription(Struct, frozen=True):
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


Space = Annotated[str | None, Member(read_space)]
DescribedFunction = Annotated[EmbeddingFunctionDescription | None, Member(read_embedding_function)]


def is_default_embedding_function(description: EmbeddingFunctionDescription | None) -> bool:
    """True when there is none, or one that :attr:`EmbeddingFunctionDescription.is_default`."""
    return description is None or description.is_default


class HnswOptions(JsonRecord, frozen=True):
    """What a schema may say about an HNSW index; None is unsaid."""

    strict: ClassVar[bool] = True
    ef_construction: Unsigned = None
    max_neighbors: Unsigned = None
    ef_search: Unsigned = None
    num_threads: Unsigned = None
    batch_size: Unsigned = None
    sync_threshold: Unsigned = None
    resize_factor: Number = None


class HnswConfiguration(Struct, frozen=True):
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


def _read_quantization(value: Any, path: str) -> str | None:
    # "none" is the default and is never shown, so it is not kept either.
    quantization: str = _read_known_quantization(value, path)
    return None if quantization == "none" else quantization


class SpannOptions(JsonRecord, frozen=True):
    """What a schema may say about a SPANN index; None is unsaid."""

    strict: ClassVar[bool] = True
    search_nprobe: Unsigned32 = None
    search_rng_factor: Number = None
    search_rng_epsilon: Number = None
    nreplica_count: Unsigned32 = None
    write_rng_factor: Number = None
    write_rng_epsilon: Number = None
    split_threshold: Unsigned32 = None
    num_samples_kmeans: Unsigned = None
    initial_lambda: Number = None
    reassign_neighbor_count: Unsigned32 = None
    merge_threshold: Unsigned32 = None
    num_centers_to_merge_to: Unsigned32 = None
    write_nprobe: Unsigned32 = None
    ef_construction: Unsigned = None
    ef_search: Unsigned = None
    max_neighbors: Unsigned = None
    center_drift_threshold: Number = None
    quantize: Annotated[str | None, Member(_read_quantization)] = None

    def problems(self) -> list[str]:
        """Return what is out of its limits, each with the limits, in the order of the members."""
        return [problem for name in _SPANN_LIMITS if (problem := _out_of_limits(name, getattr(self, name)))]


_SPANN_LIMITS: dict[str, tuple[float | None, float]] = {
    "search_nprobe": (None, 128),
    "search_rng_factor": (1.0, 1.0),
    "search_rng_epsilon": (5.0, 10.0),
    "nreplica_count": (None, 8),
    "write_rng_factor": (1.0, 1.0),
    "write_rng_epsilon": (5.0, 10.0),
    "split_threshold": (50, 200),
    "num_samples_kmeans": (None, 1000),
    "initial_lambda": (100.0, 100.0),
    "reassign_neighbor_count": (None, 64),
    "merge_threshold": (25, 100),
    "num_centers_to_merge_to": (None, 8),
    "write_nprobe": (None, 64),
    "ef_construction": (None, 200),
    "ef_search": (None, 200),
    "max_neighbors": (None, 64),
    "center_drift_threshold": (0.1, 1.0),
}
"""The least (None: 0) and the most that a member may be."""


def _out_of_limits(name: str, value: float | None) -> str | None:
    least, most = _SPANN_LIMITS[name]
    if value is None or (least or 0) <= value <= most:
        return None
    shown = "" if least is None else f'"min": Number({least}), '
    return f'{name}: Validation error: range [{{{shown}"max": Number({most}), "value": Number({value})}}]'


class SpannConfiguration(Struct, frozen=True):
    """A complete SPANN configuration.

    space: "l2", "cosine" or "ip". search_nprobe: lists read by a search. write_nprobe: lists that a row is put into at
    most. ef_construction, ef_search, max_neighbors: of the graph over the centres of lists, as in HnswConfiguration.
    reassign_neighbor_count: lists around a split one whose rows may move. split_threshold, merge_threshold: rows
    of a list above which it is split, and below which it is merged.
    """

    space: str = DEFAULT_SPACE
    search_nprobe: int = 64
    write_nprobe: int = 32
    ef_construction: int = 200
    ef_search: int = 200
    max_neighbors: int = 64
    reassign_neighbor_count: int = 64
    split_threshold: int = 50
    merge_threshold: int = 25

    def to_json(self) -> dict[str, Any]:
        """Return the members, all of which answers show."""
        return {
            "search_nprobe": self.search_nprobe,
            "write_nprobe": self.write_nprobe,
            "space": self.space,
            "ef_construction": self.ef_construction,
            "ef_search": self.ef_search,
            "max_neighbors": self.max_neighbors,
            "reassign_neighbor_count": self.reassign_neighbor_count,
            "split_threshold": self.split_threshold,
            "merge_threshold": self.merge_threshold,
        }

    def options(self) -> SpannOptions:
        """Return everything but the space, as a schema holds it, with the members that only a schema has."""
        return SpannOptions(
            search_nprobe=self.search_nprobe,
            search_rng_factor=1.0,
            search_rng_epsilon=10.0,
            nreplica_count=8,
            write_rng_factor=1.0,
            write_rng_epsilon=5.0,
            split_threshold=self.split_threshold,
            num_samples_kmeans=1000,
            initial_lambda=100.0,
            reassign_neighbor_count=self.reassign_neighbor_count,
            merge_threshold=self.merge_threshold,
            num_centers_to_merge_to=8,
            write_nprobe=self.write_nprobe,
            ef_construction=self.ef_construction,
            ef_search=self.ef_search,
            max_neighbors=self.max_neighbors,
        )


class CollectionConfiguration(Struct, frozen=True):
    """The vector index and embedding function that a create request asks for."""

    index: HnswConfiguration | SpannConfiguration
    embedding_function: EmbeddingFunctionDescription | None = None

    @property
    def is_default(self) -> bool:
        """True when a request without configuration means the same."""
        return self.index == default_hnsw() and is_default_embedding_function(self.embedding_function)

    def to_json(self) -> dict[str, Any]:
        """Return ``configuration_json`` as answers show it: the kind of index that it is not is None."""
        shown = self.index.to_json()
        is_spann = isinstance(self.index, SpannConfiguration)
        return {
            "hnsw": None if is_spann else shown,
            "spann": shown if is_spann else None,
            "embedding_function": None if self.embedding_function is None else self.embedding_function.to_json(),
        }
