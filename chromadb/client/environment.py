"""Settings from the environment and from a ``.env`` file.

Done here because ``pydantic_settings`` alone would take a third of the time in which a program opens a database.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


def values_from_environment(fields: Mapping[str, FieldInfo], env_file: str | Path | None) -> dict[str, Any]:
    """Return what the environment, and else the file, says of the fields, whose names they write in any case.

    env_file: where to look, None or a path without a file for nowhere. Lists and dicts are read as JSON; a text that
    is none stays a text, for the validation to refuse.
    """
    given = {} if env_file is None else _values_of_file(Path(env_file).expanduser())
    given.update({name.lower(): value for name, value in os.environ.items()})
    return {name: _read(given[name], field.annotation) for name, field in fields.items() if name in given}


def _values_of_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name.lower(): value for name, value in dotenv_values(path, encoding="utf-8").items() if value is not None}


def _read(text: str, annotation: Any) -> Any:
    if not _is_structured(annotation):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_structured(annotation: Any) -> bool:
    return get_origin(annotation) in (list, dict) or any(map(_is_structured, get_args(annotation)))
