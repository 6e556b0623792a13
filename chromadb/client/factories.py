"""The functions that make clients, and the settings they use when none are given."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

from chromadb.client.admin import AdminClient as AdminAPI
from chromadb.client.client import Client as ClientAPI
from chromadb.client.settings import Settings
from chromadb.model.names import DEFAULT_DATABASE, DEFAULT_TENANT

_process_settings: Settings | None = None


def configure(**settings: Any) -> None:
    """Replace the settings that ``Client()`` uses in this process."""
    global _process_settings
    _process_settings = Settings(**settings)


def get_settings() -> Settings:
    """Return the settings that ``Client()`` uses: those of ``configure``, else of the environment and ``.env``."""
    global _process_settings
    if _process_settings is None:
        _process_settings = Settings()
    return _process_settings


def EphemeralClient(  # noqa: N802 - the published name
    settings: Settings | None = None, tenant: str = DEFAULT_TENANT, database: str = DEFAULT_DATABASE
) -> ClientAPI:
    """Return a client of the database in memory, which all in-memory clients of the process share.

    Its data is gone when the last of them is closed. Raises NotFoundError for an unknown tenant or database.
    """
    settings = Settings() if settings is None else settings
    settings.is_persistent = False
    return ClientAPI(tenant=str(tenant), database=str(database), settings=settings)


def PersistentClient(  # noqa: N802 - the published name
    path: str | Path = "./chroma",
    settings: Settings | None = None,
    tenant: str = DEFAULT_TENANT,
    database: str = DEFAULT_DATABASE,
) -> ClientAPI:
    """Return a client of the database in a directory, which is made if it does not exist.

    Raises NotFoundError for an unknown tenant or database, StorageError (an InternalError) when the directory cannot be
    used, ValueError when a client of this path exists with other settings.
    """
    settings = Settings() if settings is None else settings
    settings.persist_directory = str(path)
    settings.is_persistent = True
    return ClientAPI(tenant=str(tenant), database=str(database), settings=settings)


def RustClient(  # noqa: N802 - the published name
    path: str | Path | None = None,
    settings: Settings | None = None,
    tenant: str = DEFAULT_TENANT,
    database: str = DEFAULT_DATABASE,
) -> ClientAPI:
    """Return ``PersistentClient`` if a path is given, else ``EphemeralClient``; kept under the name it once had."""
    if path is None:
        return EphemeralClient(settings, tenant, database)
    return PersistentClient(path, settings, tenant, database)


def Client(  # noqa: N802 - the published name
    settings: Settings | None = None, tenant: str = DEFAULT_TENANT, database: str = DEFAULT_DATABASE
) -> ClientAPI:
    """Return the client that the settings describe: on disk if ``is_persistent``, in memory otherwise.

    settings: None uses ``get_settings()``, that is the environment (IS_PERSISTENT, PERSIST_DIRECTORY ...) and ``.env``.
    """
    return ClientAPI(
        tenant=str(tenant), database=str(database), settings=get_settings() if settings is None else settings
    )


def AdminClient(settings: Settings | None = None) -> AdminAPI:  # noqa: N802 - the published name
    """Return a client for the tenants and databases of the database that the settings describe."""
    return AdminAPI(Settings() if settings is None else settings)


def HttpClient(*args: Any, **kwargs: Any) -> NoReturn:  # noqa: N802 - the published name
    """Raise NotImplementedError: this version has embedded clients only."""
    raise NotImplementedError(_NO_SERVER.format(name="HttpClient"))


async def AsyncHttpClient(*args: Any, **kwargs: Any) -> NoReturn:  # noqa: N802 - the published name
    """Raise NotImplementedError: this version has embedded clients only."""
    raise NotImplementedError(_NO_SERVER.format(name="AsyncHttpClient"))


def CloudClient(*args: Any, **kwargs: Any) -> NoReturn:  # noqa: N802 - the published name
    """Raise NotImplementedError: this version has embedded clients only."""
    raise NotImplementedError(_NO_SERVER.format(name="CloudClient"))


_NO_SERVER = (
    "{name} is not available: this version has embedded clients only. Use "
    "chromadb.PersistentClient(path=...), which any number of processes may open at once"
)
