"""Names of tenants, databases and collections: what is accepted, and the sentence for what is not."""

from __future__ import annotations

import ipaddress
import json
import re
from uuid import UUID

from chromadb.model.errors import InvalidArgumentError

DEFAULT_TENANT = "default_tenant"
DEFAULT_DATABASE = "default_database"
DEFAULT_DATABASE_ID = UUID(int=0)

_NAME = r"(?a)[a-zA-Z0-9][a-zA-Z0-9._-]{1,510}[a-zA-Z0-9]"


def check_collection_name(name: str, field: str = "name") -> None:
    """Raise InvalidArgumentError unless the name may be given to a collection.

    Accepted: 3-512 characters of ``[a-zA-Z0-9._-]``, first and last alphanumeric, no two consecutive periods, not an
    IPv4 address; one ``+`` may join two such names. field: the argument that the message names.
    """
    complaint = _complaint_about(name)
    if complaint is not None:
        raise InvalidArgumentError(f"Validation error: {field}: {complaint}")


def check_name(name: str) -> None:
    """Raise InvalidArgumentError, naming no argument, unless ``check_collection_name`` takes the name."""
    complaint = _complaint_about(name)
    if complaint is not None:
        raise InvalidArgumentError(complaint)


def _complaint_about(name: str) -> str | None:
    halves = name.split("+")
    if len(halves) > 2:
        return "Expected a name to contain at most one topology:  Got two `+` characters."
    for half in halves:
        if not re.fullmatch(_NAME, half):
            return (
                "Expected a name containing 3-512 characters from [a-zA-Z0-9._-], starting and ending with a "
                f"character in [a-zA-Z0-9]. Got: {half}"
            )
        if ".." in half:
            return f"Expected a name that does not contains two consecutive periods (..). Got {half}"
        if _is_ipv4(half):
            return f"Expected a name that is not a valid ip address. Got {half}"
    if len(name) > 512:
        return f"Expected a name containing 3-512 characters. Got: {len(name)}"
    return None


def _is_ipv4(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def check_tenant_name(name: str) -> None:
    """Raise InvalidArgumentError unless the tenant's name has at least 3 characters."""
    if len(name) < 3:
        shown = json.dumps(name, ensure_ascii=False)
        raise InvalidArgumentError(
            f'Validation error: name: Validation error: length [{{"min": Number(3), "value": String({shown})}}]'
        )


def check_database_name(name: str) -> None:
    """Raise InvalidArgumentError unless the database's name has at least 3 characters."""
    if len(name) < 3:
        raise InvalidArgumentError("database name must be at least 3 characters")
