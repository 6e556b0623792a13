"""Tenants, databases and collections as rows; every function works inside the transaction of its caller."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import apsw
import orjson
from msgspec import Struct

from chromadb.model.collection import CollectionInfo, DatabaseInfo, Tenant
from chromadb.model.errors import AlreadyExistsError, InvalidArgumentError, NotFoundError
from chromadb.model.metadata import Scalar
from chromadb.model.names import DEFAULT_DATABASE, DEFAULT_DATABASE_ID, DEFAULT_TENANT
from chromadb.model.schema import CollectionSchema

_SEGMENTS = (("VECTOR", "urn:chroma:segment/vector/exact"), ("METADATA", "urn:chroma:segment/metadata/sqlite"))
_COLLECTION_COLUMNS = "c.id, c.name, c.dimension, c.schema_str, d.name, d.tenant_id"
_NO_LIMIT = -1


class CollectionState(Struct, frozen=True):
    """What a write or read of records needs to know of its collection.

    number: names the collection in the other tables. next_row: the row of the next new record.
    last_seq: the last log entry. generation: counts the changes of its sealed segments.
    """

    id: UUID
    number: int
    dimension: int | None
    schema: CollectionSchema
    record_count: int
    next_row: int
    last_seq: int
    generation: int


def has_defaults(connection: apsw.Connection) -> bool:
    """Return whether the default tenant and database exist."""
    sql = "SELECT 1 FROM tenants t JOIN databases d ON d.tenant_id = t.id WHERE t.id = ? AND d.name = ?"
    return _first(connection, sql, (DEFAULT_TENANT, DEFAULT_DATABASE)) is not None


def create_defaults(connection: apsw.Connection) -> None:
    """Create the default tenant and database if they are missing."""
    connection.execute("INSERT OR IGNORE INTO tenants (id) VALUES (?)", (DEFAULT_TENANT,))
    connection.execute(
        "INSERT OR IGNORE INTO databases (id, name, tenant_id) VALUES (?, ?, ?)",
        (str(DEFAULT_DATABASE_ID), DEFAULT_DATABASE, DEFAULT_TENANT),
    )


def create_tenant(connection: apsw.Connection, name: str) -> None:
    """Add a tenant; raises AlreadyExistsError."""
    connection.execute("INSERT OR IGNORE INTO tenants (id) VALUES (?)", (name,))
    if not connection.changes():
        raise AlreadyExistsError(f"Tenant [{name}] already exists")


def get_tenant(connection: apsw.Connection, name: str) -> Tenant:
    """Return the tenant; raises NotFoundError."""
    if _first(connection, "SELECT 1 FROM tenants WHERE id = ?", (name,)) is None:
        raise NotFoundError(f"Tenant [{name}] not found")
    return Tenant(name)


def create_database(connection: apsw.Connection, name: str, tenant: str) -> None:
    """Add a database to a tenant; raises AlreadyExistsError."""
    connection.execute(
        "INSERT OR IGNORE INTO databases (id, name, tenant_id) VALUES (?, ?, ?)", (str(uuid4()), name, tenant)
    )
    if not connection.changes():
        raise AlreadyExistsError(f"Database [{name}] already exists")


def get_database(connection: apsw.Connection, name: str, tenant: str) -> DatabaseInfo:
    """Return the database; raises NotFoundError."""
    id_ = _database_id(connection, name, tenant)
    if id_ is None:
        raise NotFoundError(f"Database [{name}] not found. Are you sure it exists?")
    return DatabaseInfo(id=UUID(id_), name=name, tenant=tenant)


def list_databases(
    connection: apsw.Connection, tenant: str, limit: int | None, offset: int | None
) -> list[DatabaseInfo]:
    """Return the databases of a tenant by name, none for an unknown tenant."""
    rows = connection.execute(
        "SELECT id, name FROM databases WHERE tenant_id = ? ORDER BY name LIMIT ? OFFSET ?",
        (tenant, _NO_LIMIT if limit is None else limit, offset or 0),
    )
    return [DatabaseInfo(id=UUID(id_), name=name, tenant=tenant) for id_, name in rows]


def delete_database(connection: apsw.Connection, name: str, tenant: str) -> list[int]:
    """Delete a database, its collections included, and return the numbers of these; raises NotFoundError.

    The caller deletes the records of the collections.
    """
    id_ = _database_id(connection, name, tenant)
    if id_ is None:
        raise NotFoundError(f"Database [{name}] not found")
    numbers = [
        number for (number,) in connection.execute("SELECT number FROM collections WHERE database_id = ?", (id_,))
    ]
    connection.execute("DELETE FROM collections WHERE database_id = ?", (id_,))
    connection.execute("DELETE FROM databases WHERE id = ?", (id_,))
    return numbers


def create_collection(
    connection: apsw.Connection,
    name: str,
    tenant: str,
    database: str,
    metadata: Mapping[str, Scalar] | None,
    schema: CollectionSchema,
    dimension: int | None = None,
    id_: UUID | None = None,
) -> CollectionInfo:
    """Add a collection, under a new id if none is given.

    Raises AlreadyExistsError, or InvalidArgumentError for an unknown database.
    """
    database_id = _database_id(connection, database, tenant)
    if database_id is None:
        raise InvalidArgumentError(f"Database [{database}] does not exist")
    id_ = id_ or uuid4()
    connection.execute(
        "INSERT OR IGNORE INTO collections (id, name, database_id, dimension, schema_str) VALUES (?, ?, ?, ?, ?)",
        (str(id_), name, database_id, dimension, _schema_text(schema)),
    )
    if not connection.changes():
        raise AlreadyExistsError(f"Collection [{name}] already exists")
    connection.executemany(
        "INSERT INTO segments (id, type, scope, collection) VALUES (?, ?, ?, ?)",
        [(str(uuid4()), kind, scope, str(id_)) for scope, kind in _SEGMENTS],
    )
    _write_metadata(connection, id_, metadata)
    return CollectionInfo(id_, name, metadata, dimension, schema, tenant, database)


def find_collection(connection: apsw.Connection, name: str, tenant: str, database: str) -> CollectionInfo | None:
    """Return the collection of a name, None if there is none."""
    row = _first(
        connection,
        f"SELECT {_COLLECTION_COLUMNS} FROM collections c JOIN databases d ON d.id = c.database_id "
        "WHERE d.tenant_id = ? AND d.name = ? AND c.name = ?",
        (tenant, database, name),
    )
    return None if row is None else _info(connection, row)


def find_collection_by_id(connection: apsw.Connection, id_: UUID, tenant: str, database: str) -> CollectionInfo | None:
    """Return the collection of an id when it lies in this tenant and database, else None."""
    row = _first(
        connection,
        f"SELECT {_COLLECTION_COLUMNS} FROM collections c JOIN databases d ON d.id = c.database_id "
        "WHERE c.id = ? AND d.tenant_id = ? AND d.name = ?",
        (str(id_), tenant, database),
    )
    return None if row is None else _info(connection, row)


def has_collection(connection: apsw.Connection, id_: UUID, tenant: str, database: str) -> bool:
    """Return whether the collection of an id lies in this tenant and database."""
    sql = (
        "SELECT 1 FROM collections c JOIN databases d ON d.id = c.database_id "
        "WHERE c.id = ? AND d.tenant_id = ? AND d.name = ?"
    )
    return _first(connection, sql, (str(id_), tenant, database)) is not None


def list_collections(
    connection: apsw.Connection, tenant: str, database: str, limit: int | None, offset: int | None
) -> list[CollectionInfo]:
    """Return the collections of a database by id, none for an unknown database."""
    rows = connection.execute(
        f"SELECT {_COLLECTION_COLUMNS} FROM collections c JOIN databases d ON d.id = c.database_id "
        "WHERE d.tenant_id = ? AND d.name = ? ORDER BY c.id LIMIT ? OFFSET ?",
        (tenant, database, _NO_LIMIT if limit is None else limit, offset or 0),
    ).fetchall()
    return [_info(connection, row) for row in rows]


def count_collections(connection: apsw.Connection, tenant: str, database: str) -> int:
    """Return how many collections a database has, 0 for an unknown one."""
    row = _first(
        connection,
        "SELECT count(*) FROM collections c JOIN databases d ON d.id = c.database_id "
        "WHERE d.tenant_id = ? AND d.name = ?",
        (tenant, database),
    )
    return int(row[0]) if row else 0


def delete_collection(connection: apsw.Connection, name: str, tenant: str, database: str) -> int:
    """Delete a collection and return its number; raises NotFoundError. The caller deletes its records."""
    row = _first(
        connection,
        "SELECT c.number FROM collections c JOIN databases d ON d.id = c.database_id "
        "WHERE d.tenant_id = ? AND d.name = ? AND c.name = ?",
        (tenant, database, name),
    )
    if row is None:
        raise NotFoundError(f"Collection [{name}] does not exist")
    connection.execute("DELETE FROM collections WHERE number = ?", row)
    return int(row[0])


def delete_collection_by_id(connection: apsw.Connection, id_: UUID) -> int:
    """Delete a collection and return its number; raises NotFoundError. The caller deletes its records."""
    number = get_state(connection, id_).number
    connection.execute("DELETE FROM collections WHERE number = ?", (number,))
    return number


def rename_collection(connection: apsw.Connection, id_: UUID, name: str) -> None:
    """Give a collection another name; raises AlreadyExistsError if its database has one of that name."""
    try:
        connection.execute("UPDATE collections SET name = ? WHERE id = ?", (name, str(id_)))
    except apsw.ConstraintError as error:
        raise AlreadyExistsError(f"Collection [{name}] already exists") from error


def replace_metadata(connection: apsw.Connection, id_: UUID, metadata: Mapping[str, Scalar] | None) -> None:
    """Replace all metadata of a collection."""
    connection.execute("DELETE FROM collection_metadata WHERE collection_id = ?", (str(id_),))
    _write_metadata(connection, id_, metadata)


def replace_schema(connection: apsw.Connection, id_: UUID, schema: CollectionSchema) -> None:
    """Replace the schema of a collection."""
    connection.execute("UPDATE collections SET schema_str = ? WHERE id = ?", (_schema_text(schema), str(id_)))


def get_state(connection: apsw.Connection, id_: UUID) -> CollectionState:
    """Return the state of a collection; raises NotFoundError."""
    row = _first(
        connection,
        "SELECT number, dimension, schema_str, record_count, next_row, last_seq, generation FROM collections "
        "WHERE id = ?",
        (str(id_),),
    )
    if row is None:
        raise NotFoundError(f"Collection [{id_}] does not exist.")
    number, dimension, schema, *counters = row
    return CollectionState(id_, number, dimension, _schema_of(schema), *counters)


def put_state(connection: apsw.Connection, before: CollectionState, state: CollectionState) -> None:
    """Write the state of a collection, which was ``before`` when this transaction began."""
    if state.schema is not before.schema:
        replace_schema(connection, state.id, state.schema)
    connection.execute(
        "UPDATE collections SET dimension = ?, record_count = ?, next_row = ?, last_seq = ? WHERE number = ?",
        (state.dimension, state.record_count, state.next_row, state.last_seq, state.number),
    )


def all_collections(connection: apsw.Connection) -> list[UUID]:
    """Return the ids of all collections of all tenants."""
    return [UUID(id_) for (id_,) in connection.execute("SELECT id FROM collections ORDER BY number")]


def clear(connection: apsw.Connection) -> None:
    """Delete every tenant, database and collection. The caller deletes the records."""
    for table in ("collections", "databases", "tenants"):
        connection.execute(f"DELETE FROM {table}")


def _database_id(connection: apsw.Connection, name: str, tenant: str) -> str | None:
    row = _first(connection, "SELECT id FROM databases WHERE tenant_id = ? AND name = ?", (tenant, name))
    return None if row is None else row[0]


def _info(connection: apsw.Connection, row: tuple[Any, ...]) -> CollectionInfo:
    id_, name, dimension, schema, database, tenant = row
    return CollectionInfo(
        id=UUID(id_),
        name=name,
        metadata=_read_metadata(connection, id_),
        dimension=dimension,
        schema=_schema_of(schema),
        tenant=tenant,
        database=database,
    )


def _write_metadata(connection: apsw.Connection, id_: UUID, metadata: Mapping[str, Scalar] | None) -> None:
    rows = []
    for key, value in (metadata or {}).items():
        kind = type(value)
        rows.append(
            (
                str(id_),
                key,
                value if kind is str else None,
                value if kind is int else None,
                value if kind is float else None,
                int(value) if kind is bool else None,
            )
        )
    connection.executemany("INSERT INTO collection_metadata VALUES (?, ?, ?, ?, ?, ?)", rows)


def _read_metadata(connection: apsw.Connection, id_: str) -> dict[str, Scalar] | None:
    rows = connection.execute(
        "SELECT key, str_value, int_value, float_value, bool_value FROM collection_metadata WHERE collection_id = ?",
        (id_,),
    )
    metadata: dict[str, Scalar] = {}
    for key, text, integer, number, boolean in rows:
        if boolean is not None:
            metadata[key] = bool(boolean)
        else:
            metadata[key] = next(value for value in (text, integer, number) if value is not None)
    return metadata or None


@lru_cache(maxsize=1024)
def _schema_of(text: str) -> CollectionSchema:
    return CollectionSchema.from_json(orjson.loads(text))


def _schema_text(schema: CollectionSchema) -> str:
    return orjson.dumps(schema.to_json()).decode()


def _first(connection: apsw.Connection, sql: str, bindings: tuple[Any, ...]) -> tuple[Any, ...] | None:
    for row in connection.execute(sql, bindings):
        return tuple(row)
    return None
