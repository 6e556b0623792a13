"""Segments whose files are missing, cut short or changed by one bit: noticed, told or rebuilt, never a wrong answer."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import chromadb
from chromadb.api import ClientAPI
from chromadb.errors import StorageError

from . import history
from .processes import THOROUGH
from .small_steps import ASKED, compacting

SEED = 4
CALLS = 10
FLIPS = 50 if THOROUGH else 1
"""In how many places of each file one bit is tried, beside the first and the last byte."""

DERIVED = {"norms", "columns", "codes.fast", "codes.plain", "lists"}
"""Parts that are made anew from the others."""

Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a directory with two segments, one of them with lists, the log trimmed, and a tail, closed."""
    directory = tmp_path_factory.mktemp("sealed") / "data"
    with compacting(ASKED), chromadb.PersistentClient(directory) as client:
        configuration: chromadb.CreateCollectionConfiguration = {"spann": {"space": "l2"}}
        collection = client.create_collection(history.NAME, embedding_function=None, configuration=configuration)
        for call in range(CALLS):
            method, arguments = history.call_after(SEED, call)
            getattr(collection, method)(**arguments)
            if call in (5, 7):
                # Columns of these keys are saved with the segment.
                collection.get(where={"$or": [{"call": 1}, {"key-1": 1}]})
                client.compact()
        history.check_order(client)
        history.check_answers(client, history.records_after(SEED, CALLS))
    assert len(segments(directory)) == 3
    return directory


@pytest.fixture
def damaged(tmp_path: Path, sealed: Path) -> Path:
    """Give a copy of that directory."""
    shutil.copytree(sealed, tmp_path / "data")
    return tmp_path / "data"


def segments(directory: Path) -> list[Path]:
    """Return the directories of the segments and of their lists or graphs."""
    return sorted(header.parent for header in directory.glob("*/*/header"))


def parts(directory: Path) -> list[str]:
    return sorted({file.name for segment in segments(directory) for file in segment.iterdir()})


