"""What the environment and a ``.env`` file say, as texts.

Read here because ``pydantic_settings`` alone would take a third of the time in which a program opens a database.
"""

from __future__ import annotations

import os
from pathlib import Path

SWITCHES = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
"""What texts, in lower case, say for yes and no."""


def given_texts(env_file: str | Path | None) -> dict[str, str]:
    """Return what the environment, and else the file, says, by name in lower case.

    env_file: where to look, None or a path without a file for nowhere.
    """
    given = {} if env_file is None else _texts_of_file(Path(env_file).expanduser())
    given.update({name.lower(): value for name, value in os.environ.items()})
    return given


def _texts_of_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name.lower(): value for name, value in dotenv_values(path, encoding="utf-8").items() if value is not None}
