"""The database as a whole: its clock, version, whom it takes the caller for, its upkeep."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from chromadb.client.operations.operation import Call, Operation, reading
from chromadb.model import wire
from chromadb.model.check_report import CheckReport
from chromadb.model.identity import UserIdentity

if TYPE_CHECKING:
    from chromadb.engine.database import Database


class Heartbeat(Operation[int], frozen=True):
    """Tell the time in nanoseconds since the epoch."""

    def on_database(self, database: Database) -> int:
        return database.heartbeat()

    def on_server(self) -> Call[int]:
        return Call("GET", (), reading(wire.Heartbeat, lambda answer: answer.nanosecond_heartbeat))


class GetVersion(Operation[str], frozen=True):
    """Tell the version of the package, or of a server's interface."""

    def on_database(self, database: Database) -> str:
        return database.get_version()

    def on_server(self) -> Call[str]:
        return Call("GET", ("version",), reading(str, str))


class CheckPreFlight(Operation[wire.PreFlight], frozen=True):
    """Tell how much one call takes, and in which form."""

    def on_database(self, database: Database) -> wire.PreFlight:
        return wire.PreFlight(database.get_max_batch_size(), supports_base64_encoding=True)

    def on_server(self) -> Call[wire.PreFlight]:
        return Call("GET", ("pre-flight-checks",), reading(wire.PreFlight, lambda answer: answer))


class Identify(Operation[UserIdentity], frozen=True):
    """Tell whom the database takes the caller for."""

    def on_database(self, database: Database) -> UserIdentity:
        return database.get_user_identity()

    def on_server(self) -> Call[UserIdentity]:
        return Call("GET", ("auth", "identity"), reading(wire.Identity, _identity))


def _identity(answer: wire.Identity) -> UserIdentity:
    return UserIdentity(answer.user_id, answer.tenant, answer.databases)


class Reset(Operation[bool], frozen=True):
    """Delete everything."""

    def on_database(self, database: Database) -> bool:
        return database.reset()

    def on_server(self) -> Call[bool]:
        return Call("POST", ("reset",), reading(bool, bool))


class Compact(Operation[None], frozen=True):
    """Seal what was written into segments and return free disk space."""

    def on_database(self, database: Database) -> None:
        database.compact()

    def on_server(self) -> Call[None]:
        _only_beside_the_files("compact")


class Check(Operation[CheckReport], frozen=True):
    """Verify everything that is stored."""

    def on_database(self, database: Database) -> CheckReport:
        return database.check()

    def on_server(self) -> Call[CheckReport]:
        _only_beside_the_files("check")


def _only_beside_the_files(name: str) -> NoReturn:
    raise NotImplementedError(
        f"{name}() works on the files of a database and has no call over HTTP: run it on the server's machine with "
        "chromadb.PersistentClient(path=...), which may open the directory while the server runs"
    )
