"""What the first filter on a key reads from the records is saved beside the vectors, for the processes that follow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from unittest import mock
from uuid import UUID

import pytest

import chromadb
from chromadb.client import embedded
from chromadb.engine.compaction import CompactionOptions
from chromadb.engine.database import DatabaseOptions
from chromadb.engine.index.segment import Segment, open_segment
from chromadb.engine.store.segment_files import DamagedSegmentError, SegmentFolder

_ROWS = 300
_PATIENCE_SECONDS = 60


@contextmanager
def _client(directory: Path, worth_saving: int) -> Iterator[chromadb.ClientAPI]:
    options = partial(DatabaseOptions, compaction=CompactionOptions(seal_rows=worth_saving))
    with mock.patch.object(embedded, "DatabaseOptions", options), chromadb.PersistentClient(directory) as client:
        yield client


def _filled(client: chromadb.ClientAPI) -> chromadb.Collection:
    things = client.create_collection("things", embedding_function=None)
    things.add(
        ids=[str(number) for number in range(_ROWS)],
        embeddings=[[float(number), 1.0] for number in range(_ROWS)],
        metadatas=[{"number": number, "kind": "odd" if number % 2 else "even"} for number in range(_ROWS)],
    )
    client.compact()
    return things


def _owner_and_name(directory: Path) -> tuple[UUID, UUID]:
    ((owner, name),) = SegmentFolder(directory).entries()
    return owner, UUID(name)


def _segments(directory: Path) -> list[Segment]:
    folder = SegmentFolder(directory)
    return [open_segment(folder, owner, UUID(name)) for owner, name in folder.entries()]


def test_segments_get_the_columns_that_filters_use(tmp_path: Path) -> None:
    with _client(tmp_path, 100) as client:
        things = _filled(client)
        (before,) = _segments(tmp_path)
        assert before.column("number") is None
        things.delete(ids=["1", "7"])
        expected = [str(number) for number in range(20) if number not in (1, 7)]
        assert things.get(where={"number": {"$lt": 20}}, include=[])["ids"] == expected
        client.compact()

        (after,) = _segments(tmp_path)
        assert after.name != before.name
        again = open_segment(SegmentFolder(tmp_path), *_owner_and_name(tmp_path), [before])
        assert again.vectors is before.vectors, "it need not be verified again"
        assert again.column("number") is not None
        assert after.column("number") is not None
        assert after.column("kind") is None, "nobody has filtered by it"
        things.update(ids=["3"], metadatas=[{"number": 1_000}])
        expected.remove("3")
        assert things.get(where={"number": {"$lt": 20}}, include=[])["ids"] == expected

    with _client(tmp_path, 100) as client:
        things = client.get_collection("things", embedding_function=None)
        assert things.get(where={"number": {"$lt": 20}}, include=[])["ids"] == expected
        assert things.get(where={"number": 1_000}, include=[])["ids"] == ["3"]
        assert things.query(query_embeddings=[[42.0, 1.0]], n_results=1, where={"kind": "even"})["ids"] == [["42"]]
        assert client.check().ok


def test_small_segments_are_left_alone(tmp_path: Path) -> None:
    with _client(tmp_path, _ROWS + 1) as client:
        things = _filled(client)
        assert len(things.get(where={"number": {"$lt": 20}}, include=[])["ids"]) == 20
        (before,) = _segments(tmp_path)
        client.compact()

        assert [segment.name for segment in _segments(tmp_path)] == [before.name]


@pytest.mark.slow
def test_nobody_needs_to_ask_for_it(tmp_path: Path) -> None:
    with _client(tmp_path, 100) as client:
        things = _filled(client)
        things.get(where={"kind": "odd"}, include=[])
        deadline = time.monotonic() + _PATIENCE_SECONDS
        saved = False
        while not saved and time.monotonic() < deadline:
            time.sleep(0.1)
            # The directory may go while it is looked at.
            with suppress(DamagedSegmentError):
                saved = all(segment.column("kind") is not None for segment in _segments(tmp_path))

        assert saved
        assert len(things.get(where={"kind": "odd"}, include=[])["ids"]) == _ROWS // 2
