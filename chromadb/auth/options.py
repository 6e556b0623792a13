"""What a server is told about authentication and authorisation, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class AuthOptions:
    """The documented settings, under their documented names; what providers see as ``system.settings``.

    Providers are dotted paths of classes. Of credentials and of the configuration of authorisation either the text or
    the file is given. chroma_server_authn_groups_file: lines ``group: user, user`` for basic authentication. The
    ``fga`` members say where the OpenFGA server is, and which store and model of it: by id, or in a JSON file.
    """

    chroma_server_authn_provider: str | None = None
    chroma_server_authn_credentials: str | None = field(default=None, repr=False)
    chroma_server_authn_credentials_file: str | None = None
    chroma_server_authn_groups_file: str | None = None
    chroma_server_authz_provider: str | None = None
    chroma_server_authz_config: str | None = field(default=None, repr=False)
    chroma_server_authz_config_file: str | None = None
    chroma_auth_token_transport_header: str | None = None
    fga_api_url: str | None = None
    fga_store_id: str | None = None
    fga_model_id: str | None = None
    fga_config_file: str | None = None

    def require(self, key: str) -> Any:
        """Return a setting; raises ValueError when it is None, AttributeError for a name that none has."""
        value = getattr(self, key)
        if value is None:
            raise ValueError(f"Missing required config value '{key}'")
        return value

    @property
    def chroma_server_auth_credentials(self) -> str | None:
        """The credentials, for providers that ask by the name of releases before 0.5."""
        return self.chroma_server_authn_credentials

    @property
    def chroma_server_auth_credentials_file(self) -> str | None:
        """The file of credentials, for providers that ask by the name of releases before 0.5."""
        return self.chroma_server_authn_credentials_file

    @property
    def chroma_overwrite_singleton_tenant_database_access_from_auth(self) -> bool:
        """Whether paths of requests are rewritten to the caller's tenant, for providers that ask: they are not."""
        return False

    @property
    def chroma_server_auth_ignore_paths(self) -> dict[str, list[str]]:
        """Paths with the methods that need no credentials, for providers that ask; the server does not."""
        return {f"/api/{version}{path}": ["GET"] for version in ("v2", "v1") for path in ("", "/heartbeat", "/version")}

    def __getitem__(self, key: str) -> Any:
        return getattr(self, key)


def text_or_file(text: str | None, file: str | None, neither: str, both: str) -> list[str]:
    """Return the lines of what is given as text or in a file; raises ValueError with a given sentence otherwise.

    Empty lines of a text are dropped; those of a file are kept, and its lines are without their ends.
    """
    if text is None and file is None:
        raise ValueError(neither)
    if text is not None and file is not None:
        raise ValueError(both)
    if text is not None:
        return [line for line in text.split("\n") if line]
    try:
        return Path(str(file)).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} cannot be read: {type(error).__name__}") from None
