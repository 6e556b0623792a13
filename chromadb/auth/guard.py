"""What a server asks before it serves a call: who is calling, and may they do this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from chromadb.model.identity import UserIdentity


@dataclass(frozen=True, slots=True)
class Resource:
    """What a call is about. collection: its name, or its id as text; None: the call names none."""

    tenant: str | None = None
    database: str | None = None
    collection: str | None = None


class Guard(Protocol):
    """Authenticates callers and authorises their calls; used by several threads at once."""

    def authenticate(self, headers: Mapping[str, str]) -> UserIdentity:
        """Return who is calling, from headers with lower-case names; raises the documented errors."""
        ...

    def authorize(self, identity: UserIdentity, action: str, resource: Resource) -> None:
        """Return when the caller may do this; raises the documented errors."""
        ...

    def collection_created(self, identity: UserIdentity, resource: Resource) -> None:
        """Take note of a new collection."""
        ...

    def collection_deleted(self, identity: UserIdentity, resource: Resource) -> None:
        """Take note that a collection is gone."""
        ...
