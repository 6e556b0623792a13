"""Limits hold for each tenant on its own."""

from __future__ import annotations

import pytest

from chromadb.server.operation.limits import LimitedError, Limiter, LimitOptions, TenantLimits


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def taken(limiter: Limiter, tenant: str, times: int) -> int:
    """Return how many of some requests are taken, one after the other."""
    count = 0
    for _ in range(times):
        try:
            limiter.begin(tenant)
        except LimitedError:
            continue
        limiter.end(tenant, is_refunded=False)
        count += 1
    return count


def test_rate() -> None:
    clock = Clock()
    limiter = Limiter(LimitOptions(TenantLimits(requests_per_second=2.0, burst=3)), clock)
    assert taken(limiter, "a", 5) == 3
    with pytest.raises(LimitedError) as caught:
        limiter.begin("a")
    assert (caught.value.limit, caught.value.retry_seconds) == ("rate", 0.5)
    assert taken(limiter, "b", 5) == 3
    clock.now += 1.0
    assert taken(limiter, "a", 5) == 2
    clock.now += 1000.0
    assert taken(limiter, "a", 5) == 3


def test_a_rate_below_one_lets_one_through() -> None:
    clock = Clock()
    limiter = Limiter(LimitOptions(TenantLimits(requests_per_second=0.1)), clock)
    assert taken(limiter, "a", 3) == 1
    clock.now += 9.9
    assert taken(limiter, "a", 3) == 0
    clock.now += 0.2
    assert taken(limiter, "a", 3) == 1


def test_concurrency() -> None:
    limiter = Limiter(LimitOptions(TenantLimits(concurrent_requests=2)))
    limiter.begin("a")
    limiter.begin("a")
    limiter.begin("b")
    with pytest.raises(LimitedError) as caught:
        limiter.begin("a")
    assert caught.value.limit == "concurrency"
    limiter.end("a", is_refunded=False)
    limiter.begin("a")


def test_a_tenant_of_its_own() -> None:
    general = TenantLimits(requests_per_second=1.0, max_payload_size_bytes=100)
    limiter = Limiter(LimitOptions(general, {"big": TenantLimits(requests_per_second=5.0)}), Clock())
    assert (taken(limiter, "small", 9), taken(limiter, "big", 9)) == (1, 5)
    assert (limiter.max_payload_size_bytes("small"), limiter.max_payload_size_bytes("big")) == (100, 100)


def test_what_is_given_back_may_be_taken_again() -> None:
    limiter = Limiter(LimitOptions(TenantLimits(requests_per_second=1.0)), Clock())
    for _ in range(3):
        limiter.begin("a")
        limiter.end("a", is_refunded=True)
    assert taken(limiter, "a", 3) == 1
