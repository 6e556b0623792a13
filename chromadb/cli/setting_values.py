"""Reading the value of a setting: each function returns it as its type; its ValueError says what is accepted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chromadb.server.operation.limits import TenantLimits
from chromadb.server.operation.scorecard import ScorecardRule
from chromadb.telemetry.options import OpenTelemetryGranularity

DATABASE_FILE = "chroma.sqlite3"
"""The name of a database's file in its directory."""


def text(value: Any) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError("a text that is not empty")
    return value


def flag(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def integer(least: int, most: int | None = None) -> Callable[[Any], int]:
    """Return the reader of whole numbers in a range, both ends included."""

    def read(value: Any) -> int:
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= least
        if not fits or (most is not None and value > most):
            raise ValueError(f"a whole number from {least}" + ("" if most is None else f" to {most}"))
        return int(value)

    return read


def number(value: Any) -> float:
    """Return a number above 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise ValueError("a number above 0")
    return float(value)


def origins(value: Any) -> tuple[str, ...] | None:
    """Return origins of CORS."""
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('a list of origins, such as ["https://example.org"] or ["*"]')
    return tuple(value)


def one_of(*choices: str) -> Callable[[Any], str]:
    """Return the reader of one of some words."""

    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(" or ".join(choices))
        return str(value)

    return read


def only(*accepted: Any, because: str) -> Callable[[Any], Any]:
    """Return the reader of what says how this server is anyway. because: what is accepted, and why nothing else."""

    def read(value: Any) -> Any:
        if not any(value == one and type(value) is type(one) for one in accepted):
            raise ValueError(because)
        return value

    return read


def database_file(value: Any) -> Path:
    """Return the path of a database's file."""
    found = path(value)
    if found.name != DATABASE_FILE:
        raise ValueError(f"a path that ends in {DATABASE_FILE}")
    return found


def level(value: Any) -> str:
    """Return a level of the log, in lower case."""
    return one_of("debug", "info", "warning", "error")(value.lower() if isinstance(value, str) else value)


def path(value: Any) -> Path:
    """Return a path."""
    return Path(text(value))


def file(value: Any) -> Path:
    """Return the path of a file that exists."""
    found = path(value)
    if not found.is_file():
        raise ValueError("the path of a file that exists")
    return found


def endpoint(value: Any) -> str:
    """Return the URL of a receiver."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise ValueError("a URL such as http://localhost:4317")
    return value


def http_headers(value: Any) -> dict[str, str]:
    """Return headers, of names and values or of a text such as ``name=value,other=value``."""
    if isinstance(value, str):
        pairs = [pair.partition("=") for pair in value.split(",")]
        if not all(name.strip() and equals for name, equals, _ in pairs):
            raise ValueError("NAME=VALUE, with a comma between two of them")
        return {name.strip(): content.strip() for name, _, content in pairs}
    if not isinstance(value, dict) or not all(isinstance(part, str) for item in value.items() for part in item):
        raise ValueError('names and values of headers, such as {"x-api-key": "..."}')
    return value


def filters(value: Any) -> OpenTelemetryGranularity:
    """Return how much is traced, from levels of crates: that of the frontend counts, of which requests are ``info``."""
    if not isinstance(value, list) or not all(map(_is_filter, value)):
        raise ValueError(f"a list of {{crate_name, filter_level}} with a level of {', '.join(_LEVELS)}")
    levels = [entry["filter_level"] for entry in value if entry["crate_name"] == "chroma_frontend"]
    return _LEVELS[levels[-1]] if levels else OpenTelemetryGranularity.ALL


def _is_filter(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and set(entry) == {"crate_name", "filter_level"}
        and isinstance(entry["crate_name"], str)
        and entry["filter_level"] in _LEVELS
    )


_LEVELS = {
    "trace": OpenTelemetryGranularity.ALL,
    "debug": OpenTelemetryGranularity.ALL,
    "info": OpenTelemetryGranularity.OPERATION,
    "warn": OpenTelemetryGranularity.NONE,
    "error": OpenTelemetryGranularity.NONE,
}
LIMITS: Mapping[str, Callable[[Any], Any]] = {
    "requests_per_second": number,
    "burst": integer(1),
    "concurrent_requests": integer(1),
    "max_payload_size_bytes": integer(1),
}
"""What may be limited, in general and for each tenant, and how the limit is read."""


def tenants(value: Any) -> dict[str, TenantLimits]:
    """Return the limits of tenants that have their own."""
    if not isinstance(value, dict):
        raise ValueError("names of tenants with their limits")
    found = {}
    for name, limits in value.items():
        if not isinstance(name, str) or not isinstance(limits, dict) or not set(limits) <= set(LIMITS):
            raise ValueError(f"names of tenants, each with some of {', '.join(LIMITS)}")
        try:
            found[name] = TenantLimits(**{key: LIMITS[key](item) for key, item in limits.items()})
        except ValueError as error:
            raise ValueError(f"for each limit of {name!r} {error}") from None
    return found


def scorecard(value: Any) -> tuple[ScorecardRule, ...]:
    """Return the rules of a scorecard."""
    if not isinstance(value, list) or not all(map(_is_rule, value)):
        raise ValueError("a list of {patterns: [...], score: NUMBER}")
    return tuple(ScorecardRule(tuple(rule["patterns"]), rule["score"]) for rule in value)


def _is_rule(rule: Any) -> bool:
    if not isinstance(rule, dict) or set(rule) != {"patterns", "score"}:
        return False
    patterns, score = rule["patterns"], rule["score"]
    is_score = isinstance(score, int) and not isinstance(score, bool) and score >= 0
    return is_score and isinstance(patterns, list) and bool(patterns) and all(isinstance(one, str) for one in patterns)
