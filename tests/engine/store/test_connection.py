"""Connections: each reader at one moment of its own, whatever became of those before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from chromadb.engine.store.connection import DATABASE_FILE, Store, StoreOptions
from chromadb.errors import InternalError


@pytest.fixture(params=["on disk", "in memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = Store(StoreOptions(tmp_path if request.param == "on disk" else None))
    yield opened
    opened.close()


def add_tenant(store: Store, name: str) -> None:
    with store.write() as connection:
        connection.execute("INSERT INTO tenants (id) VALUES (?)", (name,))


def tenants(store: Store) -> list[str]:
    with store.read() as connection:
        return [name for (name,) in connection.execute("SELECT id FROM tenants ORDER BY id")]


def interrupted_read(store: Store) -> tuple[Any, ...]:
    """Raise in the middle of a read, and return the exception with the statement that it still holds."""
    try:
        with store.read() as connection:
            rows = connection.execute("SELECT id FROM tenants")
            next(rows)
            raise RuntimeError
    except RuntimeError as error:
        return error, rows


def test_what_a_block_wrote_is_there_if_it_ends_and_not_if_it_raises(store: Store) -> None:
    add_tenant(store, "one")

    def half_a_write() -> None:
        with store.write() as connection:
            connection.execute("INSERT INTO tenants (id) VALUES ('two')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_a_write()

    assert tenants(store) == ["one"]
    add_tenant(store, "three")
    assert tenants(store) == ["one", "three"]


def test_an_exception_that_is_kept_holds_no_later_reader_back(store: Store) -> None:
    add_tenant(store, "one")
    kept = [interrupted_read(store) for _ in range(3)]
    add_tenant(store, "two")

    assert tenants(store) == ["one", "two"]
    add_tenant(store, "three")
    assert tenants(store) == ["one", "three", "two"]
    assert len(kept) == 3


def test_a_reader_sees_one_moment(tmp_path: Path) -> None:
    store = Store(StoreOptions(tmp_path))
    add_tenant(store, "one")
    with store.read() as connection:
        assert connection.execute("SELECT count(*) FROM tenants").fetchall() == [(1,)]
        add_tenant(store, "two")
        assert connection.execute("SELECT count(*) FROM tenants").fetchall() == [(1,)]
    assert tenants(store) == ["one", "two"]
    store.close()


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(InternalError, match="closed"):
        tenants(store)
    with pytest.raises(InternalError, match="closed"):
        add_tenant(store, "one")


def test_a_new_connection_waits_for_no_writer(tmp_path: Path) -> None:
    Store(StoreOptions(tmp_path)).close()
    writer = apsw.Connection(str(tmp_path / DATABASE_FILE))
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO tenants (id) VALUES ('unfinished')")

    # It would wait for a minute, and then fail.
    store = Store(StoreOptions(tmp_path))
    assert tenants(store) == []
    with store.read(), store.read():
        assert tenants(store) == []
    store.close()
    writer.close()


def test_a_new_file_can_give_its_free_pages_back(tmp_path: Path) -> None:
    store = Store(StoreOptions(tmp_path))
    with store.read() as connection:
        assert connection.pragma("auto_vacuum") == 2
        assert connection.pragma("page_size") == 8192
        assert connection.pragma("journal_mode") == "wal"
    store.close()
