"""What a server asks before it serves a call: who is calling, and may they do this."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from chromadb.auth.credentials import CredentialsAuthentication, ServerAuthCredentialsProvider
from chromadb.auth.loading import provider_class
from chromadb.auth.options import AuthOptions
from chromadb.auth.providers import (
    AuthError,
    AuthzAction,
    AuthzResource,
    Component,
    ServerAuthenticationProvider,
    ServerAuthorizationProvider,
)
from chromadb.model.errors import AuthorizationError, ChromaAuthError
from chromadb.model.identity import UserIdentity

logger = logging.getLogger("chromadb.auth")

_PAUSE_SECONDS = (0.001, 0.005)


@dataclass(frozen=True, slots=True)
class Resource:
    """What a call is about. collection: its name, or its id as text; None: the call names none."""

    tenant: str | None = None
    database: str | None = None
    collection: str | None = None


class Guard(Protocol):
    """Authenticates callers and authorises their calls; used by several threads at once."""

    def recognized(self, headers: Mapping[str, str]) -> UserIdentity | None:
        """Return who is calling when that is known at once, from headers with lower-case names; else None."""
        ...

    def authenticate(self, headers: Mapping[str, str]) -> UserIdentity:
        """Return who is calling, from headers with lower-case names; raises the documented errors."""
        ...

    def authorize(self, identity: UserIdentity, action: str, resource: Resource) -> None:
        """Return when the caller may do this; raises the documented errors."""
        ...

    @property
    def knows_names_and_ids(self) -> bool:
        """Whether rights on a collection may be known under its name or under its id."""
        ...

    def collection_coming(self, identity: UserIdentity, resource: Resource, collection_id: str) -> None:
        """Take note that a caller is about to make a collection of a name and an id; raises InternalError."""
        ...

    def collection_named(self, resource: Resource, collection_id: str) -> None:
        """Take note that a collection, new or renamed, has a name."""
        ...

    def collection_leaving(self, resource: Resource, collection_id: str, confirm: Callable[[], object]) -> None:
        """Take note that a collection is about to lose its name, or to go; raises what ``confirm`` does, InternalError.

        confirm: raises when it has lost the name already.
        """
        ...

    def collection_gone(self, resource: Resource, collection_id: str) -> None:
        """Take note that there is no collection of an id, and never will be."""
        ...

    def close(self) -> None:
        """Stop; called once after use."""
        ...


@dataclass(frozen=True, slots=True)
class _System:
    settings: AuthOptions


def guard_from(options: AuthOptions) -> Guard | None:
    """Return the guard that the options describe; None when they ask for no authentication.

    Raises ValueError naming the setting that cannot be used.
    """
    if options.chroma_server_authn_provider is None:
        if options.chroma_server_authz_provider is not None:
            raise ValueError(
                "chroma_server_authz_provider is set, but chroma_server_authn_provider is not: nobody would be known"
            )
        if options != AuthOptions():
            raise ValueError(
                "chroma_server_authn_provider is not set, but other settings of authentication are; name a provider"
            )
        return None
    system = _System(options)
    authentication: ServerAuthenticationProvider = _made(
        "chroma_server_authn_provider",
        options.chroma_server_authn_provider,
        ServerAuthenticationProvider,
        system,
    )
    authorization: ServerAuthorizationProvider | None = None
    if options.chroma_server_authz_provider is not None:
        authorization = _made(
            "chroma_server_authz_provider",
            options.chroma_server_authz_provider,
            ServerAuthorizationProvider,
            system,
        )
    return _ProviderGuard(authentication, authorization)


def _made(setting: str, path: str, kind: type[Any], system: _System) -> Any:
    """Return a started provider; raises ValueError naming setting and path for one that cannot be made."""
    found = provider_class(setting, path, kind)
    try:
        made: Component = found(system)
        if isinstance(made, ServerAuthCredentialsProvider):
            made = CredentialsAuthentication(system, made)
        made.start()
    except (ValueError, OSError) as error:
        raise ValueError(f"{setting}: {path}: {error}") from None
    except Exception as error:
        # Its words are of another package, and may quote a secret.
        raise ValueError(f"{setting}: {path} cannot be started ({type(error).__name__})") from None
    logger.info("Starting component %s", found.__name__)
    return made


class _ProviderGuard:
    """Asks providers, and keeps every user inside the tenant and databases that its identity names."""

    def __init__(
        self, authentication: ServerAuthenticationProvider, authorization: ServerAuthorizationProvider | None
    ) -> None:
        self._authentication = authentication
        self._authorization = authorization

    def recognized(self, headers: Mapping[str, str]) -> UserIdentity | None:
        try:
            return self._authentication.recognized(dict(headers))
        except Exception:
            # To refuse takes a pause, and words in the log.
            return None

    def authenticate(self, headers: Mapping[str, str]) -> UserIdentity:
        try:
            return self._authentication.authenticate_or_raise(dict(headers))
        except Exception as error:
            logger.warning("A caller was refused: %s", _said(self._authentication, error))
            time.sleep(random.uniform(*_PAUSE_SECONDS))
            raise ChromaAuthError from None

    def authorize(self, identity: UserIdentity, action: str, resource: Resource) -> None:
        try:
            _check_bounds(identity, action, resource)
            if self._authorization is not None:
                self._authorization.authorize_or_raise(identity, AuthzAction(action), _public(resource))
        except Exception as error:
            logger.warning("User %r was refused %s: %s", identity.user_id, action, _said(self._authorization, error))
            raise AuthorizationError("Unauthorized") from None

    @property
    def knows_names_and_ids(self) -> bool:
        return self._authorization is not None and self._authorization.knows_names_and_ids

    def collection_coming(self, identity: UserIdentity, resource: Resource, collection_id: str) -> None:
        if self._authorization is not None:
            self._authorization.collection_coming(identity, _public(resource), collection_id)

    def collection_named(self, resource: Resource, collection_id: str) -> None:
        if self._authorization is not None:
            with _noted(self._authorization, f"the name of collection {collection_id}"):
                self._authorization.collection_named(_public(resource), collection_id)

    def collection_leaving(self, resource: Resource, collection_id: str, confirm: Callable[[], object]) -> None:
        if self._authorization is not None:
            self._authorization.collection_leaving(_public(resource), collection_id, confirm)

    def collection_gone(self, resource: Resource, collection_id: str) -> None:
        if self._authorization is not None:
            with _noted(self._authorization, f"that collection {collection_id} is gone"):
                self._authorization.collection_gone(_public(resource), collection_id)

    def close(self) -> None:
        for component in (self._authorization, self._authentication):
            if component is not None:
                try:
                    component.stop()
                except Exception as error:
                    logger.warning("Component %s did not stop: %s", type(component).__name__, type(error).__name__)


@contextmanager
def _noted(provider: ServerAuthorizationProvider, what: str) -> Iterator[None]:
    """Log that a provider could not be told: the call has been done, and rights are right without it."""
    try:
        yield
    except Exception as error:
        logger.warning("The authorisation provider could not be told %s: %s", what, _said(provider, error))


def _said(provider: Component | None, error: Exception) -> str:
    """Return what the log may hold of an error: another package's words may quote what it was given."""
    is_ours = provider is None or type(provider).__module__.startswith("chromadb.auth.")
    return str(error) if is_ours else type(error).__name__


def _public(resource: Resource) -> AuthzResource:
    return AuthzResource(resource.tenant, resource.database, resource.collection)


def _check_bounds(identity: UserIdentity, action: str, resource: Resource) -> None:
    """Raise AuthError for a call outside the tenant or the databases that an identity is bound to."""
    if identity.tenant not in (None, "*") and resource.tenant != identity.tenant:
        raise AuthError("it is outside the tenant of the user")
    databases = identity.databases
    # To look at the tenant is part of connecting; nothing else that names no database is for who is bound to some.
    is_bound = databases is not None and "*" not in databases and action != "tenant:get_tenant"
    if is_bound and resource.database not in (databases or ()):
        raise AuthError("it is outside the databases of the user")
