"""The functions that make clients, and the settings they use when none are given.

What only some of them need is loaded by these: programs with a database of their own would wait for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from chromadb.client.client import Client as ClientAPI
from chromadb.client.default_settings import DefaultSettings, settings_of_environment
from chromadb.client.system import ASYNC_HTTP_API, CLOUD_HOST, HTTP_API, System
from chromadb.model.names import DEFAULT_DATABASE, DEFAULT_TENANT

if TYPE_CHECKING:
    from chromadb.client.admin import AdminClient as AdminAPI
    from chromadb.client.async_client import AsyncClient as AsyncClientAPI
    from chromadb.client.settings import Settings

_process_settings: Settings | DefaultSettings | None = None


def configure(**settings: Any) -> None:
    """Replace the settings that ``Client()`` uses in this process."""
    from chromadb.client.settings import Settings

    global _process_settings
    _process_settings = Settings(**settings)


def get_settings() -> Settings:
    """Return the settings that ``Client()`` uses: those of ``configure``, else of the environment and ``.env``."""
    global _process_settings
    settings = _settings_of_process()
    if isinstance(settings, DefaultSettings):
        settings = _process_settings = settings.complete()
    return settings


def _settings_of_process() -> Settings | DefaultSettings:
    global _process_settings
    if _process_settings is None:
        _process_settings = settings_of_environment()
    return _process_settings


def EphemeralClient(  # noqa: N802 - the published name
    settings: Settings | None = None, tenant: str = DEFAULT_TENANT, database: str = DEFAULT_DATABASE
) -> ClientAPI:
    """Return a client of the database in memory, which all in-memory clients of the process share.

    Its data is gone when the last of them is closed. Raises NotFoundError for an unknown tenant or database.
    """
    return ClientAPI.from_system(System(_in_this_process(settings, None)), str(tenant), str(database))


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
    return ClientAPI.from_system(System(_in_this_process(settings, str(path))), str(tenant), str(database))


def _in_this_process(settings: Settings | None, directory: str | None) -> Settings | DefaultSettings:
    """Return the settings, changed, of a database in this process. directory: where it lies, None: in memory."""
    used = settings_of_environment() if settings is None else settings
    if isinstance(used, DefaultSettings):
        return replace(used, directory=directory)
    if directory is not None:
        used.persist_directory = directory
    used.is_persistent = directory is not None
    return used


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
    system = System(_settings_of_process() if settings is None else settings)
    return ClientAPI.from_system(system, str(tenant), str(database))


def AdminClient(settings: Settings | None = None) -> AdminAPI:  # noqa: N802 - the published name
    """Return a client for the tenants and databases of the database that the settings describe."""
    from chromadb.client.admin import AdminClient

    return AdminClient(settings)


def HttpClient(  # noqa: N802 - the published name
    host: str = "localhost",
    port: int = 8000,
    ssl: bool = False,
    headers: dict[str, str] | None = None,
    settings: Settings | None = None,
    tenant: str = DEFAULT_TENANT,
    database: str = DEFAULT_DATABASE,
) -> ClientAPI:
    """Return a client of a server.

    host: a name or address; or a URL, with the path of a proxy if there is one, whose own port counts and not ``port``.
    ssl: whether to use HTTPS. headers: sent with every request. settings: credentials, time limits and how certificates
    are checked.
    Raises ValueError when no server answers, or when the settings name another one; NotFoundError for an unknown tenant
    or database, ChromaAuthError or AuthorizationError when the server refuses the caller.
    """
    from chromadb.client.remote import remote_settings

    used = remote_settings(HTTP_API, host, port, ssl, headers, settings)
    return ClientAPI(tenant=str(tenant), database=str(database), settings=used)


async def AsyncHttpClient(  # noqa: N802 - the published name
    host: str = "localhost",
    port: int = 8000,
    ssl: bool = False,
    headers: dict[str, str] | None = None,
    settings: Settings | None = None,
    tenant: str = DEFAULT_TENANT,
    database: str = DEFAULT_DATABASE,
) -> AsyncClientAPI:
    """Return a client of a server whose calls are awaited; arguments and errors as ``HttpClient``.

    But that httpx.ConnectError is raised when no server answers.
    """
    from chromadb.client.async_client import AsyncClient
    from chromadb.client.remote import remote_settings

    used = remote_settings(ASYNC_HTTP_API, host, port, ssl, headers, settings)
    return await AsyncClient.create(str(tenant), str(database), used)


def CloudClient(  # noqa: N802 - the published name
    tenant: str | None = None,
    database: str | None = None,
    api_key: str | None = None,
    settings: Settings | None = None,
    *,
    cloud_host: str = CLOUD_HOST,
    cloud_port: int = 443,
    enable_ssl: bool = True,
) -> ClientAPI:
    """Return a client of Chroma Cloud.

    tenant, database: None takes CHROMA_TENANT and CHROMA_DATABASE of the environment, and what the server says of the
    key where that is one. api_key: None takes CHROMA_API_KEY. cloud_host, cloud_port, enable_ssl: another server than
    Chroma's. While it is open, embedding functions of the cloud that find no key in the environment use the client's.
    Raises ValueError without a key or a server, ChromaAuthError when the tenant or database remains unknown, and as
    ``HttpClient``.
    """
    from chromadb.client.remote import cloud_access, key_of_open_cloud_client, remote_settings, with_cloud_access
    from chromadb.embedding.remote.chroma_cloud import lend_keys

    lend_keys(key_of_open_cloud_client)
    access = cloud_access(tenant, database, api_key)
    used = remote_settings(HTTP_API, cloud_host, cloud_port, enable_ssl, None, settings)
    return ClientAPI(access.tenant, access.database, with_cloud_access(used, access))
