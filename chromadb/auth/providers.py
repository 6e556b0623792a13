"""What classes of authentication and authorisation derive from, this package's and others'.

A provider is a class named by its dotted path in the settings. It is made with one argument that has ``settings``,
started before the first request and stopped after the last.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeVar

from pydantic import SecretStr

from chromadb.auth.options import text_or_file
from chromadb.model.identity import UserIdentity

C = TypeVar("C", bound="Component")
ClientAuthHeaders = dict[str, SecretStr]
"""Names of headers with their secret values."""


class ProviderSystem(Protocol):
    """What a provider is made with: ``settings`` has the documented settings as attributes."""

    @property
    def settings(self) -> Any:
        """The settings."""
        ...


class AuthError(Exception):
    """Raised inside providers; a caller hears only that it was refused."""


class Component:
    """A part with a life: made, started, stopped."""

    def __init__(self, system: ProviderSystem) -> None:
        self._system = system
        self._running = False

    def require(self, type: type[C]) -> C:
        """Return the component of a type in the same system; raises ValueError when there is none."""
        instance = getattr(self._system, "instance", None)
        if instance is None:
            raise ValueError(f"this system has no component {type.__name__}")
        found: C = instance(type)
        return found

    def start(self) -> None:
        """Begin; called once before use."""
        self._running = True

    def stop(self) -> None:
        """End; called once after use."""
        self._running = False

    def reset_state(self) -> None:
        """Forget what is kept, for everything has been deleted."""


class ClientAuthProvider(Component, ABC):
    """Says which headers a client sends to be known."""

    @abstractmethod
    def authenticate(self) -> ClientAuthHeaders:
        """Return the headers."""


class ServerAuthenticationProvider(Component, ABC):
    """Says who sent a request."""

    @abstractmethod
    def authenticate_or_raise(self, headers: dict[str, str]) -> UserIdentity:
        """Return who is calling, from headers with lower-case names; any exception refuses the call."""

    def recognized(self, headers: dict[str, str]) -> UserIdentity | None:
        """Return who is calling when that is known without work or waiting; None: it takes ``authenticate_or_raise``.

        It may be asked on an event loop.
        """
        return None

    def ignore_operation(self, verb: str, path: str) -> bool:
        """Return whether ``chroma_server_auth_ignore_paths`` lists a path with a method, in either case."""
        ignored: dict[str, list[str]] = self._system.settings.chroma_server_auth_ignore_paths
        return verb.upper() in ignored.get(path, ())

    def read_creds_or_creds_file(self) -> list[str]:
        """Return the lines of the configured credentials; raises ValueError unless text or file is given."""
        settings = self._system.settings
        return text_or_file(
            settings.chroma_server_authn_credentials,
            settings.chroma_server_authn_credentials_file,
            "No credentials file or credentials found in [chroma_server_authn_credentials].",
            "Both credentials file and credentials found.Please provide only one.",
        )

    def singleton_tenant_database_if_applicable(self, user: UserIdentity | None) -> tuple[str | None, str | None]:
        """Return the one tenant and the one database that a user is bound to; None: to none or several."""
        if user is None:
            return None, None
        tenant = user.tenant if user.tenant != "*" else None
        databases = user.databases or []
        return tenant, databases[0] if len(databases) == 1 and databases[0] != "*" else None


class AuthzAction(str, Enum):
    """What a call wants to do."""

    RESET = "system:reset"
    METRICS = "system:metrics"
    CREATE_TENANT = "tenant:create_tenant"
    GET_TENANT = "tenant:get_tenant"
    CREATE_DATABASE = "db:create_database"
    GET_DATABASE = "db:get_database"
    DELETE_DATABASE = "db:delete_database"
    LIST_DATABASES = "db:list_databases"
    LIST_COLLECTIONS = "db:list_collections"
    COUNT_COLLECTIONS = "db:count_collections"
    CREATE_COLLECTION = "db:create_collection"
    GET_OR_CREATE_COLLECTION = "db:get_or_create_collection"
    GET_COLLECTION = "collection:get_collection"
    DELETE_COLLECTION = "collection:delete_collection"
    UPDATE_COLLECTION = "collection:update_collection"
    ADD = "collection:add"
    DELETE = "collection:delete"
    GET = "collection:get"
    QUERY = "collection:query"
    COUNT = "collection:count"
    UPDATE = "collection:update"
    UPSERT = "collection:upsert"


@dataclass
class AuthzResource:
    """What a call is about. collection: its name, or its id as text."""

    tenant: str | None
    database: str | None
    collection: str | None


class ServerAuthorizationProvider(Component, ABC):
    """Says whether a user may do something.

    knows_names_and_ids: whether rights on a collection may be known under its name or under its id, so that a call is
    let through that names it one way when it would be if it named it the other.
    """

    knows_names_and_ids = False

    @abstractmethod
    def authorize_or_raise(self, user: UserIdentity, action: AuthzAction, resource: AuthzResource) -> None:
        """Return when the user may; any exception refuses the call."""

    def read_config_or_config_file(self) -> list[str]:
        """Return the lines of the configured policy; raises ValueError unless text or file is given."""
        settings = self._system.settings
        return text_or_file(
            settings.chroma_server_authz_config,
            settings.chroma_server_authz_config_file,
            "No authz configuration file or authz configuration found.",
            "Both authz configuration file and authz configuration found.Please provide only one.",
        )

    def collection_coming(self, user: UserIdentity, resource: AuthzResource, collection_id: str) -> None:
        """Take note that a user is about to make a collection; any exception refuses the call."""

    def collection_named(self, resource: AuthzResource, collection_id: str) -> None:
        """Take note that a collection, new or renamed, has the name of ``resource``."""

    def collection_leaving(self, resource: AuthzResource, collection_id: str, confirm: Callable[[], object]) -> None:
        """Take note that a collection is about to lose the name of ``resource``; any exception refuses the call.

        confirm: raises when the collection has lost it already.
        """

    def collection_gone(self, resource: AuthzResource, collection_id: str) -> None:
        """Take note that there is no collection of an id, and never will be."""
