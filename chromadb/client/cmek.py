"""Customer-managed encryption keys: named in a schema, used by servers that encrypt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

_GCP_PATTERN = re.compile(r"^projects/.+/locations/.+/keyRings/.+/cryptoKeys/.+$")


class CmekProvider(str, Enum):
    """Who keeps the key."""

    GCP = "gcp"


@dataclass
class Cmek:
    """A customer-managed encryption key.

    provider: who keeps the key. resource: its name there,
    ``projects/<project>/locations/<place>/keyRings/<ring>/cryptoKeys/<key>`` for Google Cloud.
    """

    provider: CmekProvider
    resource: str

    @classmethod
    def gcp(cls, resource: str) -> Cmek:
        """Return a key of Google Cloud."""
        return cls(CmekProvider.GCP, resource)

    def validate_pattern(self) -> bool:
        """Return whether the resource looks like a key of its provider; nothing is looked up."""
        return _GCP_PATTERN.match(self.resource) is not None

    def to_dict(self) -> dict[str, Any]:
        """Return ``{provider: resource}``."""
        return {CmekProvider(self.provider).value: self.resource}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Cmek:
        """Read ``{provider: resource}``; raises ValueError for another provider or no text."""
        if CmekProvider.GCP.value not in data:
            raise ValueError(f"Unsupported or missing CMEK provider in data: {data}")
        resource = data[CmekProvider.GCP.value]
        if not isinstance(resource, str):
            raise ValueError(f"CMEK gcp resource must be a string, got: {type(resource)}")
        return cls.gcp(resource)
