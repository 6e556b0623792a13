"""What must be true after a block ran, beyond that it raised nothing."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chromadb
from chromadb.errors import InvalidArgumentError
from chromadb.utils.embedding_functions import known_embedding_functions

from .blocks import Block
from .filters import matches_document, matches_metadata

Namespace = dict[str, Any]


def check_outcome(block: Block, namespace: Namespace, value: Any) -> None:
    """Check what the block left in its namespace. value: that of its last expression, None without one."""
    if block.observed_ids is not None:
        ids = namespace["results"]["ids"]
        assert (ids[0] if isinstance(ids[0], list) else ids) == block.observed_ids
    elif "results" in namespace and (block.literals("where") or block.literals("where_document")):
        _check_matches(block, namespace["collection"], namespace["results"])
    for check in _CHECKS.get(block.number, []):
        check(block, namespace, value)


def _check_matches(block: Block, collection: Any, results: dict[str, Any]) -> None:
    everything = collection.get()
    matching = {
        record_id
        for record_id, document, metadata in zip(
            everything["ids"], everything["documents"], everything["metadatas"], strict=True
        )
        if all(matches_metadata(where, metadata) for where in block.literals("where"))
        and all(matches_document(where, document) for where in block.literals("where_document"))
    }
    assert 0 < len(matching) < len(everything["ids"]), "the scene must hold records on both sides"
    [wanted] = block.literals("n_results") or [10]
    [found] = results["ids"]
    assert set(found) <= matching
    assert len(set(found)) == len(found) == min(wanted, len(matching))
    assert results["distances"][0] == sorted(results["distances"][0])


Check = Callable[[Block, Namespace, Any], None]
_CHECKS: dict[int, list[Check]] = {}


def _after(*numbers: int) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        for number in numbers:
            _CHECKS.setdefault(number, []).append(check)
        return check

    return register


@_after(14, 27, 28)
def _the_client_answers(block: Block, namespace: Namespace, value: Any) -> None:
    assert namespace["client"].heartbeat() > 0
    assert namespace["client"].tenant == chromadb.DEFAULT_TENANT


@_after(29, 33, 37, 55)
def _the_collection_is_there(block: Block, namespace: Namespace, value: Any) -> None:
    again = namespace["client"].get_collection("test")
    assert again.id == namespace["col"].id
    for metadata in block.literals("metadata"):
        assert again.metadata == metadata
    for configuration in block.literals("configuration"):
        stored = again.configuration["hnsw"]
        assert {name: stored[name] for name in configuration["hnsw"]} == configuration["hnsw"]


@_after(44)
def _the_embedding_function_is_known(block: Block, namespace: Namespace, value: Any) -> None:
    made = namespace["MyEmbeddingFunction"]
    assert known_embedding_functions[made.name()] is made
    np.testing.assert_array_equal(made()(["a", "b"]), np.zeros((2, 3)))


_LEGACY = {"hnsw:space": "space", "hnsw:construction_ef": "ef_construction", "hnsw:M": "max_neighbors",
           "hnsw:search_ef": "ef_search", "hnsw:resize_factor": "resize_factor"}  # fmt: skip
"""Metadata that configures, and the member of the configuration that answers show for it; two are not shown."""


@_after(89, 117, 118, 119, 120, 121, 122, 123)
def _the_graph_is_configured(block: Block, namespace: Namespace, value: Any) -> None:
    made = namespace["client"].get_collection("my_collection")
    wanted = [configuration["hnsw"] for configuration in block.literals("configuration")]
    for metadata in block.literals("metadata"):
        assert made.metadata == metadata
        wanted.append({_LEGACY[key]: its for key, its in metadata.items() if key in _LEGACY})
    for members in wanted:
        assert {name: made.configuration["hnsw"][name] for name in members} == members


@_after(100)
def _the_function_is_described(block: Block, namespace: Namespace, value: Any) -> None:
    [made] = namespace["client"].list_collections()
    assert made.configuration_json["embedding_function"]["name"] == "openai"


@_after(47)
def _no_collection_is_left(block: Block, namespace: Namespace, value: Any) -> None:
    assert namespace["client"].list_collections() == []


@_after(51)
def _one_collection_is_listed(block: Block, namespace: Namespace, value: Any) -> None:
    assert [collection.name for collection in namespace["collections"]] == ["test"]


@_after(59)
def _the_collection_is_renamed(block: Block, namespace: Namespace, value: Any) -> None:
    [metadata] = block.literals("metadata")
    [renamed] = namespace["client"].list_collections()
    assert [renamed.name] == block.literals("name")
    assert renamed.metadata == metadata


@_after(61)
def _one_collection_is_counted(block: Block, namespace: Namespace, value: Any) -> None:
    assert namespace["collections_count"] == 1


@_after(63)
def _two_records_are_counted(block: Block, namespace: Namespace, value: Any) -> None:
    assert value == 2


@_after(65)
def _only_the_named_records_are_candidates(block: Block, namespace: Namespace, value: Any) -> None:
    [named] = block.literals("ids")
    assert sorted(value["ids"][0]) == sorted(named)


@_after(73)
def _columns_are_aligned(block: Block, namespace: Namespace, value: Any) -> None:
    result = namespace["result"]
    assert len(result["ids"]) == len(result["documents"]) == len(result["metadatas"]) > 0
    assert len(namespace["q"]["ids"][0]) == 3


@_after(77)
def _the_last_batch_is_full(block: Block, namespace: Namespace, value: Any) -> None:
    assert namespace["collection"].count() == 1000
    assert namespace["batch"]["ids"] == [str(number) for number in range(990, 1000)]
    assert namespace["batch"]["embeddings"].shape == (10, 384)


@_after(80)
def _the_copy_is_complete(block: Block, namespace: Namespace, value: Any) -> None:
    columns = ["documents", "metadatas", "embeddings"]
    source = namespace["collection"].get(include=columns)
    target = namespace["remote_collection"].get(include=columns)
    assert source["ids"] == target["ids"] == ["1", "2"]
    assert source["documents"] == target["documents"]
    assert source["metadatas"] == target["metadatas"]
    np.testing.assert_array_equal(source["embeddings"], target["embeddings"])


@_after(82)
def _the_clone_has_another_distance(block: Block, namespace: Namespace, value: Any) -> None:
    assert namespace["newCol"].count() == 1000
    assert namespace["newCol"].configuration["hnsw"]["space"] == "cosine"
    assert namespace["col"].configuration["hnsw"]["space"] == "l2"


@_after(84)
def _nothing_matches_so_nothing_is_cloned(block: Block, namespace: Namespace, value: Any) -> None:
    assert namespace["col"].count() == 1000
    assert namespace["newCol"].count() == 0


@_after(85)
def _metadata_is_stripped(block: Block, namespace: Namespace, value: Any) -> None:
    metadatas = namespace["col"].get()["metadatas"]
    assert metadatas == [{"title": f"number {number}"} for number in range(12)]


@_after(86)
def _there_are_no_ids(block: Block, namespace: Namespace, value: Any) -> None:
    assert namespace["ids_only_result"]["ids"] == []


@_after(125, 128, 130, 132, 133)
def _ten_documents_have_ids(block: Block, namespace: Namespace, value: Any) -> None:
    assert len(namespace["col"].get()["ids"]) == 10


@_after(126, 129, 134, 135)
def _two_documents_have_ids(block: Block, namespace: Namespace, value: Any) -> None:
    assert len(namespace["collection"].get()["ids"]) == 2


@_after(133, 135)
def _ids_are_hashes_of_documents(block: Block, namespace: Namespace, value: Any) -> None:
    records = (namespace.get("col") or namespace["collection"]).get()
    hashes = [hashlib.sha256(document.encode()).hexdigest() for document in records["documents"]]
    assert records["ids"] == hashes


@_after(183)
def _arrays_are_stored(block: Block, namespace: Namespace, value: Any) -> None:
    [metadatas] = block.literals("metadatas")
    assert namespace["collection"].get()["metadatas"] == metadatas


@_after(239)
def _the_page_is_the_third(block: Block, namespace: Namespace, value: Any) -> None:
    [limit], [offset] = block.literals("limit"), block.literals("offset")
    everything = namespace["collection"].get()["ids"]
    assert namespace["results"]["ids"] == everything[offset : offset + limit]


@_after(337, 338)
def _the_class_is_an_embedding_function(block: Block, namespace: Namespace, value: Any) -> None:
    defined = [made for made in namespace.values() if getattr(made, "__module__", "") == namespace["__name__"]]
    assert any(isinstance(made, type) and issubclass(made, chromadb.EmbeddingFunction) for made in defined)


@_after(395)
def _the_batch_size_is_the_one_of_the_client(block: Block, namespace: Namespace, value: Any) -> None:
    assert namespace["client"].max_batch_size == namespace["client"].get_max_batch_size()


@_after(410, 411)
def _the_record_is_stored(block: Block, namespace: Namespace, value: Any) -> None:
    [[metadata]] = block.literals("metadatas")
    assert metadata in namespace["collection"].get()["metadatas"]


@_after(419)
def _all_dates_are_of_the_last_week(block: Block, namespace: Namespace, value: Any) -> None:
    a_week_ago = (namespace["now"] - datetime.timedelta(days=7)).timestamp()
    found = sorted(metadata["date"] for metadata in namespace["res"]["metadatas"])
    assert found == sorted(date for date in namespace["dates"] if date > a_week_ago)


@_after(470, 474, 475)
def _both_documents_are_stored(block: Block, namespace: Namespace, value: Any) -> None:
    assert namespace["collection"].get()["ids"] == ["doc1", "doc2"]


@_after(474, 475)
def _the_client_is_in_its_own_room(block: Block, namespace: Namespace, value: Any) -> None:
    client = namespace["client"]
    assert (client.tenant, client.database) == (namespace["tenant"], namespace["database"])
    with chromadb.PersistentClient(path="multitenant") as default:
        assert default.list_collections() == []


@_after(476)
def _the_dimension_is_set(block: Block, namespace: Namespace, value: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="dimension of 3, got 2"):
        namespace["collection"].add(ids=["id2"], embeddings=[[1, 2]])


@_after(478)
def _the_vector_has_unit_length(block: Block, namespace: Namespace, value: Any) -> None:
    assert np.linalg.norm(namespace["normalize_L2"](np.array([3.0, 4.0]))) == pytest.approx(1.0)
