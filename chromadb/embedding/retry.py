"""Trying a call again after it failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")

_DELAY_MAX_S = 30.0


def call_with_retries(call: Callable[[], T], attempts: int, delay_s: float, tenacity_options: dict[str, Any]) -> T:
    """Return the first successful result of `call`.

    attempts: calls in all, at least 1; the error of the last one is raised as it is.
    delay_s: seconds before the second call, doubled before each further one up to half a minute.
    tenacity_options: when not empty, arguments for `tenacity.Retrying`, which then decides instead.
    Raises ValueError for attempts below 1, for a negative delay, and for tenacity's options without tenacity.
    """
    if tenacity_options:
        return _call_with_tenacity(call, tenacity_options)
    if attempts < 1:
        raise ValueError(f"Expected attempts to be at least 1, got {attempts}")
    if delay_s < 0:
        raise ValueError(f"Expected delay_s to be zero or more seconds, got {delay_s}")
    for attempt in range(1, attempts):
        with suppress(Exception):
            return call()
        time.sleep(min(delay_s * 2 ** (attempt - 1), _DELAY_MAX_S))
    return call()


def _call_with_tenacity(call: Callable[[], T], options: dict[str, Any]) -> T:
    try:
        tenacity = import_module("tenacity")
    except ImportError as error:
        raise ValueError(
            f"The options {sorted(options)} are those of tenacity, and "
            "the tenacity python package is not installed. Please install it with `pip install tenacity`, "
            "or use attempts and delay_s"
        ) from error
    result: T = tenacity.Retrying(**options)(call)
    return result
