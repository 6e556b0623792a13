"""Chooses the files of the wheel: all of the package but the database, the server, its command and the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEFT_OUT = ("engine", "server", "cli", "embedding/all_minilm_l6_v2")


class ClientFiles(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the files of the tree that the client needs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        package = Path(self.root).parents[1] / "chromadb"
        for file in sorted(package.rglob("*")):
            inside = file.relative_to(package)
            if file.is_file() and file.suffix != ".pyc" and not any(inside.is_relative_to(part) for part in LEFT_OUT):
                build_data["force_include"][str(file)] = str(Path("chromadb") / inside)
