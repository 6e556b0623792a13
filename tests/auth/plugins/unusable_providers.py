"""Another package's classes that cannot serve."""

from __future__ import annotations

from chromadb.auth import ServerAuthenticationProvider, UserIdentity
from chromadb.config import System


class NoProvider:
    """Derives from nothing."""


class Unfinished(ServerAuthenticationProvider):
    """Lacks the one method."""


class _Finished(ServerAuthenticationProvider):
    def authenticate_or_raise(self, headers: dict[str, str]) -> UserIdentity:
        """Know everybody."""
        return UserIdentity("anybody")


class Refusing(_Finished):
    """Says what it lacks."""

    def __init__(self, system: System) -> None:
        raise ValueError("it needs a file of users")


class Raising(_Finished):
    """Fails with something secret."""

    def __init__(self, system: System) -> None:
        raise RuntimeError("s3cret")


class NotStarting(_Finished):
    """Cannot be started."""

    def start(self) -> None:
        """Fail."""
        raise ConnectionError("no directory of users at 127.0.0.1")
