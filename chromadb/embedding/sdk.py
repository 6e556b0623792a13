"""What embedding functions over a vendor's Python package share: import, options, and what is stored of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Literal, cast

Task = Literal["document", "query"]
"""What a text is embedded as, for models that treat the two differently."""

_TASKS = ("document", "query")
_SECRETS = ("token", "use_auth_token", "hf_token", "api_key")


def import_package(module: str, package: str, named: str | None = None) -> Any:
    """Return an optional module, imported now.

    package: what `pip install` is to be given. named: how the message calls it, the module's name by default.
    Raises ValueError, naming the package, when it is not installed; an error inside the package comes out as it is.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        raise ValueError(
            f"The {named or module} python package is not installed. Please install it with `pip install {package}`"
        ) from error


def checked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return further arguments of a model as they are; raises ValueError for one that JSON could not hold."""
    for name, value in options.items():
        if not isinstance(value, (str, int, float, bool, list, dict, tuple)):
            raise ValueError(f"Keyword argument {name} is not a primitive type")
    return dict(options)


def stored_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be stored of a model's further arguments: all but access tokens."""
    return {name: value for name, value in options.items() if name not in _SECRETS or isinstance(value, bool)}


def checked_task(task: object) -> Task:
    """Return the task; raises ValueError unless it is one."""
    if task not in _TASKS:
        raise ValueError(f"Invalid task: {task}. Expected one of {', '.join(_TASKS)}")
    return cast("Task", task)


def query_task(query_config: Mapping[str, Any] | None, task: Task) -> Task:
    """Return how queries are embedded: as `query_config` says, else like everything; raises ValueError for no task."""
    return checked_task((query_config or {}).get("task", task))


def config_members(
    name: str, config: Mapping[str, Any], required: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the arguments that a stored configuration gives, those of its `kwargs` among them.

    Raises ValueError when a required one is missing.
    """
    missing = [member for member in required if config.get(member) is None]
    if missing:
        raise ValueError(f"Expected the configuration of {name} to have {', '.join(missing)}, got {sorted(config)}")
    given = {member: config[member] for member in (*required, *optional) if member in config}
    return {**given, **(config.get("kwargs") or {})}
