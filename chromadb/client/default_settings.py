"""The settings of a client that was given none, where the environment and ``.env`` say nothing of them either.

``Settings`` checks what it is made of, and to load the package that it checks with takes longer than to open a database
and query it. So it is only made where there is something to check, or where somebody asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from chromadb.client.environment import SWITCHES, given_texts
from chromadb.client.setting_defaults import SETTING_NAMES

if TYPE_CHECKING:
    from chromadb.client.settings import Settings


_IN_MEMORY = "ephemeral"
_TELEMETRY = "anonymized_telemetry"


class DefaultSettings(Struct, frozen=True):
    """The default of every setting, for a database in this process.

    directory: where that lies, as the caller wrote it; None: in memory. anonymized_telemetry: what the environment says
    of it, for it says so in many places and has no effect here, where nothing is ever reported.
    """

    directory: str | None = None
    anonymized_telemetry: bool = True

    def complete(self) -> Settings:
        """Return the same as ``Settings``."""
        from chromadb.client.settings import Settings

        # Made without its constructor, which would read an environment that may have changed since.
        made = Settings.model_construct(
            is_persistent=self.directory is not None, anonymized_telemetry=self.anonymized_telemetry
        )
        if self.directory is not None:
            made.persist_directory = self.directory
        return made


def database_name(settings: Settings | DefaultSettings) -> str:
    """Return what a database in this process is called: its directory as the caller wrote it, or "ephemeral"."""
    if isinstance(settings, DefaultSettings):
        directory = settings.directory
    else:
        directory = settings.persist_directory if settings.is_persistent else None
    return _IN_MEMORY if directory is None else directory


def settings_of_environment() -> Settings | DefaultSettings:
    """Return what the environment and ``.env`` set; raises as ``Settings``."""
    given = given_texts(".env")
    if SETTING_NAMES.isdisjoint(given.keys() - {_TELEMETRY}):
        says = SWITCHES.get(given.get(_TELEMETRY, "true").lower())
        if says is not None:
            return DefaultSettings(anonymized_telemetry=says)
    from chromadb.client.settings import Settings

    return Settings()
