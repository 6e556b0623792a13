"""The database as a whole: its clock, version, whom it takes the caller for, its upkeep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chromadb.client.operations.operation import Operation
from chromadb.model.check_report import CheckReport
from chromadb.model.identity import UserIdentity
from chromadb.model.pre_flight import PreFlight

if TYPE_CHECKING:
    from chromadb.engine.database import Database


class Heartbeat(Operation[int], frozen=True):
    """Tell the time in nanoseconds since the epoch."""

    def on_database(self, database: Database) -> int:
        return database.heartbeat()


class GetVersion(Operation[str], frozen=True):
    """Tell the version of the package, or of a server's interface."""

    def on_database(self, database: Database) -> str:
        return database.get_version()


class CheckPreFlight(Operation[PreFlight], frozen=True):
    """Tell how much one call takes, and in which form."""

    def on_database(self, database: Database) -> PreFlight:
        return PreFlight(database.get_max_batch_size(), supports_base64_encoding=True)


class Identify(Operation[UserIdentity], frozen=True):
    """Tell whom the database takes the caller for."""

    def on_database(self, database: Database) -> UserIdentity:
        return database.get_user_identity()


class Reset(Operation[bool], frozen=True):
    """Delete everything."""

    def on_database(self, database: Database) -> bool:
        return database.reset()


class Compact(Operation[None], frozen=True):
    """Seal what was written into segments and return free disk space."""

    def on_database(self, database: Database) -> None:
        database.compact()


class Check(Operation[CheckReport], frozen=True):
    """Verify everything that is stored."""

    def on_database(self, database: Database) -> CheckReport:
        return database.check()
