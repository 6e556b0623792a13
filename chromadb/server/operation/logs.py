"""The log: lines for people, or JSON for programs; every line of a request carries its id."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from chromadb.server.request import Request

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

_FIELDS = "fields"
_request: ContextVar[Request | None] = ContextVar("request", default=None)


@contextmanager
def lines_of(request: Request) -> Iterator[None]:
    """Mark what this thread logs in a block as about a request."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def details(request: Request, **fields: Any) -> dict[str, Any]:
    """Return the ``extra`` of a line that is about a request and has fields of its own."""
    return {_FIELDS: {**_ids(request), **fields}}


def _ids(request: Request) -> dict[str, Any]:
    return {"request_id": request.id, "trace_id": request.trace_id}


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    given: dict[str, Any] | None = getattr(record, _FIELDS, None)
    if given is not None:
        return given
    request = _request.get()
    return {} if request is None else _ids(request)


class LineFormatter(logging.Formatter):
    """One line for people; fields follow the message as ``name=value``.

    What an exception adds is indented: no text of a request that it quotes passes for a line of the log.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line and what an exception adds."""
        first, *more = super().format(record).splitlines()
        return "\n    ".join([first, *more])

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        """Return the line without what an exception adds."""
        shown = "".join(f" {name}={_plain(value)}" for name, value in _fields_of(record).items() if value is not None)
        return super().formatMessage(record) + shown


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, fields, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as text."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="microseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in _fields_of(record).items() if value is not None},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def _plain(value: Any) -> str:
    text = f"{value:.6f}" if isinstance(value, float) else str(value)
    return text if text.isprintable() and " " not in text else repr(text)


def log_settings(log_format: LogFormat, level: LogLevel, path: Path | None) -> dict[str, Any]:
    """Return how logging is set up: to a file, or to the standard output without one."""
    formatter = JsonFormatter if log_format == "json" else LineFormatter
    handler: dict[str, Any] = {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stdout"}
    if path is not None:
        # A file that was moved away, as rotation does, is made again for the next line.
        handler = {
            "class": "logging.handlers.WatchedFileHandler",
            "formatter": "line",
            "filename": str(path),
            "encoding": "utf-8",
        }
    logger = {"handlers": ["out"], "level": level.upper(), "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"out": handler},
        # Each its own, for Granian sets the level of its own in place.
        "loggers": {name: dict(logger) for name in ("_granian", "granian.access", "chromadb", "opentelemetry")},
    }
