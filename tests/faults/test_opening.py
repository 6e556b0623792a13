"""Directories that cannot be opened: refused with a sentence that says why, and left exactly as they were."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import chromadb
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings
from chromadb.errors import InternalError, NotFoundError, StorageError, VersionMismatchError


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Give a directory with one collection of one record, closed."""
    with chromadb.PersistentClient(str(tmp_path / "data")) as client:
        client.create_collection("records", embedding_function=None).add(ids=["a"], embeddings=[[1.0, 2.0]])
    return tmp_path / "data"


def contents(directory: Path) -> dict[str, str]:
    """Return the files of a directory by name, with a digest of their bytes."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(directory.iterdir())}


def edit(directory: Path, statement: str) -> None:
    """Run a statement on the database file with SQLite alone."""
    connection = sqlite3.connect(directory / "chroma.sqlite3")
    with connection:
        connection.execute(statement)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def refused(directory: Path, error: type[Exception], match: str, settings: Settings | None = None) -> None:
    """Check that opening raises and changes nothing."""
    before = contents(directory)
    with pytest.raises(error, match=match):
        chromadb.PersistentClient(str(directory), settings)
    assert contents(directory) == before
    SharedSystemClient.clear_system_cache()


def test_a_file_of_a_newer_version_is_refused(directory: Path) -> None:
    edit(directory, "INSERT INTO migrations VALUES (99999, '99999-future.sql', '', '0')")
    refused(directory, VersionMismatchError, r"newer chromadb .*99999-future.sql.*`pip install --upgrade chromadb`")


def test_a_file_with_another_history_is_refused(directory: Path) -> None:
    edit(directory, "UPDATE migrations SET sql = sql || ' -- ' WHERE version = 1")
    refused(directory, StorageError, r"another text of the migration 00001-catalog.sql")


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    edit(tmp_path, "CREATE TABLE recipes (name TEXT)")
    refused(tmp_path, StorageError, "a SQLite file of another program")


def test_a_file_of_an_older_chroma_is_refused_with_the_way_out(tmp_path: Path) -> None:
    edit(tmp_path, "CREATE TABLE migrations (dir TEXT)")
    edit(tmp_path, "CREATE TABLE embeddings_queue (seq_id INTEGER)")
    refused(tmp_path, StorageError, r"written by chromadb 1.5 or older.* Copy the records over")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"not a database at all" * 100)
    refused(tmp_path, StorageError, "damaged or no SQLite file")


def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("hello")
    with pytest.raises(StorageError, match="is a file; give the path of a directory"):
        chromadb.PersistentClient(str(path))
    assert path.read_text() == "hello"


@pytest.mark.parametrize("mode", ["validate", "none"])
def test_nothing_is_made_where_migrations_may_not_be_applied(tmp_path: Path, mode: str) -> None:
    with pytest.raises(StorageError, match=f"lacks the migrations .* setting migrations='{mode}'"):
        chromadb.PersistentClient(str(tmp_path), Settings(migrations=mode))  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["validate", "none"])
def test_a_complete_file_opens_in_every_mode(directory: Path, mode: str) -> None:
    with chromadb.PersistentClient(str(directory), Settings(migrations=mode)) as client:  # type: ignore[arg-type]
        assert client.get_collection("records").count() == 1


def test_migrations_are_hashed_as_the_settings_say(tmp_path: Path) -> None:
    chromadb.PersistentClient(str(tmp_path), Settings(migrations_hash_algorithm="sha256")).close()
    connection = sqlite3.connect(tmp_path / "chroma.sqlite3")
    rows = connection.execute("SELECT sql, hash FROM migrations").fetchall()
    connection.close()
    assert rows
    assert all(digest == hashlib.sha256(sql.encode()).hexdigest() for sql, digest in rows)
    with chromadb.PersistentClient(str(tmp_path)) as client:
        assert client.count_collections() == 0


WITHOUT_PRIVILEGES = """
import os, sys
import chromadb

chromadb.EphemeralClient().close()  # loads what the unprivileged user may not be able to read
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
chromadb.PersistentClient(sys.argv[1])
"""


def test_a_directory_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    for parent in [tmp_path, *tmp_path.parents]:
        if parent.is_relative_to(tempfile.gettempdir()) and parent.owner() == tmp_path.owner():
            parent.chmod(parent.stat().st_mode | 0o055)
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    finished = subprocess.run(
        [sys.executable, "-c", WITHOUT_PRIVILEGES, str(locked)], capture_output=True, text=True, check=False
    )
    assert "StorageError: the directory" in finished.stderr
    assert "may not be written by this user; nothing was changed" in finished.stderr
    assert list(locked.iterdir()) == []


def test_a_client_that_crossed_a_fork_says_so_and_the_parent_goes_on(directory: Path) -> None:
    with chromadb.PersistentClient(str(directory)) as client:
        collection = client.get_collection("records")
        reader, sender = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                collection.count()
                message = "no error"
            except InternalError as error:
                message = str(error)
            os.write(sender, message.encode())
            os._exit(0)
        os.waitpid(child, 0)
        os.close(sender)
        with os.fdopen(reader, "rb") as answer:
            assert b"before the process forked" in answer.read()
        collection.add(ids=["b"], embeddings=[[3.0, 4.0]])
        assert collection.count() == 2


FULL_DISK = """
import resource, sys
import chromadb
from chromadb.errors import StorageError

client = chromadb.PersistentClient(sys.argv[1])
collection = client.get_collection("records")
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
before = collection.get(include=["embeddings"])["embeddings"].tolist()
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
try:
    collection.add(ids=[str(row) for row in range(5000)], embeddings=[[float(row), 0.5] * 1 for row in range(5000)],
                   documents=["x" * 200] * 5000)
    print("no error")
except StorageError as error:
    print(error)
assert collection.get(include=["embeddings"])["embeddings"].tolist() == before
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
collection.add(ids=["later"], embeddings=[[5.0, 6.0]])
print(collection.count())
"""


def test_a_disk_that_takes_no_more_changes_nothing_and_recovers(directory: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(directory)], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    message, count = finished.stdout.strip().split("\n")
    assert "nothing was changed" in message
    assert count == "2"


def test_a_missing_tenant_leaves_no_client_behind(directory: Path) -> None:
    with pytest.raises(NotFoundError, match=r"Tenant \[nobody\] not found"):
        chromadb.PersistentClient(str(directory), tenant="nobody")
    with chromadb.PersistentClient(str(directory), Settings(allow_reset=True)) as client:
        assert client.reset()
