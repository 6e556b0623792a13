"""Keys of services: from an argument or the environment, never shown and never stored."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key, and the environment variable that a stored configuration names for it; None where there is none."""

    key: SecretStr | None
    variable: str | None

    @property
    def secret(self) -> str:
        """The key itself; empty where there is none."""
        return "" if self.key is None else self.key.get_secret_value()

    @property
    def bearer(self) -> dict[str, str]:
        """The header that most services want; nothing without a key."""
        return {} if self.key is None else {"authorization": f"Bearer {self.secret}"}


def credentials(
    api_key: str | None, variable: str | None, preferred: str | None = None, *, required: bool = True
) -> Credentials:
    """Return the key that was given, else that of the environment.

    preferred: a variable that takes the place of ``variable`` where it is set. Warns of a key that was given, for it is
    not stored. Raises ValueError when a required key is nowhere.
    """
    if api_key is not None:
        warnings.warn(
            f"An api_key is not stored with a collection: put it into the environment variable {preferred or variable}"
            ", or name another one by api_key_env_var",
            DeprecationWarning,
            stacklevel=4,
        )
    if preferred is not None and os.environ.get(preferred) is not None:
        variable = preferred
    key = api_key or (None if variable is None else os.environ.get(variable))
    if key:
        return Credentials(SecretStr(key), variable)
    if required:
        raise ValueError(f"The {variable} environment variable is not set.")
    return Credentials(None, variable)
