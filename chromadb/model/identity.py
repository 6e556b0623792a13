"""Who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class UserIdentity:
    """Whom the database takes the caller for, and what of it the caller may use."""

    user_id: str
    tenant: str | None = None
    databases: list[str] | None = None
    attributes: dict[str, Any] | None = None
