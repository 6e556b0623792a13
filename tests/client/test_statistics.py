"""What is read of the records that a server's statistics function wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import chromadb
from chromadb.utils.statistics import (
    attach_statistics_function,
    detach_statistics_function,
    get_statistics,
    get_statistics_fn,
    get_statistics_fn_name,
)

_WRITTEN = [
    {"key": "colour", "value": "red", "type": "str", "count": 3},
    {"key": "colour", "value": "#00f", "type": "str", "count": 2, "value_label": "blue"},
    {"key": "pages", "value": "1", "type": "int", "count": 2},
    {"key": "summary", "value": "total_count", "type": "int", "count": 5},
    {"written by": "someone else"},
]


@pytest.fixture
def things(tmp_path: Path) -> Iterator[chromadb.Collection]:
    with chromadb.PersistentClient(tmp_path) as client:
        counted = client.create_collection("counted")
        counted.add(ids=[str(n) for n in range(len(_WRITTEN))], embeddings=[[1.0]] * len(_WRITTEN), metadatas=_WRITTEN)
        yield client.create_collection("things")


def test_counts_come_by_key_and_value_under_their_labels(things: chromadb.Collection) -> None:
    assert get_statistics(things, "counted") == {
        "statistics": {"colour": {"red": {"count": 3}, "blue": {"count": 2}}, "pages": {"1": {"count": 2}}},
        "summary": {"total_count": 5},
    }


def test_some_keys_are_asked_for(things: chromadb.Collection) -> None:
    asked_for_one = get_statistics(things, "counted", keys="pages")

    assert asked_for_one == {"statistics": {"pages": {"1": {"count": 2}}}, "summary": {"total_count": 5}}
    assert get_statistics(things, "counted", keys=["pages", "nothing"]) == asked_for_one
    assert get_statistics(things, "counted", keys=[])["statistics"] == {}
    with pytest.raises(ValueError, match="Too many keys provided: 31"):
        get_statistics(things, "counted", keys=[str(n) for n in range(31)])


def test_without_records_there_is_no_summary(things: chromadb.Collection) -> None:
    assert get_statistics(things, "things") == {"statistics": {}}
    with pytest.raises(chromadb.errors.NotFoundError, match="nowhere"):
        get_statistics(things, "nowhere")


def test_the_function_itself_needs_a_server_that_runs_it(things: chromadb.Collection) -> None:
    assert get_statistics_fn_name(things) == "things_stats"
    for call in (
        lambda: attach_statistics_function(things, "counted"),
        lambda: get_statistics_fn(things),
        lambda: detach_statistics_function(things),
    ):
        with pytest.raises(NotImplementedError, match="HttpClient"):
            call()
