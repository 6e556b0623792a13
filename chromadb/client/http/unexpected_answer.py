"""The error of what answers in place of a Chroma server."""

from __future__ import annotations

from chromadb.model.errors import ChromaError


class UnexpectedAnswerError(ChromaError):
    """An answer that no Chroma server gives: that of a proxy, or of another program at the address."""

    def code(self) -> int:
        return 500


# The path that callers import errors from, and that tracebacks should therefore show.
UnexpectedAnswerError.__module__ = "chromadb.errors"
