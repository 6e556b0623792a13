"""Limits of tenants: how often, how many at a time, how large. Each process of a server counts for itself."""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace

_MOST_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class TenantLimits:
    """What one tenant may do; None: no limit.

    requests_per_second: on average. burst: requests that may come at once after a pause, by default those of a second.
    concurrent_requests: answered at a time. max_payload_size_bytes: of a body.
    """

    requests_per_second: float | None = None
    burst: int | None = None
    concurrent_requests: int | None = None
    max_payload_size_bytes: int | None = None

    def over(self, general: TenantLimits) -> TenantLimits:
        """Return these limits, with those of ``general`` where these say nothing."""
        own = {part.name: getattr(self, part.name) for part in fields(self)}
        return replace(general, **{name: value for name, value in own.items() if value is not None})


@dataclass(frozen=True, slots=True)
class LimitOptions:
    """The limits of every tenant, and those of some that are their own."""

    general: TenantLimits = TenantLimits()
    tenants: Mapping[str, TenantLimits] = field(default_factory=dict)


@dataclass(slots=True)
class _Bucket:
    """Tokens that requests take and time brings."""

    tokens: float
    filled: float


class LimitedError(Exception):
    """A request beyond a limit. limit: which one. retry_seconds: when another may be taken."""

    def __init__(self, limit: str, retry_seconds: float) -> None:
        super().__init__(limit)
        self.limit = limit
        self.retry_seconds = retry_seconds


class Limiter:
    """Takes the requests of tenants until their limits are met. Belongs to one thread."""

    def __init__(self, options: LimitOptions, clock: Callable[[], float] = time.monotonic) -> None:
        self._general = options.general
        self._own = {name: own.over(options.general) for name, own in options.tenants.items()}
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._running: Counter[str] = Counter()

    def max_payload_size_bytes(self, tenant: str) -> int | None:
        """Return how large a body may be; None: the server's own limit holds."""
        return self._limits(tenant).max_payload_size_bytes

    def begin(self, tenant: str) -> None:
        """Take a request, to be ended by ``end``; raises LimitedError."""
        limits = self._limits(tenant)
        most = limits.concurrent_requests
        if most is not None and self._running[tenant] >= most:
            raise LimitedError("concurrency", 1.0)
        if limits.requests_per_second is not None:
            self._take_token(tenant, limits.requests_per_second, limits.burst)
        self._running[tenant] += 1

    def end(self, tenant: str, *, is_refunded: bool) -> None:
        """Note that a request that was taken has been answered. is_refunded: it does not count after all."""
        self._running[tenant] -= 1
        if not self._running[tenant]:
            del self._running[tenant]
        bucket = self._buckets.get(tenant)
        if is_refunded and bucket is not None:
            bucket.tokens += 1

    def _limits(self, tenant: str) -> TenantLimits:
        return self._own.get(tenant, self._general)

    def _take_token(self, tenant: str, rate: float, burst: int | None) -> None:
        now, most = self._clock(), float(burst or max(1, math.ceil(rate)))
        bucket = self._buckets.setdefault(tenant, _Bucket(most, now))
        self._buckets.move_to_end(tenant)
        if len(self._buckets) > _MOST_BUCKETS:
            # Names that do not exist must not fill the memory; who was quiet for longest has a full bucket again.
            self._buckets.popitem(last=False)
        bucket.tokens = min(most, bucket.tokens + (now - bucket.filled) * rate)
        bucket.filled = now
        if bucket.tokens < 1:
            raise LimitedError("rate", (1 - bucket.tokens) / rate)
        bucket.tokens -= 1
