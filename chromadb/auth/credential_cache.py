"""Remembering credentials that were found right, so that a slow check runs once and not with every request."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable


class CredentialCache:
    """Keeps digests of right credentials under a key of its own, never the credentials; used by several threads.

    capacity: how many are kept. seconds: for how long each is.
    """

    def __init__(self, capacity: int = 1024, seconds: float = 300.0, clock: Callable[[], float] = time.monotonic):
        self._capacity = capacity
        self._seconds = seconds
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._expiries: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def _digest(self, credentials: str) -> bytes:
        return hmac.new(self._key, credentials.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()

    def holds(self, credentials: str) -> bool:
        """Return whether these were found right and have not expired."""
        digest = self._digest(credentials)
        with self._lock:
            return self._expiries.get(digest, float("-inf")) > self._clock()

    def add(self, credentials: str) -> None:
        """Keep these; the oldest go when there are too many."""
        digest = self._digest(credentials)
        with self._lock:
            self._expiries[digest] = self._clock() + self._seconds
            self._expiries.move_to_end(digest)
            while len(self._expiries) > self._capacity:
                self._expiries.popitem(last=False)
