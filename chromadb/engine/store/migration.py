"""Migrations: which scripts a file has seen, whether they are still the same, and applying those it has not.

Each applied script is a row of the table ``migrations`` with its text, and a hash of that for other programs, so that a
file whose history differs from this package's is refused instead of misread.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import apsw
from msgspec import Struct

from chromadb.model.errors import StorageError, VersionMismatchError

MigrationMode = Literal["none", "validate", "apply"]
HashAlgorithm = Literal["md5", "sha256"]

APPLICATION_ID = 0x43485246
"""Written into the header of every database file of this engine (SQLite's application_id)."""

_FOLDER = Path(__file__).with_name("migrations")
_FILE_NAME = re.compile(r"(\d{5})-[a-z-]+\.sql")
_MIGRATIONS_TABLE = """
CREATE TABLE IF NOT EXISTS migrations (
    version INTEGER PRIMARY KEY,
    filename TEXT NOT NULL,
    sql TEXT NOT NULL,
    hash TEXT NOT NULL
)
"""


class Migration(Struct, frozen=True):
    """One script: its number, file name and text."""

    version: int
    filename: str
    sql: str

    def hash(self, algorithm: HashAlgorithm) -> str:
        """Return the hexadecimal digest of the text."""
        # Brings OpenSSL, for which a program that opens an existing file should not wait.
        import hashlib

        return hashlib.new(algorithm, self.sql.encode(), usedforsecurity=False).hexdigest()


def available() -> list[Migration]:
    """Return the scripts of this package in order."""
    found = [
        Migration(int(match[1]), entry.name, entry.read_text("utf-8"))
        for entry in _FOLDER.iterdir()
        if (match := _FILE_NAME.fullmatch(entry.name))
    ]
    return sorted(found, key=lambda migration: migration.version)


def pending(connection: apsw.Connection, mode: MigrationMode, where: str) -> list[Migration]:
    """Return the scripts that the file still lacks, changing nothing.

    mode: "apply" lets them be missing; "validate" raises if any is; "none" compares nothing, so long as the file has a
    layout. where: how messages name the file.
    Raises VersionMismatchError for a file of a newer release, StorageError for a foreign, altered or incomplete one.
    """
    applied = _applied(connection, where)
    if mode == "none" and applied:
        return []
    migrations = available()
    _check_history(applied, migrations, where)
    missing = [migration for migration in migrations if migration.version not in applied]
    if missing and mode != "apply":
        names = ", ".join(migration.filename for migration in missing)
        raise StorageError(
            f"{where} lacks the migrations {names}, and the setting migrations={mode!r} forbids applying them; "
            "open it once with migrations='apply'"
        )
    return missing


def apply_pending(connection: apsw.Connection, algorithm: HashAlgorithm, where: str) -> None:
    """Run what is missing, all of it or nothing, and note each script with its hash."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have applied them between the look and the lock.
        missing = pending(connection, "apply", where)
        if missing:
            connection.execute(_MIGRATIONS_TABLE)
            connection.pragma("application_id", APPLICATION_ID)
        for migration in missing:
            connection.execute(migration.sql)
            connection.execute(
                "INSERT INTO migrations (version, filename, sql, hash) VALUES (?, ?, ?, ?)",
                (migration.version, migration.filename, migration.sql, migration.hash(algorithm)),
            )
        connection.execute("COMMIT")
    except BaseException:
        # A failure to write has undone it already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _applied(connection: apsw.Connection, where: str) -> dict[int, tuple[str, str]]:
    """Return version to (file name, text) of the scripts that the file has seen."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    application_id = connection.pragma("application_id")
    if not tables and application_id == 0:
        return {}
    if application_id != APPLICATION_ID:
        if {"embeddings_queue", "migrations"} <= tables:
            raise StorageError(
                f"{where} was written by chromadb 1.5 or older, whose files this engine does not read. Nothing was "
                "changed. Copy the records over: read them with that version (collection.get with include="
                "['documents', 'metadatas', 'embeddings']) and add them to a client of this one on another path"
            )
        raise StorageError(f"{where} is a SQLite file of another program; give a directory of its own")
    rows = connection.execute("SELECT version, filename, sql FROM migrations")
    return {version: (filename, sql) for version, filename, sql in rows}


def _check_history(applied: dict[int, tuple[str, str]], migrations: list[Migration], where: str) -> None:
    known = {migration.version: migration for migration in migrations}
    for version, (filename, sql) in applied.items():
        migration = known.get(version)
        if migration is None:
            raise VersionMismatchError(
                f"{where} was written by a newer chromadb (it has seen the migration {filename}, this version ends at "
                f"{migrations[-1].filename}); nothing was changed. Upgrade with `pip install --upgrade chromadb`"
            )
        if migration.sql != sql:
            raise StorageError(
                f"{where} has seen another text of the migration {filename} than this version "
                "carries; nothing was changed"
            )
