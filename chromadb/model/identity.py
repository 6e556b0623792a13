"""Who is calling, and where it may work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chromadb.model.errors import ChromaAuthError
from chromadb.model.names import DEFAULT_DATABASE, DEFAULT_TENANT


@dataclass
class UserIdentity:
    """Whom the database takes the caller for, and what of it the caller may use."""

    user_id: str
    tenant: str | None = None
    databases: list[str] | None = None
    attributes: dict[str, Any] | None = None


def maybe_set_tenant_and_database(
    user_identity: UserIdentity,
    overwrite_singleton_tenant_database_access_from_auth: bool,
    user_provided_tenant: str | None = None,
    user_provided_database: str | None = None,
) -> tuple[str | None, str | None]:
    """Return the tenant and database to use: the given ones, or the only ones that the identity may use.

    Raises ChromaAuthError for given ones that are neither the default nor the identity's.
    """
    if not overwrite_singleton_tenant_database_access_from_auth:
        return user_provided_tenant, user_provided_database
    databases = user_identity.databases or []
    return (
        _chosen("Tenant", user_provided_tenant, user_identity.tenant, DEFAULT_TENANT),
        _chosen("Database", user_provided_database, databases[0] if len(databases) == 1 else None, DEFAULT_DATABASE),
    )


def _chosen(kind: str, given: str | None, bound: str | None, default: str) -> str | None:
    if not bound or bound == "*":
        return given
    if given and given not in (default, bound):
        raise ChromaAuthError(
            f"{kind} {given} does not match {bound} from the server. Are you sure the {kind.lower()} is correct?"
        )
    return bound
