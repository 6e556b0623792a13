"""How much a database takes in one call, and in which form."""

from __future__ import annotations

from msgspec import Struct


class PreFlight(Struct):
    """What a client asks before its first call."""

    max_batch_size: int
    supports_base64_encoding: bool = False
