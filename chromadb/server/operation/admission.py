"""Whether a request is taken: the limits of tenants and the scorecard.

A request counts for the tenant that its caller is bound to, otherwise for the one that its path names, and not at all
when it turns out that the caller may not do it: nobody uses up what is a tenant's that they may not enter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from chromadb.model.identity import UserIdentity
from chromadb.server.operation.counts import Counts
from chromadb.server.operation.limits import LimitedError, Limiter, LimitOptions
from chromadb.server.operation.scorecard import Scorecard, ScorecardRule, tags_of
from chromadb.server.request import Request
from chromadb.server.responses import HttpError

_TOO_MANY = "Too many requests; backoff and try again"


class Ticket(Struct, frozen=True):
    """A request that was taken: the tenant and the rules of the scorecard that it counts for."""

    tenant: str
    rules: Sequence[int]


class Admission:
    """Takes requests, or refuses them with 429. Belongs to one thread."""

    def __init__(self, limits: LimitOptions, rules: Sequence[ScorecardRule], counts: Counts | None) -> None:
        self._limiter = Limiter(limits)
        self._scorecard = Scorecard(rules)
        self._counts = counts

    def max_payload_size_bytes(self, request: Request, identity: UserIdentity | None) -> int | None:
        """Return how large the body of a request may be; None: the server's own limit holds."""
        return self._limiter.max_payload_size_bytes(_tenant(request, _bound_tenant(identity)))

    def begin(self, request: Request, identity: UserIdentity | None) -> Ticket:
        """Return what is to be handed to ``end``; raises HttpError 429."""
        bound = _bound_tenant(identity)
        rules = self._scorecard.begin(tags_of(request, bound))
        if rules is None:
            raise self._refusal("scorecard", 1.0)
        tenant = _tenant(request, bound)
        try:
            self._limiter.begin(tenant)
        except LimitedError as error:
            self._scorecard.end(rules)
            raise self._refusal(error.limit, error.retry_seconds) from None
        return Ticket(tenant, rules)

    def end(self, ticket: Ticket, *, is_refunded: bool) -> None:
        """Note that a request has been answered. is_refunded: the caller was not allowed it, so it does not count."""
        self._scorecard.end(ticket.rules)
        self._limiter.end(ticket.tenant, is_refunded=is_refunded)

    def _refusal(self, limit: str, retry_seconds: float) -> HttpError:
        if self._counts is not None:
            self._counts.refused(limit)
        seconds = max(1, math.ceil(retry_seconds))
        return HttpError(429, "ChromaError", _TOO_MANY, ((b"retry-after", b"%d" % seconds),))


def _bound_tenant(identity: UserIdentity | None) -> str | None:
    return None if identity is None or identity.tenant in (None, "*") else identity.tenant


def _tenant(request: Request, bound: str | None) -> str:
    parameters = request.parameters
    return bound or parameters.get("tenant") or parameters.get("crn", "").partition(":")[0]
