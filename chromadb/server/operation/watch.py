"""Everything that follows requests without having a say: metrics, traces, the log of accesses."""

from __future__ import annotations

import logging
import time

from chromadb.server.operation.counts import Counts
from chromadb.server.operation.logs import details
from chromadb.server.operation.tracing import RequestTracing
from chromadb.server.request import Request

logger = logging.getLogger("chromadb.access")

NO_ROUTE = "other"
"""The operation of requests that no route answers."""


class Watch:
    """Is told when a request begins and ends. Belongs to one thread."""

    def __init__(self, counts: Counts | None, tracing: RequestTracing | None, logs_accesses: bool) -> None:
        self._counts = counts
        self._tracing = tracing
        self._logs_accesses = logs_accesses

    def begin(self, request: Request) -> float:
        """Return what is to be handed to ``end``."""
        if self._tracing is not None:
            self._tracing.begin(request)
        if self._counts is not None:
            self._counts.began()
        return time.perf_counter()

    def end(self, request: Request, began: float, status: int, sent: int) -> None:
        """Note the answer to a request, or status 0 if its client went away before. sent: bytes of its body."""
        seconds = time.perf_counter() - began
        if self._counts is not None:
            self._counts.ended(request.operation or NO_ROUTE, status, seconds, request.body_bytes, sent)
        if request.span is not None:
            request.span.end(request, status)
        if self._logs_accesses:
            fields = {
                "method": request.method, "path": request.path, "status": status, "seconds": round(seconds, 6),
                "operation": request.operation or None, "tenant": request.parameters.get("tenant"),
                "user": request.user or None, "received": request.body_bytes, "sent": sent,
            }  # fmt: skip
            logger.info("answered", extra=details(request, **fields))

    def close(self) -> None:
        """Send and let go of what is held."""
        if self._tracing is not None:
            self._tracing.close()
        if self._counts is not None:
            self._counts.close()