def missing(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def longer(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


def flipped(place: float) -> Damage:
    def flip(file: Path) -> None:
        content = bytearray(file.read_bytes())
        content[int(place * len(content))] ^= 1 << int(place * 1000) % 8
        file.write_bytes(content)

    return flip


CHANCE = random.Random(5)
DAMAGES: dict[str, Damage] = {
    "missing": missing,
    "cut": cut,
    **({"empty": empty, "longer": longer} if THOROUGH else {}),
    **{f"bit at {place:.3f}": flipped(place) for place in (0.0, *(CHANCE.random() for _ in range(FLIPS)), 0.9999)},
}
PARTS = ["header", "vectors", "blocks", "rows", *sorted(DERIVED)]


def test_all_parts_are_damaged_here(sealed: Path) -> None:
    assert parts(sealed) == sorted(PARTS)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("part", PARTS)
def test_damage_is_noticed_and_never_answered_wrongly(damaged: Path, part: str, damage: str) -> None:
    harmed = [segment for segment in segments(damaged) if (segment / part).exists()]
    for segment in harmed:
        DAMAGES[damage](segment / part)
    with compacting(ASKED), chromadb.PersistentClient(damaged) as client:
        report = client.check()
        assert not report.ok
        assert any(str(segment.name) in problem for segment in harmed for problem in report.problems)
        right = answers_right_or_not_at_all(client)
        assert right or part not in DERIVED
        heal(client, part in DERIVED)
    with chromadb.PersistentClient(damaged) as client:
        history.check_answers(client, history.records_after(SEED, CALLS))
        history.check_order(client)


@pytest.mark.parametrize("part", ["vectors", "lists"])
def test_a_missing_directory_is_told(damaged: Path, part: str) -> None:
    shutil.rmtree(next(damaged.glob(f"*/*/{part}")).parent)
    with compacting(ASKED), chromadb.PersistentClient(damaged) as client:
        assert not client.check().ok
        assert answers_right_or_not_at_all(client) == (part == "lists")
        heal(client, part == "lists")
        history.check_answers(client, history.records_after(SEED, CALLS))
        history.check_order(client)


def test_missing_directories_of_all_segments_are_told(damaged: Path) -> None:
    for home in {segment.parent for segment in segments(damaged)}:
        shutil.rmtree(home)
    with chromadb.PersistentClient(damaged) as client:
        assert not client.check().ok
        answers_right_or_not_at_all(client)
        heal(client, False)
        history.check_answers(client, history.records_after(SEED, CALLS))
        history.check_order(client)


@pytest.mark.parametrize("part", ["header", "vectors", "blocks", "rows", "directory"])
def test_a_log_that_is_kept_rebuilds_what_is_damaged(tmp_path: Path, part: str) -> None:
    chromadb.PersistentClient(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "chroma.sqlite3")
    connection.execute("UPDATE embeddings_queue_config SET config_json_str = '{\"automatically_purge\": false}'")
    connection.commit()
    connection.close()
    records = history.records_after(SEED, CALLS)
    with compacting(ASKED), chromadb.PersistentClient(tmp_path) as client:
        collection = client.create_collection(history.NAME, embedding_function=None)
        for call in range(CALLS):
            method, arguments = history.call_after(SEED, call)
            getattr(collection, method)(**arguments)
        client.compact()
    (segment,) = (vectors.parent for vectors in tmp_path.glob("*/*/vectors"))
    if part == "directory":
        shutil.rmtree(segment)
    else:
        flipped(0.3)(segment / part)
    with compacting(ASKED), chromadb.PersistentClient(tmp_path) as client:
        history.check_answers(client, records)
        client.compact()
        history.check_order(client)
        history.check_answers(client, records)


def answers_right_or_not_at_all(client: ClientAPI) -> bool:
    """Return whether the client answers; assert that what it answers is right, and that documents need no vectors."""
    records = history.records_after(SEED, CALLS)
    collection = client.get_collection(history.NAME)
    found = collection.get(include=["documents", "metadatas"])
    assert dict(zip(found["ids"], found["documents"] or [], strict=True)) == {
        id_: record["document"] for id_, record in records.items()
    }
    assert collection.count() == len(records)
    told = []
    for check in (
        lambda: history.check_query(collection, history.query_for(records), records),
        lambda: history.check_answers(client, records),
    ):
        try:
            check()
        except StorageError as error:
            told.append(str(error))
    assert all("are lost" in sentence and "upsert" in sentence for sentence in told)
    return not told


def heal(client: ClientAPI, derived: bool) -> None:
    """Give all vectors anew where they may be lost, and compact."""
    if not derived:
        records = history.records_after(SEED, CALLS)
        client.get_collection(history.NAME).upsert(
            ids=list(records), embeddings=[record["embedding"] for record in records.values()]
        )
    client.compact()


def test_compaction_takes_damaged_vectors_from_a_log_that_has_them(tmp_path: Path) -> None:
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.create_collection("things", embedding_function=None)
        collection.add(ids=list("abc"), embeddings=[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    with closing(sqlite3.connect(tmp_path / "chroma.sqlite3")) as connection, connection:
        kept = '{"automatically_purge": false}'
        connection.execute("UPDATE embeddings_queue_config SET config_json_str = ?", (kept,))
    with chromadb.PersistentClient(tmp_path) as client:
        client.compact()
    (file,) = tmp_path.glob("*/*/vectors")
    content = file.read_bytes()
    file.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.get_collection("things", embedding_function=None)
        collection.add(ids=list("defg"), embeddings=[[2.0, 2.0]] * 4)
        client.compact()
        assert client.check().ok
        found = collection.get(ids=["a"], include=["embeddings"])["embeddings"]
        assert found.tolist() == [[1.0, 0.0]]
