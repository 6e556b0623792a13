"""How the database as a whole is asked over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from chromadb.client.http.call import Call, reading
from chromadb.client.operations.operation import Operation
from chromadb.client.operations.system import (
    Check,
    CheckPreFlight,
    Compact,
    GetVersion,
    Heartbeat,
    Identify,
    Reset,
)
from chromadb.model import wire
from chromadb.model.check_report import CheckReport
from chromadb.model.identity import UserIdentity
from chromadb.model.pre_flight import PreFlight


def _heartbeat(operation: Heartbeat) -> Call[int]:
    return Call("GET", (), reading(wire.Heartbeat, lambda answer: answer.nanosecond_heartbeat))


def _get_version(operation: GetVersion) -> Call[str]:
    return Call("GET", ("version",), reading(str, str))


def _check_pre_flight(operation: CheckPreFlight) -> Call[PreFlight]:
    return Call("GET", ("pre-flight-checks",), reading(PreFlight, lambda answer: answer))


def _identify(operation: Identify) -> Call[UserIdentity]:
    return Call("GET", ("auth", "identity"), reading(wire.Identity, _identity))


def _reset(operation: Reset) -> Call[bool]:
    return Call("POST", ("reset",), reading(bool, bool))


def _compact(operation: Compact) -> Call[None]:
    _only_beside_the_files("compact")


def _check(operation: Check) -> Call[CheckReport]:
    _only_beside_the_files("check")


def _identity(answer: wire.Identity) -> UserIdentity:
    return UserIdentity(answer.user_id, answer.tenant, answer.databases)


def _only_beside_the_files(name: str) -> NoReturn:
    raise NotImplementedError(
        f"{name}() works on the files of a database and has no call over HTTP: run it on the server's machine with "
        "chromadb.PersistentClient(path=...), which may open the directory while the server runs"
    )


CALLS: Mapping[type[Operation[Any]], Callable[[Any], Call[Any]]] = {
    Heartbeat: _heartbeat,
    GetVersion: _get_version,
    CheckPreFlight: _check_pre_flight,
    Identify: _identify,
    Reset: _reset,
    Compact: _compact,
    Check: _check,
}
"""What makes the call of each operation."""
