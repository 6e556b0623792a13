"""The database behind every local client: tenants hold databases, databases hold collections, collections hold records.

Guarantees: an acknowledged write is on disk (one transaction, one sync) and is seen by the next read of any thread; a
call that raises has changed nothing; a read sees one moment. Any number of threads may use one Database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import apsw
import numpy as np
from msgspec import Struct, field

from chromadb.engine import reads, reclaiming, writes
from chromadb.engine.check import check
from chromadb.engine.compaction import CompactionOptions
from chromadb.engine.compactor import Compactor
from chromadb.engine.forking import fork
from chromadb.engine.index.collection_index import Change, CollectionIndex
from chromadb.engine.index.index_cache import IndexCache
from chromadb.engine.index.key_columns import SnapshotOutdatedError
from chromadb.engine.query.trace import Trace
from chromadb.engine.reads import CollectionView
from chromadb.engine.store import catalog, log, records, segments, text
from chromadb.engine.store.catalog import CollectionState
from chromadb.engine.store.connection import Store, StoreOptions
from chromadb.engine.store.log import Operation
from chromadb.engine.store.migration import HashAlgorithm, MigrationMode
from chromadb.engine.store.segment_files import DamagedSegmentError, SegmentFolder
from chromadb.engine.text_indexer import TextIndexer
from chromadb.engine.write_pauses import WritePauses
from chromadb.model.check_report import CheckReport
from chromadb.model.collection import CollectionInfo, DatabaseInfo, Tenant
from chromadb.model.collection_metadata import check_collection_metadata
from chromadb.model.embeddings import Matrix
from chromadb.model.errors import AuthorizationError, NotFoundError, StorageError
from chromadb.model.explanation import Explanation
from chromadb.model.identity import UserIdentity
from chromadb.model.names import (
    DEFAULT_DATABASE,
    DEFAULT_TENANT,
    check_collection_name,
    check_database_name,
    check_tenant_name,
)
from chromadb.model.records import RecordBatch
from chromadb.model.results import Columns, Facet, Hits, Records, SearchHits
from chromadb.model.schema import CollectionSchema
from chromadb.model.selection import Selection
from chromadb.model.version import __version__

if TYPE_CHECKING:
    from chromadb.model.expression.request import SearchRequest

_MOST_PLACED = 10_000

_Result = TypeVar("_Result")

SUGGESTED_BATCH_SIZE = 5461
"""Where ``create_batches`` cuts, as in Chroma 1.5. A larger call is taken whole."""


class DatabaseOptions(Struct, frozen=True):
    """How a database is opened.

    directory: None keeps everything in memory. allow_reset: whether ``reset`` may delete everything.
    memory_limit_bytes: how much memory the indexes of collections may take; beyond it those not used for longest are
    dropped and built again when they are next needed. None: no limit. compaction: when and how the log is sealed into
    segments.
    """

    directory: Path | None = None
    migrations: MigrationMode = "apply"
    hash_algorithm: HashAlgorithm = "md5"
    allow_reset: bool = False
    memory_limit_bytes: int | None = None
    compaction: CompactionOptions = field(default_factory=CompactionOptions)


class Database:
    """An open database. Raises StorageError or VersionMismatchError when it cannot be opened."""

    def __init__(self, options: DatabaseOptions) -> None:
        # Files are opened at any later time, when the process may be in another working directory.
        directory = None if options.directory is None else options.directory.absolute()
        self._store = Store(StoreOptions(directory, options.migrations, options.hash_algorithm))
        self._allow_reset = options.allow_reset
        self._columns_worth_saving = options.compaction.seal_rows
        self._folder = None if directory is None else SegmentFolder(directory)
        self._indexes = IndexCache(options.memory_limit_bytes, self._folder)
        self._placed: set[tuple[UUID, str, str]] = set()
        self._pauses = WritePauses()
        self._text_indexer = TextIndexer(self._store, self._pauses)
        self._compactor = Compactor(self._store, self._folder, self._indexes, options.compaction, self._pauses)
        with self._store.read() as connection:
            is_new = not catalog.has_defaults(connection)
            unindexed = segments.backlogs(connection, "METADATA")
            unsealed = segments.backlogs(connection, "VECTOR")
        if is_new:
            with self._store.write() as connection:
                catalog.create_defaults(connection)
        for collection, behind in unindexed:
            self._text_indexer.notice(collection, behind)
        for collection, behind in unsealed:
            self._compactor.notice(collection, behind)

    def close(self) -> None:
        """Stop background work and close the files; every later call raises InternalError."""
        self._text_indexer.close()
        self._compactor.close()
        self._store.close()
        self._indexes.clear()

    def heartbeat(self) -> int:
        """Return the time of this machine's clock in nanoseconds since the epoch; InternalError if closed."""
        self._store.check_open()
        return time.time_ns()

    def get_version(self) -> str:
        """Return the version of this package."""
        return __version__

    def get_max_batch_size(self) -> int:
        """Return the batch size that suits one call."""
        return SUGGESTED_BATCH_SIZE

    def get_user_identity(self) -> UserIdentity:
        """Return whom an embedded database takes its caller for: nobody in particular, who may use everything."""
        return UserIdentity(user_id="", tenant=DEFAULT_TENANT, databases=[DEFAULT_DATABASE])

    def reset(self) -> bool:
        """Delete everything and create the default tenant and database again; AuthorizationError if not allowed."""
        if not self._allow_reset:
            raise AuthorizationError("Reset is disabled by config")
        with self._store.write() as connection:
            catalog.clear(connection)
            for table in ("records", "embeddings_queue", "embedding_fulltext_search", "sealed_segments"):
                connection.execute(f"DELETE FROM {table}")
            catalog.create_defaults(connection)
        self._indexes.clear()
        self._collect_garbage()
        return True

    # Tenants and databases

    def create_tenant(self, name: str) -> None:
        """Add a tenant; raises InvalidArgumentError for a short name, AlreadyExistsError for a taken one."""
        check_tenant_name(name)
        with self._store.write() as connection:
            catalog.create_tenant(connection, name)

    def get_tenant(self, name: str) -> Tenant:
        """Return a tenant; raises NotFoundError."""
        with self._store.read() as connection:
            return catalog.get_tenant(connection, name)

    def create_database(self, name: str, tenant: str) -> None:
        """Add a database; raises InvalidArgumentError for a short name, AlreadyExistsError for a taken one."""
        check_database_name(name)
        with self._store.write() as connection:
            catalog.create_database(connection, name, tenant)

    def get_database(self, name: str, tenant: str) -> DatabaseInfo:
        """Return a database; raises NotFoundError, InvalidArgumentError for a short name."""
        check_database_name(name)
        with self._store.read() as connection:
            return catalog.get_database(connection, name, tenant)

    def list_databases(self, tenant: str, limit: int | None = None, offset: int | None = None) -> list[DatabaseInfo]:
        """Return a tenant's databases by name."""
        with self._store.read() as connection:
            return catalog.list_databases(connection, tenant, limit, offset)

    def delete_database(self, name: str, tenant: str) -> None:
        """Delete a database with all its collections; raises NotFoundError."""
        self._delete(lambda connection: catalog.delete_database(connection, name, tenant))

    # Collections

    def create_collection(
        self,
        name: str,
        tenant: str,
        database: str,
        metadata: Mapping[str, Any] | None = None,
        configuration: Mapping[str, Any] | None = None,
        schema: Mapping[str, Any] | None = None,
        get_or_create: bool = False,
        id_: UUID | None = None,
    ) -> tuple[CollectionInfo, bool]:
        """Add a collection, or find the one of that name as it is if ``get_or_create``; return also whether it is new.

        id_: of a new one; None: any. Raises InvalidArgumentError for a bad name, metadata, configuration or schema or
        an unknown database, and AlreadyExistsError for a taken name.
        """
        check_collection_name(name)
        checked = check_collection_metadata(metadata, "metadata")
        made = CollectionSchema.create(schema, configuration, checked)
        with self._store.write() as connection:
            if get_or_create:
                found = catalog.find_collection(connection, name, tenant, database)
                if found is not None:
                    return found, False
            return catalog.create_collection(connection, name, tenant, database, checked, made, id_=id_), True

    def get_collection(self, name: str, tenant: str, database: str) -> CollectionInfo:
        """Return the collection of a name; raises NotFoundError."""
        with self._store.read() as connection:
            found = catalog.find_collection(connection, name, tenant, database)
        if found is None:
            raise NotFoundError(f"Collection [{name}] does not exist")
        return found

    def get_collection_by_id(self, id_: UUID, tenant: str, database: str) -> CollectionInfo:
        """Return the collection of an id if it lies in this tenant and database; raises NotFoundError."""
        with self._store.read() as connection:
            found = catalog.find_collection_by_id(connection, id_, tenant, database)
        if found is None:
            raise NotFoundError(f"Collection [{id_}] does not exist")
        return found

    def has_collection(self, id_: UUID, tenant: str, database: str) -> bool:
        """Return whether the collection of an id lies in this tenant and database."""
        with self._store.read() as connection:
            return catalog.has_collection(connection, id_, tenant, database)

    def is_placed(self, id_: UUID, tenant: str, database: str) -> bool:
        """Return whether the collection of an id lies in this tenant and database, or did until it was deleted.

        For callers that use it right after, and hear then that it is gone. No collection ever moves, so one that was
        found is not looked for again.
        """
        place = (id_, tenant, database)
        if place in self._placed:
            return True
        if not self.has_collection(id_, tenant, database):
            return False
        if len(self._placed) >= _MOST_PLACED:
            self._placed.clear()
        self._placed.add(place)
        return True

    def list_collections(
        self, tenant: str, database: str, limit: int | None = None, offset: int | None = None
    ) -> list[CollectionInfo]:
        """Return the collections of a database by id."""
        with self._store.read() as connection:
            return catalog.list_collections(connection, tenant, database, limit, offset)

    def count_collections(self, tenant: str, database: str) -> int:
        """Return how many collections a database has."""
        with self._store.read() as connection:
            return catalog.count_collections(connection, tenant, database)

    def delete_collection(self, name: str, tenant: str, database: str) -> None:
        """Delete a collection with all its records; raises NotFoundError."""
        self._delete(lambda connection: [catalog.delete_collection(connection, name, tenant, database)])

    def delete_collection_by_id(self, id_: UUID) -> None:
        """Delete the collection of an id with all its records; raises NotFoundError."""
        self._delete(lambda connection: [catalog.delete_collection_by_id(connection, id_)])

    def _delete(self, from_catalog: Callable[[apsw.Connection], Sequence[int]]) -> None:
        """Delete collections with all that belongs to them. from_catalog: deletes them there, returns their numbers."""
        with self._store.write() as connection:
            numbers = from_catalog(connection)
            for number in numbers:
                _delete_contents(connection, number)
        self._indexes.drop(numbers)
        self._collect_garbage()

    def modify_collection(
        self,
        id_: UUID,
        new_name: str | None = None,
        new_metadata: Mapping[str, Any] | None = None,
        new_configuration: Mapping[str, Any] | None = None,
    ) -> None:
        """Rename a collection, replace its metadata (None values are dropped), change its configuration.

        Raises NotFoundError, InvalidArgumentError for a bad value, AlreadyExistsError for a taken name.
        """
        if new_name is not None:
            check_collection_name(new_name, "new_name")
        present = None
        if new_metadata is not None:
            present = {key: value for key, value in new_metadata.items() if value is not None}
            present = check_collection_metadata(present or None, "new_metadata")
        with self._store.write() as connection:
            state = catalog.get_state(connection, id_)
            if new_name is not None:
                catalog.rename_collection(connection, id_, new_name)
            if new_metadata is not None:
                catalog.replace_metadata(connection, id_, present)
            if new_configuration is not None:
                catalog.replace_schema(connection, id_, state.schema.updated(new_configuration))

    def fork_collection(
        self, id_: UUID, new_name: str, tenant: str, database: str, copy_id: UUID | None = None
    ) -> CollectionInfo:
        """Copy a collection with all its records under a new name in its database; copy_id: None: any.

        Raises NotFoundError, InvalidArgumentError for a bad name, AlreadyExistsError for a taken one.
        """
        check_collection_name(new_name, "new_name")
        with self._store.write() as connection:
            copy, records_copied = fork(connection, self._folder, id_, new_name, tenant, database, copy_id)
        self._text_indexer.notice(copy.id, records_copied)
        return copy

    # Records

    def count(self, collection: UUID, selection: Selection | None = None) -> int:
        """Return how many records are selected, None: all; raises NotFoundError, InvalidArgumentError for a filter."""
        if selection is not None:
            return self._read(collection, lambda view: reads.count(view, selection))
        with self._store.read() as connection:
            return catalog.get_state(connection, collection).record_count

    def facets(self, collection: UUID, key: str, selection: Selection) -> list[Facet]:
        """Return the values of a metadata key with their counts; raises as ``reads.facets``, NotFoundError."""
        return self._read(collection, lambda view: reads.facets(view, key, selection))

    def add(self, collection: UUID, batch: RecordBatch) -> None:
        """Add records; those whose id exists are left as they are. Raises as ``writes.write_batch``."""
        self._write(collection, Operation.ADD, batch)

    def update(self, collection: UUID, batch: RecordBatch) -> None:
        """Change records; ids that do not exist are passed over. Raises as ``writes.write_batch``."""
        self._write(collection, Operation.UPDATE, batch)

    def upsert(self, collection: UUID, batch: RecordBatch) -> None:
        """Change the records that exist and add the others. Raises as ``writes.write_batch``."""
        self._write(collection, Operation.UPSERT, batch)

    def delete(self, collection: UUID, selection: Selection) -> int:
        """Delete the selected records and return how many there were; of ids alone, how many ids were given."""

        def attempt() -> tuple[int, Change | None, CollectionState, CollectionIndex]:
            with self._store.write() as connection:
                state, index = self._state_and_index(connection, collection)
                numbers = reads.select(CollectionView(connection, state, index), selection)
                _, change = writes.delete(connection, state, np.sort(numbers))
                return len(numbers), change, state, index

        self._pauses.notice()
        deleted, change, state, index = self._until_current(collection, attempt)
        self._pauses.notice()
        if change is not None:
            index.apply(change, state.generation)
            self._compactor.notice(collection, deleted)
            self._text_indexer.notice(collection, deleted)
        if selection.ids is not None and selection.condition is None:
            return len(selection.ids)
        return deleted

    def get(self, collection: UUID, selection: Selection, columns: Columns) -> Records:
        """Return the selected records in the selection's order.

        Raises NotFoundError, InvalidArgumentError for a filter.
        """
        return self._read(collection, lambda view: reads.get(view, selection, columns))

    def query(
        self, collection: UUID, queries: Matrix, n_results: int, selection: Selection, columns: Columns
    ) -> list[Hits]:
        """Return for each query vector the nearest of the selected records; raises as ``reads.query``."""
        return self._read(collection, lambda view: reads.query(view, queries, n_results, selection, columns, Trace()))

    def search(self, collection: UUID, requests: Sequence[SearchRequest]) -> list[SearchHits]:
        """Return the answer to each search, all of them of one moment.

        Raises NotFoundError, InvalidArgumentError for a filter or a neighbourhood that the collection cannot answer.
        """
        # Many classes, for which a program that only queries should not wait.
        from chromadb.engine import searching

        return self._read(collection, lambda view: searching.search(view, requests, Trace()))

    def explain(
        self, collection: UUID, queries: Matrix, n_results: int, selection: Selection, columns: Columns
    ) -> Explanation:
        """Answer a query and return how; raises as ``reads.query``."""

        def explained(view: CollectionView) -> Explanation:
            trace = Trace()
            reads.query(view, queries, n_results, selection, columns, trace)
            return trace.explanation()

        return self._read(collection, explained)

    def compact(self) -> None:
        """Seal the log of every collection into segments, trim it and return free space now; else it is done behind
        the writes. Raises StorageError when another process has been at it for half a minute.
        """
        self._compactor.compact()

    def check(self) -> CheckReport:
        """Verify everything that is stored and return what is wrong; changes nothing."""
        return check(self._store, self._folder)

    def unload(self, collection: UUID) -> None:
        """Give back the memory that a collection's index takes in this process; its next use loads it again."""
        with self._store.read() as connection:
            state = catalog.get_state(connection, collection)
        self._indexes.drop([state.number])

    def _write(self, collection: UUID, operation: Operation, batch: RecordBatch) -> None:
        self._compactor.make_room(collection)
        self._pauses.notice()
        with self._store.write() as connection:
            state, index = self._state_and_index(connection, collection)
            _, changes = writes.write_batch(connection, state, operation, batch)
        self._pauses.notice()
        for change in changes:
            index.apply(change, state.generation)
        self._indexes.shrink()
        self._compactor.notice(collection, len(batch.ids))
        if batch.documents is not None:
            self._text_indexer.notice(collection, len(batch.ids))

    def _read(self, collection: UUID, use: Callable[[CollectionView], _Result]) -> _Result:
        def attempt() -> _Result:
            with self._store.read() as connection:
                view = CollectionView(connection, *self._state_and_index(connection, collection))
                result = use(view)
            if view.index.current.table.take_unsaved_columns(self._columns_worth_saving):
                self._compactor.notice_columns(collection)
            return result

        result = self._until_current(collection, attempt)
        self._indexes.shrink()
        return result

    def _until_current(self, collection: UUID, attempt: Callable[[], _Result]) -> _Result:
        """Repeat an attempt whose transaction began before a change that the index has already followed.

        Also, once, one that came upon damage in a segment: the index then looks for copies of what is damaged.
        """
        distrusted = False
        while True:
            try:
                return attempt()
            except SnapshotOutdatedError:
                continue
            except DamagedSegmentError:
                if distrusted:
                    raise
                distrusted = True
                with self._store.read() as connection:
                    self._state_and_index(connection, collection)[1].distrust()

    def _collect_garbage(self) -> None:
        """Remove the segments of what was deleted; a compaction that is in progress or comes later does it as well."""
        if self._folder is not None:
            with suppress(StorageError), self._folder.lock(0) as locked:
                if locked:
                    reclaiming.collect_garbage(self._store, self._folder)

    def _state_and_index(
        self, connection: apsw.Connection, collection: UUID
    ) -> tuple[CollectionState, CollectionIndex]:
        state = catalog.get_state(connection, collection)
        return state, self._indexes.get(state.number)


def _delete_contents(connection: apsw.Connection, number: int) -> None:
    segments.delete_collection(connection, number)
    records.delete_collection(connection, number)
    log.delete_collection(connection, number)
    text.delete_collection(connection, number)
