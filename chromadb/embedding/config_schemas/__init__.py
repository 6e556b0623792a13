"""JSON schemas of the configurations that embedding functions are stored with.

One file for each name in the registry. A configuration may hold no member that its schema does not name, so
that a misspelt option is found before it is stored.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

import orjson

_FOLDER = Path(__file__).parent


def load_schema(schema_name: str) -> dict[str, Any]:
    """Return the JSON schema of an embedding function's configuration.

    Raises FileNotFoundError for a name without one.
    """
    if schema_name not in get_available_schemas():
        raise FileNotFoundError(
            f"No configuration schema named {schema_name!r}; there are {', '.join(get_available_schemas())}"
        )
    return cast("dict[str, Any]", orjson.loads((_FOLDER / f"{schema_name}.json").read_bytes()))


def validate_config_schema(config: dict[str, Any], schema_name: str) -> None:
    """Raise jsonschema.ValidationError, naming schema and member, when the configuration does not fit."""
    import jsonschema

    try:
        _validator(schema_name).validate(config)
    except jsonschema.ValidationError as error:
        place = f" at path '{'/'.join(str(step) for step in error.path)}'" if error.path else ""
        raise jsonschema.ValidationError(
            f"Config validation failed for schema '{schema_name}': {error.message}{place}"
        ) from error


def get_available_schemas() -> list[str]:
    """Return the names that have a schema, sorted."""
    return sorted(entry.name[: -len(".json")] for entry in _FOLDER.iterdir() if entry.name.endswith(".json"))


def get_embedding_function_names() -> set[str]:
    """Return the names that have a schema."""
    return set(get_available_schemas())


def get_schema_version(schema_name: str) -> str:
    """Return the version that a schema declares."""
    return cast("str", load_schema(schema_name)["version"])


def get_schema_info() -> dict[str, dict[str, str]]:
    """Return version, title and description of every schema."""
    members = ("version", "title", "description")
    return {name: {member: load_schema(name)[member] for member in members} for name in get_available_schemas()}


@cache
def _validator(schema_name: str) -> Any:
    import jsonschema

    return jsonschema.Draft7Validator(load_schema(schema_name))
