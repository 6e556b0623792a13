"""A script of everything that writes, run on a ``Disk`` step by step; what a step must leave when it fails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import chromadb
from chromadb.api import ClientAPI
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.errors import StorageError

from . import history
from .disk import Disk
from .file_faults import files_on
from .small_steps import ASKED, compacting
from .sqlite_faults import sqlite_on

SEED = 4
"""One whose first calls are of every kind."""

CALLS = 12
_COMPACTED_AFTER = (4, 8, 12)
_REOPENED_AFTER = 6
_FORKED_AFTER = 9
_DELETED_AFTER = 11


class Workload:
    """The script in progress. acknowledged: how many calls of ``history`` have returned."""

    def __init__(self, directory: Path) -> None:
        self.disk = Disk(directory)
        self.acknowledged = 0
        self.failures: list[StorageError] = []
        self._client: ClientAPI | None = None
        self._hooks = ExitStack()

    def __enter__(self) -> Workload:
        SharedSystemClient.clear_system_cache()
        self._hooks.enter_context(compacting(ASKED))
        self._hooks.enter_context(sqlite_on(self.disk))
        self._hooks.enter_context(files_on(self.disk))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()
        SharedSystemClient.clear_system_cache()
        self._hooks.close()
        self.disk.close()

    def run(self) -> None:
        """Run the script to its end, every step again that failed."""
        self._step(self._open)
        self._step(self._create)
        for call in range(CALLS):
            self._step(self._call)
            self.acknowledged += 1
            if call + 1 in _COMPACTED_AFTER:
                self._step(self._compact)
                history.check_answers(self.client, self.records)
            if call + 1 == _REOPENED_AFTER:
                self._close()
                self._step(self._open)
            if call + 1 == _FORKED_AFTER:
                self._step(self._fork)
            if call + 1 == _DELETED_AFTER:
                self._step(self._delete)
        history.check_order(self.client)
        self._close()
        self.disk.fault = None

    @property
    def records(self) -> history.Records:
        """What the collection should hold now."""
        return history.records_after(SEED, self.acknowledged)

    @property
    def client(self) -> ClientAPI:
        """The open client."""
        assert self._client is not None
        return self._client

    def _step(self, action: Callable[[], None]) -> None:
        """Do something; where it fails, see that nothing has changed, and that it works when the disk does."""
        if self._fails(action) and self._fails(action):
            # A disk without room fails again, until there is some.
            assert self.disk.fault is not None
            assert self.disk.fault.full
            self.disk.fault = None
            action()

    def _fails(self, action: Callable[[], None]) -> bool:
        failure = None
        try:
            action()
        except StorageError as error:
            failure = error
        if failure is None:
            return False
        self.failures.append(failure)
        assert str(self.disk.root) in str(failure)
        assert "nothing was changed" in str(failure) or action == self._compact
        if self._client is not None:
            assert history.stored(self._client) == self.records
        return True

    def _open(self) -> None:
        self._client = chromadb.PersistentClient(self.disk.root)

    def _close(self) -> None:
        self.client.close()
        self._client = None

    def _create(self) -> None:
        self.client.get_or_create_collection(history.NAME, embedding_function=None)

    def _call(self) -> None:
        method, arguments = history.call_after(SEED, self.acknowledged)
        getattr(self.client.get_collection(history.NAME), method)(**arguments)

    def _fork(self) -> None:
        self.client.get_collection(history.NAME).fork("copy")
        assert self.client.get_collection("copy").count() == len(self.records)

    def _delete(self) -> None:
        self.client.delete_collection("copy")

    def _compact(self) -> None:
        self.client.compact()
