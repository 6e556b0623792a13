"""What a case ended in, as JSON, and when two such outcomes agree.

An outcome is {"answer": value} or {"error": class name, "message": first line}. Values keep what JSON would
lose: tuples, arrays (dtype, shape), NumPy scalars, NaN and infinity. What is random in them is masked: UUIDs,
addresses, the case's directory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from chromadb.errors import ChromaError, error_types

Outcome = dict[str, Any]

TOLERANCE = 1e-5
"""How far two floats may be apart, relative to the larger above 1.0."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


def observe(action: Callable[[], object], directory: Path | None = None) -> Outcome:
    """Run the action and return its outcome; the directory's path is masked in texts."""
    try:
        return {"answer": encode(action(), directory)}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the official package's engine is no Exception
        lines = str(error).splitlines() or [""]
        return {"error": _public_class(error).__name__, "message": mask(lines[0], directory)}


def _public_class(error: BaseException) -> type:
    """Return the error's class, or the nearest one above it that the documented table of errors holds.

    One that is of Python's, too, is that: embedded clients raise it.
    """
    if not isinstance(error, ChromaError):
        return type(error)
    documented = next(([kind] for kind in (TypeError, OverflowError) if isinstance(error, kind)), error_types.values())
    return next((kind for kind in type(error).__mro__ if kind in documented), type(error))


def mask(text: str, directory: Path | None = None) -> str:
    """Return the text without UUIDs, addresses and the directory's path."""
    if directory is not None:
        text = text.replace(str(directory), "<directory>")
    return _ADDRESS.sub("<address>", _UUID.sub("<uuid>", text))


def encode(value: object, directory: Path | None = None) -> Any:
    """Return the value as JSON; raises TypeError for a kind of value that no case should answer with."""
    if isinstance(value, np.ndarray):
        return {
            "array": [encode(item, directory) for item in value.tolist()],
            "dtype": value.dtype.name,
            "shape": list(value.shape),
        }
    if isinstance(value, np.generic):
        return {"scalar": encode(value.item(), directory), "dtype": value.dtype.name}
    if isinstance(value, (Enum, type)):
        return str(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, str):
        return mask(value, directory)
    if isinstance(value, (UUID, Path)):
        return {type(value).__name__: mask(str(value), directory)}
    if isinstance(value, dict):
        return {str(key): encode(item, directory) for key, item in value.items()}
    if isinstance(value, list):
        return [encode(item, directory) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(item, directory) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(encode(item, directory) for item in value)}
    if hasattr(value, "to_dict"):
        return {type(value).__name__: encode(value.to_dict(), directory)}
    raise TypeError(f"a case answered with a {type(value).__name__}: {value!r}")


def agree(recorded: Any, observed: Any, exact_message: bool) -> bool:
    """Tell whether two encoded outcomes say the same; types count, floats may differ by the tolerance."""
    if isinstance(recorded, bool) or isinstance(observed, bool):
        return recorded is observed
    if isinstance(recorded, float) and isinstance(observed, float):
        return abs(recorded - observed) <= TOLERANCE * max(1.0, abs(recorded), abs(observed))
    if type(recorded) is not type(observed):
        return False
    if isinstance(recorded, dict):
        keys = set(recorded)
        if keys != set(observed):
            return False
        if keys == {"error", "message"}:
            return bool(recorded["error"] == observed["error"]) and (
                not exact_message or _says(recorded["message"], observed["message"])
            )
        return all(agree(recorded[key], observed[key], exact_message) for key in keys)
    if isinstance(recorded, list):
        return len(recorded) == len(observed) and all(
            agree(left, right, exact_message) for left, right in zip(recorded, observed, strict=True)
        )
    return bool(recorded == observed)


def _says(documented: str, message: str) -> bool:
    """Tell whether the message is the documented one, or that and a detail after a colon."""
    return message == documented or message.startswith(documented.rstrip(":") + ":")
